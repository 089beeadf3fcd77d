"""What was entered about one dose, checked for shape and for who gave and verified it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from accounts.access import scope_tests
from accounts.models import Membership
from accounts.roles import Permission, access_table
from accounts.second_person import confirm
from common.clinical import INFUSED
from common.errors import InvalidInput
from dosing.amounts import MOST_VOLUME_ML, exact, minutes


@dataclass(frozen=True, kw_only=True)
class DoseEntry:
    """One dose as entered; amounts in base mg, volume in mL, duration in minutes."""

    lot_id: UUID
    container_id: UUID | None
    drawn_mg: Decimal
    planned_mg: Decimal
    given_by_id: UUID
    verified_by_id: UUID | None
    site: str
    diluent: str
    final_volume_ml: Decimal | None
    duration_min: int | None
    occurred_at: datetime
    late_reason: str
    row_id: UUID | None
    overrides: dict

    @property
    def event_id(self) -> dict:
        return {"id": self.row_id} if self.row_id else {}


def giver_on(record, given_by_id) -> Membership:
    """The person who gives: works here now, in a role that gives, and is named on this session."""
    giver = Membership.objects.active().filter(pk=given_by_id, practice_id=record.practice_id).first()
    allowed = access_table()[Permission.GIVE_DOSE]
    if giver is None or not any(role in allowed for role in giver.roles):
        raise InvalidInput({"given_by_id": "Choose a prescriber or nurse who works here."})
    if not scope_tests.get("roster")(giver.pk, record.pk):
        raise InvalidInput({"given_by_id": "This person is not named on this session. Name them first."})
    return giver


def verifier_id(record, by, giver, email, password) -> UUID | None:
    if not email and not password:
        return None
    second = confirm(
        by=by,
        practice_id=record.practice_id,
        email=email,
        password=password,
        permission=Permission.GIVE_DOSE,
        field="verified_email",
    )
    if second.membership_id == giver.pk:
        raise InvalidInput({"verified_email": "Who gives the dose cannot also verify it. Ask somebody else."})
    return second.membership_id


def infusion_numbers(route, final_volume_ml, duration_min) -> dict:
    if route not in INFUSED:
        if final_volume_ml is not None or duration_min is not None:
            raise InvalidInput("Only an infusion has a final volume and a duration. Leave both empty.")
        return {"final_volume_ml": None, "duration_min": None}
    wrong = {}
    if final_volume_ml is None:
        wrong["final_volume_ml"] = "Enter the volume in the bag, in mL."
    if duration_min is None:
        wrong["duration_min"] = "Enter the minutes the infusion is to run."
    if wrong:
        raise InvalidInput(wrong)
    volume = exact("final_volume_ml", final_volume_ml, places=2, most=MOST_VOLUME_ML, unit="mL")
    return {"final_volume_ml": volume, "duration_min": minutes("duration_min", duration_min)}
