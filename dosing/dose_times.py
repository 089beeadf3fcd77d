"""Reads what lies around a dose, for whoever corrects when it was given, and says who may."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Max, Min, Prefetch

from accounts.actor import Actor
from accounts.roles import Permission, Role
from common.blockers import Blocker
from common.errors import InvalidInput, NotPermitted
from dosing.dose_time_rules import DoseTimes, broken_limits, wrong_time
from dosing.models import Administration, DoseOrder, DoseTimeCorrection, DosingRecord
from dosing.practice_limits import limits_of_order


def is_own_dose(administration: Administration, by: Actor) -> bool:
    """Whether the person gave or recorded it, or prescribes."""
    hands = (administration.given_by_id, administration.recorded_by_id)
    return Role.PRESCRIBER in by.roles or by.membership_id in hands


def refuse_others(administration: Administration, by: Actor) -> None:
    if not is_own_dose(administration, by):
        raise NotPermitted(Permission.GIVE_DOSE.value)


def dose_time_findings(administration: Administration, given_at: datetime, at: datetime) -> list[Blocker]:
    """What this time would break, for whoever is about to correct it: spacing, expiry of order and lot.

    Raises InvalidInput for a time that cannot be.
    """
    record = administration.dosing_record
    doses = doses_of(record)
    dose = next(row for row in doses if row.pk == administration.pk)
    times = times_around(record, doses, dose)
    if wrong := wrong_time(given_at, at, times):
        raise InvalidInput({"given_at": wrong})
    limits, general = limits_of_order(record.order)
    return broken_limits(
        given_at,
        given_at.astimezone(ZoneInfo(record.practice.time_zone)).date(),
        times,
        order=record.order,
        lot=dose.draw.lot,
        limits=limits,
        general=general,
    )


def doses_of(record: DosingRecord) -> list[Administration]:
    """The doses of a sheet in order, each with the corrections of its time."""
    times = Prefetch("time_corrections", queryset=DoseTimeCorrection.objects.order_by("number"))
    doses = list(record.administrations.select_related("end", "draw__lot").prefetch_related(times).order_by("number"))
    for dose in doses:
        dose.corrections = tuple(dose.time_corrections.all())
    return doses


def times_around(record: DosingRecord, doses: list[Administration], dose: Administration) -> DoseTimes:
    place = doses.index(dose)
    others = DosingRecord.objects.filter(patient_id=record.patient_id).dosed().exclude(pk=record.pk)
    signed = DoseOrder.objects.filter(series_id=record.order.series_id, signed_at__isnull=False)
    changed = dose.changes.aggregate(first=Min("occurred_at"))["first"] if dose.is_infusion else None
    ended = dose.ended_at if dose.is_infusion else None
    return DoseTimes(
        was_at=dose.given_at,
        first_order_at=signed.aggregate(first=Min("signed_at"))["first"],
        before=doses[place - 1].given_at if place else None,
        after=doses[place + 1].given_at if place + 1 < len(doses) else None,
        earlier=others.filter(first_dose_at__lt=record.first_dose_at).aggregate(last=Max("last_dose_at"))["last"],
        later=others.filter(first_dose_at__gt=record.first_dose_at).aggregate(first=Min("first_dose_at"))["first"],
        goes_on_until=changed or ended,
    )
