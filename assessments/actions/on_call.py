"""The on-call list for risk answers: set by whoever edits the settings, and the proof that an item went on (R80)."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from accounts.access import authorize
from accounts.models import AccountNotice, Membership
from accounts.roles import Permission
from assessments.escalation import Turn, turns_of
from assessments.models import OnCallPlace, RiskEscalation, RiskItem, RiskRules
from assessments.on_call import able_members, limits_of, places_of
from common import audit
from common.errors import InvalidInput

MOST = 8  # places of the list


@transaction.atomic
def set_on_call(*, by, at: datetime, people: list, step_minutes: int, contact_minutes: int) -> list[OnCallPlace]:
    """Who is on call for risk answers, in order (ids of memberships), from now on; the first is asked at once.

    `step_minutes` (1 to 240): until an item goes on to the next. `contact_minutes` (5 to 1440): from acknowledging to
    the first recorded contact. Places that stay as they were keep their row; others end and new ones begin.
    Raises InvalidInput for somebody twice, or who may not handle risk answers here.
    """
    role = authorize(by, Permission.EDIT_SETTINGS, practice_id=by.practice_id)
    people = list(people)
    _check(by.practice_id, people, step_minutes, contact_minutes)
    RiskRules.objects.update_or_create(
        practice_id=by.practice_id, defaults={"step_minutes": step_minutes, "contact_minutes": contact_minutes}
    )
    listed = _store(by.practice_id, people, timedelta(minutes=step_minutes), by, at)
    detail = {"people": [str(person) for person in people], "step": step_minutes, "contact": contact_minutes}
    audit.record(by, "assessments.set_on_call", at=at, role=role, detail=detail)
    return listed


@transaction.atomic
def close_ranks(*, practice_id, by, at: datetime) -> list[OnCallPlace]:
    """Take people off the list who left or lost their role, so that an item reaches the next person in time."""
    of_practice = OnCallPlace.objects.filter(practice_id=practice_id)
    for place in of_practice.unable().select_related("membership"):
        gone_at = max(place.listed_at, place.membership.left_at or at)
        of_practice.filter(pk=place.pk, removed_at=None).update(removed_at=gone_at)
    standing = of_practice.listed()
    people = list(standing.values_list("membership_id", flat=True))
    listed = _store(practice_id, people, limits_of(practice_id).step, by, at)
    detail = {"people": [str(person) for person in people]}
    audit.record(by.in_practice(practice_id), "assessments.close_ranks", at=at, detail=detail)
    return listed


def _store(practice_id, people: list, step: timedelta, by, at: datetime) -> list[OnCallPlace]:
    listed = list(OnCallPlace.objects.filter(practice_id=practice_id).listed().select_for_update())
    wanted = [(person, number, step * number) for number, person in enumerate(people)]
    kept = {(row.membership_id, row.position, row.after) for row in listed} & set(wanted)
    gone = [row.pk for row in listed if (row.membership_id, row.position, row.after) not in kept]
    OnCallPlace.objects.filter(pk__in=gone, removed_at=None).update(removed_at=at, removed_by_id=by.membership_id)
    OnCallPlace.objects.bulk_create(
        OnCallPlace(
            practice_id=practice_id,
            membership_id=person,
            position=number,
            after=after,
            listed_at=at,
            listed_by_id=by.membership_id,
        )
        for person, number, after in wanted
        if (person, number, after) not in kept
    )
    return list(OnCallPlace.objects.filter(practice_id=practice_id).listed())


@transaction.atomic
def escalate_risk(*, item: RiskItem, by, at: datetime) -> list[RiskEscalation]:
    """Write down to whom an open item has gone by now, and put a notice without health content in the post for each.

    Part of the sweep, and of acknowledging. It decides nothing: whose turn it is follows from the clock and the list.
    Running it again, or twice at once, writes nothing twice.
    """
    until = min(item.acknowledged_at or at, at)
    known = set(item.escalations.values_list("place__membership_id", flat=True))
    written = []
    for turn in turns_of(item.raised_at, until, places_of(item.patient.practice_id, item.raised_at)):
        if turn.place.person not in known:
            written += _write(item, turn, by, at)
    return written


def _write(item: RiskItem, turn: Turn, by, at: datetime) -> list[RiskEscalation]:
    is_mailed = item.acknowledged_at is None
    row = RiskEscalation(risk_item=item, place_id=turn.place.key, turn_at=turn.at, recorded_at=at, is_mailed=is_mailed)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return []  # another worker was first
    if is_mailed:
        user_id = Membership.objects.values_list("user_id", flat=True).get(pk=turn.place.person)
        AccountNotice.objects.put_in_post(user_id, AccountNotice.About.RISK, at, practice_id=item.patient.practice_id)
    by = by.in_practice(item.patient.practice_id)
    detail = {"to": str(turn.place.person), "position": turn.place.position + 1, "turn_at": turn.at.isoformat()}
    audit.record(by, "assessments.escalate_risk", at=at, subject=row, patient_id=item.patient_id, detail=detail)
    return [row]


def _check(practice_id, people: list, step_minutes: int, contact_minutes: int) -> None:
    wrong = {}
    able = {member.pk for member in able_members(Membership.objects.of_practice(practice_id))}
    if len(set(people)) < len(people):
        wrong["people"] = "Name everybody once."
    elif len(people) > MOST:
        wrong["people"] = f"Name at most {MOST} people."
    elif not set(people) <= able:
        wrong["people"] = "Choose people who work here and may handle risk answers."
    if not 1 <= step_minutes <= 240:
        wrong["step_minutes"] = "Enter between 1 and 240 minutes."
    if not 5 <= contact_minutes <= 1440:
        wrong["contact_minutes"] = "Enter between 5 and 1440 minutes (a day)."
    if wrong:
        raise InvalidInput(wrong)
