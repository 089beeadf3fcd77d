"""Checks of the chain over audit trail and register (R47)."""

import logging
from datetime import datetime

from django.db import transaction

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from common import audit
from common.errors import StaleState
from common.models import ChainCheck
from common.verifying import Report, verify_chain

log = logging.getLogger("clinic.chain")


def ask_for_check(*, by: Actor, at: datetime) -> ChainCheck:
    """Put a check of the whole chain on the worker's list. Raises StaleState when one is on it already."""
    role = authorize(by, Permission.VERIFY_CHAIN, practice_id=by.practice_id)
    with transaction.atomic():
        if ChainCheck.objects.filter(done_at=None, practice_id=by.practice_id).exists():
            raise StaleState("A check is already under way.")
        check = ChainCheck.objects.create(
            asked_at=at, practice_id=by.practice_id, asked_by_id=by.user_id, asked_by_name=by.name
        )
        audit.record(by, "accounts.ask_for_chain_check", at=at, subject=check, role=role)
    return check


def begin_nightly_check(*, by: Actor, at: datetime) -> None:
    """Ask for a check if none was asked for since a day ago."""
    with transaction.atomic():
        newest = ChainCheck.objects.filter(practice_id=None).order_by("-asked_at").first()
        if newest is None or (at - newest.asked_at).days >= 1:
            check = ChainCheck.objects.create(asked_at=at, asked_by_name=by.name)
            audit.record(by, "accounts.ask_for_chain_check", at=at, subject=check)


def do_check(*, check: ChainCheck, by: Actor, at: datetime) -> Report:
    """Walk the chain and store what was found; two workers at once store it once."""
    report = verify_chain()
    with transaction.atomic():
        stored = ChainCheck.objects.filter(pk=check.pk, done_at=None).update(
            done_at=at,
            links=report.links,
            anchors=report.anchors,
            first_bad=report.first_bad,
            findings=report.count,
        )
        if stored:
            detail = {"links": report.links, "findings": report.count}
            outcome = "failed" if report.count else "done"
            audit.record(by, "accounts.check_chain", at=at, subject=check, outcome=outcome, detail=detail)
    if report.count:
        log.error("the chain does not hold: %s findings, the first at link %s", report.count, report.first_bad)
    return report
