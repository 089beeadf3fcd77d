"""The doorbell of this app: mails people what happened to their account, forgets sign-ins that are over (R32), anchors
and checks the chain (R47), and makes backups (R101)."""

import logging

from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone

from accounts import actions
from accounts.actor import system_actor
from accounts.models import AccountNotice
from accounts.notice_words import words_of
from common import anchors, shipping
from common.models import BackupRun, ChainCheck

log = logging.getLogger("clinic.accounts")
BATCH = 50


@shared_task(name="accounts.send_notices")
def send_notices() -> None:
    """Mail each notice that is due, once; a server that refuses is asked again later."""
    due = AccountNotice.objects.due(timezone.now()).select_related("user", "practice").order_by("try_at")
    for notice in list(due[:BATCH]):
        by = system_actor("account-notices", notice.practice_id)
        if not actions.claim_notice(notice=notice, by=by, at=timezone.now()):
            continue
        try:
            _mail(notice).send()
        except OSError as error:
            log.error("account notice %s was not mailed: %s", notice.pk, type(error).__name__)
            actions.record_notice_trouble(notice=notice, by=by, at=timezone.now())
        else:
            actions.record_notice_sent(notice=notice, by=by, at=timezone.now())


@shared_task(name="accounts.forget_sign_ins")
def forget_sign_ins() -> None:
    actions.forget_sign_ins(by=system_actor("account-notices"), at=timezone.now())


@shared_task(name="accounts.anchor_chain")
def anchor_chain() -> None:
    anchors.anchor_chain()


@shared_task(name="accounts.ship_audit_trail")
def ship_audit_trail() -> None:
    """Copy new audit rows off this host, if a folder is set for that; trouble is logged and tried again."""
    try:
        shipping.ship_audit_trail(timezone.now())
    except OSError as error:
        log.error("the audit trail was not copied: %s", type(error).__name__)


@shared_task(name="accounts.check_chain")
def check_chain() -> None:
    """Do the checks that were asked for, one a day without being asked."""
    by = system_actor("chain-check")
    actions.begin_nightly_check(by=by, at=timezone.now())
    for check in ChainCheck.objects.filter(done_at=None):
        actions.do_check(check=check, by=by, at=timezone.now())


@shared_task(name="accounts.back_up")
def back_up() -> None:
    """Make the backups that were asked for, one a day without being asked (R101)."""
    by = system_actor("backups")
    actions.begin_due_backup(by=by, at=timezone.now())
    for run in BackupRun.objects.filter(done_at=None).order_by("asked_at"):
        actions.do_backup(run=run, by=by, at=timezone.now(), clock=timezone.now)


def _mail(notice: AccountNotice) -> EmailMessage:
    page = "accounts:home" if notice.about == AccountNotice.About.RISK else "accounts:sign_ins"
    address = settings.PUBLIC_URL.rstrip("/") + reverse(page)
    subject, text = words_of(notice, address)
    return EmailMessage(subject, text, settings.DEFAULT_FROM_EMAIL, [notice.user.email])
