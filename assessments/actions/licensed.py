"""A practice loads the wording of an instrument it holds a licence for, and withdraws it."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from accounts.access import authorize
from accounts.models import Practice
from accounts.roles import Permission
from assessments.catalogue import UnknownInstrument, get_instrument
from assessments.definitions import Instrument
from assessments.hooks import in_use, licence_changed
from assessments.licensed import UnfitWording, Wording, checked, is_loadable
from assessments.models import AssessmentSet, LicensedWording, WordingWithdrawal
from common import audit
from common.errors import InvalidInput, OutOfScope, StaleState


@transaction.atomic
def load_wording(
    *,
    by,
    at: datetime,
    code: str,
    wording: Wording,
    licence_holder: str,
    licence_reference: str,
    licensed_on: date,
    is_attested: bool,
) -> LicensedWording:
    """The next version of the texts of one instrument; from now on this practice, and no other, can give it.

    Raises InvalidInput by field: without the attestation or a name and number of the licence, with a date still to
    come, or where the texts do not fit the questions.
    """
    role = authorize(by, Permission.EDIT_QUESTIONNAIRES, practice_id=by.practice_id)
    instrument = _loadable(code)
    today = at.astimezone(ZoneInfo(Practice.objects.values_list("time_zone", flat=True).get(pk=by.practice_id))).date()
    wrong = {}
    if not is_attested:
        wrong["is_attested"] = "Without the licence these texts may not be used."
    for name, told in (("licence_holder", licence_holder), ("licence_reference", licence_reference)):
        if not 3 <= len(told.strip()) <= 120:
            wrong[name] = "Write 3 to 120 characters."
    if licensed_on is None or licensed_on > today:
        wrong["licensed_on"] = "Enter the day of the licence, not one to come."
    try:
        checked(instrument, dict(wording.items), wording.as_json()["answers"])
    except UnfitWording as fault:
        wrong["texts"] = fault.sentences
    if wrong:
        raise InvalidInput(wrong)
    row = LicensedWording(
        practice_id=by.practice_id,
        code=code,
        version=LicensedWording.objects.filter(practice_id=by.practice_id, code=code).count() + 1,
        texts=wording.as_json(),
        licence_holder=licence_holder.strip(),
        licence_reference=licence_reference.strip(),
        licensed_on=licensed_on,
        set_at=at,
        set_by_id=by.membership_id,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise StaleState("Somebody loaded these texts in this moment. Reload to see them.") from error
    detail = {"code": code, "version": row.version, "licence": row.licence}
    audit.record(by, "assessments.load_wording", at=at, subject=row, role=role, detail=detail)
    licence_changed.collect(code=code, licence=f"{row.licence}, {licensed_on:%Y-%m-%d}", by=by, at=at)
    return row


def _loadable(code: str) -> Instrument:
    try:
        instrument = get_instrument(code)
    except UnknownInstrument:
        raise OutOfScope("assessments.licensedwording") from None
    if not is_loadable(instrument):
        raise OutOfScope("assessments.licensedwording")
    return instrument


@transaction.atomic
def withdraw_wording(*, by, at: datetime, code: str, reason: str) -> WordingWithdrawal:
    """Show the newest texts of an instrument to nobody any more; answers stay and are told in numbers.

    Raises InvalidInput while settings ask for the instrument or somebody has it in hand, StaleState when nothing
    stands.
    """
    role = authorize(by, Permission.EDIT_QUESTIONNAIRES, practice_id=by.practice_id)
    if not 10 <= len(reason.strip()) <= 300:
        raise InvalidInput({"reason": "Say why, in 10 to 300 characters."})
    versions = LicensedWording.objects.filter(practice_id=by.practice_id, code=code).with_withdrawal()
    standing = [row for row in versions.order_by("-version") if not row.is_withdrawn]
    if not standing:
        raise StaleState("No texts of this instrument stand any more.")
    used = in_use.collect(practice_id=by.practice_id, code=code) + _in_hand(by.practice_id, code)
    if used:
        raise InvalidInput(f"It is still asked for by: {', '.join(used)}. Take it out there first.")
    withdrawn = [
        WordingWithdrawal(wording=row, set_at=at, set_by_id=by.membership_id, reason=reason.strip()) for row in standing
    ]
    for one in withdrawn:
        one.save(force_insert=True)
        detail = {"code": code, "version": one.wording.version}
        audit.record(by, "assessments.withdraw_wording", at=at, subject=one, role=role, detail=detail)
    licence_changed.collect(code=code, licence="", by=by, at=at)
    return withdrawn[0]


def _in_hand(practice_id, code: str) -> list[str]:
    asked = AssessmentSet.objects.open().filter(patient__practice_id=practice_id).values_list("instruments", flat=True)
    count = sum(code in instruments for instruments in asked)
    return [f"{count} set{'' if count == 1 else 's'} that wait for an answer"] if count else []
