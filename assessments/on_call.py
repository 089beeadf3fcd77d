"""The on-call list and the practice's limits as `escalation` takes them, and where each of several items stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.roles import Permission, Role, access_table
from assessments.escalation import Facts, Limits, Place, Standing, standing_of
from assessments.models import OnCallPlace, RiskItem, RiskRules
from assessments.models.on_call import CONTACT_MINUTES, STEP_MINUTES


@dataclass(frozen=True)
class RiskRow:
    """An item for a list, with where it stands at the moment it is looked at."""

    item: RiskItem
    standing: Standing


def able_members(memberships) -> list:
    """Of these memberships those that may handle risk answers, by name."""
    table = access_table()[Permission.HANDLE_RISK]
    people = memberships.active().select_related("user").order_by("user__full_name", "pk")
    return [member for member in people if any(role in table for role in member.roles)]


def limits_of(practice_id) -> Limits:
    found = RiskRules.objects.filter(practice_id=practice_id).values_list("step_minutes", "contact_minutes").first()
    step, contact = found or (STEP_MINUTES, CONTACT_MINUTES)
    return Limits(timedelta(minutes=step), timedelta(minutes=contact))


def places_of(practice_id, since: datetime) -> list[Place]:
    """Every place that was on the practice's list since a moment, of people who may still act."""
    rows = OnCallPlace.objects.filter(practice_id=practice_id).able().standing_since(since).with_people()
    return [
        Place(
            key=row.pk,
            person=row.membership_id,
            name=row.membership.user.full_name,
            position=row.position,
            after=row.after,
            listed_at=row.listed_at,
            removed_at=row.removed_at,
        )
        for row in rows
    ]


def facts_of(item: RiskItem) -> Facts:
    """`item` comes from `with_people()`."""
    return Facts(
        raised_at=item.raised_at,
        acknowledged_at=item.acknowledged_at,
        acknowledged_by=item.acknowledged_by.user.full_name if item.acknowledged_by_id else "",
        first_contact_at=item.first_contact_at,
        closed_at=item.closed_at,
    )


def risk_rows(items: Iterable[RiskItem], practice_id, at: datetime) -> list[RiskRow]:
    """Two queries whatever their number, none for no items. All items belong to the practice."""
    items = list(items)
    if not items:
        return []
    limits, places = limits_of(practice_id), places_of(practice_id, min(item.raised_at for item in items))
    return [RiskRow(item, standing_of(facts_of(item), places, limits, at)) for item in items]


def turn_role(item: RiskItem, by, at: datetime) -> Role | None:
    """The role in which somebody off the care team may handle an item because its turn has come to that person."""
    scopes = by.scopes(Permission.HANDLE_RISK)
    if not scopes or by.membership_id is None or item.patient.practice_id != by.practice_id:
        return None
    has_turn = RiskItem.objects.on_turn_of(by.membership_id, at).filter(pk=item.pk).exists()
    return next(iter(scopes)) if has_turn else None


def list_trouble(practice_id) -> str:
    """What is wrong with a practice's list, in a sentence, or ''."""
    places = OnCallPlace.objects.filter(practice_id=practice_id)
    if places.unable().exists():
        return "Somebody on the list left or may not handle risk answers any more. Set the list again."
    if not places.listed().exists():
        return "Nobody is on call. An answer that needs a person at once is shown to the patient's care team alone."
    if places.listed().count() < 2:
        return "Only one person is on call. If that person does not see it, it goes on to nobody."
    return ""
