"""The worker's part of this app: making inspection packs and removing old ones (R87)."""

from celery import shared_task
from django.utils import timezone

from accounts.actor import system_actor
from sessions_app import actions
from sessions_app.models import InspectionPack


@shared_task(name="sessions.make_packs")
def make_packs() -> None:
    """Make every pack that waits to be made, one after the other."""
    for pack in InspectionPack.objects.to_build():
        by = system_actor("inspection-packs", pack.practice_id)
        actions.build_pack(pack=pack, by=by, at=timezone.now())


@shared_task(name="sessions.remove_packs")
def remove_packs() -> None:
    actions.remove_packs(by=system_actor("inspection-packs"), at=timezone.now())
