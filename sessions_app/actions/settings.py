"""What a practice chooses for its cockpit: phrases for quick entry and the licence of CADSS-6."""

from datetime import datetime

from django.db import transaction

from accounts.access import authorize
from accounts.actor import Actor
from accounts.roles import Permission
from common import audit
from common.errors import InvalidInput
from sessions_app.models import Observation, SessionSettings
from sessions_app.quick_phrases import LONGEST_PHRASE, MOST_PHRASES, Phrase

LONGEST_LICENCE = 200


def save_session_settings(
    *, by: Actor, at: datetime, phrases: list[Phrase], cadss6_licence: str = ""
) -> SessionSettings:
    """Set the phrases of the actor's practice (at most 12, none means the defaults) and the licence it holds.

    `cadss6_licence` names the licence, such as its number and who granted it; empty means the scale is not offered.
    """
    role = authorize(by, Permission.EDIT_CLINICAL_SETTINGS, practice_id=by.practice_id)
    wanted = [Phrase(one.what, " ".join(one.text.split())) for one in phrases or [] if one.text.strip()]
    _check(wanted, cadss6_licence)
    values = {
        "phrases": [{"what": one.what, "text": one.text} for one in wanted],
        "cadss6_licence": cadss6_licence.strip(),
        "changed_at": at,
        "changed_by_id": by.membership_id,
    }
    with transaction.atomic():
        row, _ = SessionSettings.objects.update_or_create(practice_id=by.practice_id, defaults=values)
        detail = {"phrases": len(wanted), "cadss6": bool(row.cadss6_licence)}
        audit.record(by, "sessions.save_session_settings", at=at, subject=row, role=role, detail=detail)
    return row


@transaction.atomic
def take_over_cadss_licence(*, by: Actor, at: datetime, licence: str) -> SessionSettings:
    """What the practice attested where it loaded the texts of the CADSS, '' when it withdrew them; part of that act."""
    values = {"cadss6_licence": licence[:LONGEST_LICENCE], "changed_at": at, "changed_by_id": by.membership_id}
    row, _ = SessionSettings.objects.update_or_create(practice_id=by.practice_id, defaults=values)
    audit.record(by, "sessions.take_over_cadss_licence", at=at, subject=row, detail={"cadss6": bool(licence)})
    return row


def _check(phrases: list[Phrase], licence: str) -> None:
    wrong = {}
    if len(phrases) > MOST_PHRASES:
        wrong["phrases"] = f"Keep at most {MOST_PHRASES} phrases, so that they can be found at a glance."
    elif len({one.text.casefold() for one in phrases}) < len(phrases):
        wrong["phrases"] = "Each phrase once."
    elif any(len(one.text) > LONGEST_PHRASE for one in phrases):
        wrong["phrases"] = f"Keep each phrase within {LONGEST_PHRASE} characters."
    elif any(one.what not in Observation.What.values for one in phrases):
        wrong["phrases"] = f"Begin each line with one of: {', '.join(Observation.What.values)}."
    elif any(one.what in (Observation.What.TOUCH, Observation.What.RESCUE) for one in phrases):
        wrong["phrases"] = "Touch and rescue drugs have forms of their own that ask for more."
    if 0 < len(licence.strip()) < 5 or len(licence.strip()) > LONGEST_LICENCE:
        wrong["cadss6_licence"] = "Write who granted the licence and its number or date, in 5 to 200 characters."
    if wrong:
        raise InvalidInput(wrong)
