"""What questionnaires say about the next dose: open risk answers hold it, missing ones ask for a reason."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse

from accounts.roles import Permission
from assessments.models import AssessmentSet, RiskItem
from common.blockers import Blocker


def risk_blockers(patient, at: datetime) -> list[Blocker]:
    """One blocker per open risk item of the patient; a prescriber may go on with a reason.

    The sentence names the moment, so a reason given for one answer never covers a later one.
    """
    open_items = RiskItem.objects.open().filter(patient=patient, raised_at__lte=at).order_by("raised_at")
    return [_risk_blocker(item, ZoneInfo(patient.time_zone)) for item in open_items]


def _risk_blocker(item: RiskItem, zone: ZoneInfo) -> Blocker:
    local = item.raised_at.astimezone(zone)
    when = f"{local.day} {local:%b %Y, %H:%M} {local.tzname()}"
    return Blocker(
        code=f"RISK_OPEN_{item.code}"[:40],
        sentence=f"A risk answer of {when} is still open: {item.sentence}",
        source="KAP-RISK",
        override=Permission.OVERRIDE_BLOCKER.value,
        override_label="a prescriber",
        link=reverse("assessments:risk_item", args=[item.pk]),
    )


def set_blockers(assessment_set: AssessmentSet | None, at: datetime) -> list[Blocker]:
    """A missing or unfinished set of pre-session questionnaires; a prescriber may go on with a reason."""
    if assessment_set is not None and assessment_set.completed_at is not None:
        return []
    if assessment_set is None:
        sentence = "No questionnaires were given before this session."
    else:
        sentence = "The questionnaires before this session are not finished."
    return [
        Blocker(
            code="PRE_ASSESSMENT_MISSING",
            sentence=sentence,
            source="KAP-ASM-PRE",
            override=Permission.OVERRIDE_BLOCKER.value,
            override_label="a prescriber",
        )
    ]
