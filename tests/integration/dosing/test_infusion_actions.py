"""A running infusion: rate, pause, resume, end, and what the patient received (KAP-FORM-STOP)."""

from datetime import timedelta
from decimal import Decimal

import pytest

from common.errors import Blocked, InvalidInput, NotPermitted, StaleState
from common.models import AuditEvent
from dosing import actions
from dosing.models import AdministrationEnd, DosingRecord, Draw
from tests.builders import accounts, dosing
from tests.builders.copies import deepcopy

pytestmark = pytest.mark.django_db
AT = dosing.AT
REASON = "blood pressure rose"


def at(minutes):
    return AT + timedelta(minutes=minutes)


@pytest.fixture(scope="module")
def started(shared, staffed):
    """35 mg in 100 mL over 40 minutes: 150 mL/h, started at AT; 50 mg were drawn."""
    return shared(lambda: dosing.given_dose(staffed, route="IV", drawn_mg=Decimal(50)))


@pytest.fixture
def infusion(clinic, started):
    return deepcopy(started)


def change(clinic, infusion, minutes, what, rate=None, **more):
    keywords = {"by": clinic.nurse, "reason": REASON, "pump_ml_per_h": rate, **more}
    return actions.change_infusion(administration=infusion, at=at(minutes), what=what, **keywords)


def end(clinic, infusion, minutes, how="stopped", **more):
    keywords = {"by": clinic.nurse, "reason": REASON if how == "stopped" else "", **more}
    return actions.end_administration(administration=infusion, at=at(minutes), how=how, **keywords)


def test_started_infusion_has_given_nothing_yet(clinic, infusion):
    sheet = DosingRecord.objects.get(pk=infusion.dosing_record_id)
    draw = Draw.objects.get(pk=infusion.draw_id)
    assert (infusion.pump_ml_per_h, sheet.given_mg, sheet.drawn_mg, sheet.dosing_ended_at) == (150, 0, 50, None)
    assert (draw.given_mg, draw.outstanding_mg, draw.closed_at) == (0, 50, None)
    assert sheet.has_open_remainder is True
    assert not AdministrationEnd.objects.exists()


def test_what_hangs_in_the_pump_is_not_left_over(clinic):
    running = dosing.given_dose(clinic, route="IV")
    assert DosingRecord.objects.get(pk=running.dosing_record_id).has_open_remainder is False


def test_completed_gives_all_that_was_planned(clinic, infusion):
    ended = end(clinic, infusion, 40, "completed")
    sheet = DosingRecord.objects.get(pk=infusion.dosing_record_id)
    draw = Draw.objects.get(pk=infusion.draw_id)
    assert (ended.given_mg, sheet.given_mg, sheet.dosing_ended_at) == (35, 35, at(40))
    assert (draw.given_mg, draw.outstanding_mg, sheet.has_open_remainder) == (35, 15, True)
    assert AuditEvent.objects.filter(action="dosing.end_administration", object_id=sheet.pk).count() == 1


def test_stopped_early_gives_the_share_that_ran(clinic, infusion):
    ended = end(clinic, infusion, 22)
    assert ended.given_mg == Decimal("19.25")
    assert Draw.objects.get(pk=infusion.draw_id).outstanding_mg == Decimal("30.75")
    assert DosingRecord.objects.get(pk=infusion.dosing_record_id).given_mg == Decimal("19.25")


def test_pause_and_resume_keep_the_rate_and_count_nothing(clinic, infusion):
    change(clinic, infusion, 10, "pause")
    resumed = change(clinic, infusion, 20, "resume")
    assert resumed.pump_ml_per_h == 150
    assert end(clinic, infusion, 32).given_mg == Decimal("19.25")


def test_slower_rate_gives_less(clinic, infusion):
    change(clinic, infusion, 20, "rate", Decimal(75))
    assert end(clinic, infusion, 40).given_mg == Decimal("26.25")


def test_resumed_at_a_new_rate(clinic, infusion):
    change(clinic, infusion, 20, "pause")
    assert change(clinic, infusion, 30, "resume", Decimal("75.0")).pump_ml_per_h == 75
    assert end(clinic, infusion, 50).given_mg == Decimal("26.25")


def test_stopped_while_paused(clinic, infusion):
    change(clinic, infusion, 22, "pause")
    assert end(clinic, infusion, 60).given_mg == Decimal("19.25")


def test_measured_amount_replaces_the_computed_one(clinic, infusion):
    assert end(clinic, infusion, 22, given_mg=Decimal(20)).given_mg == 20


def test_stopped_at_once_gives_nothing(clinic, infusion):
    assert end(clinic, infusion, 0).given_mg == 0
    assert Draw.objects.get(pk=infusion.draw_id).outstanding_mg == 50


@pytest.mark.parametrize("given", [Decimal("35.001"), Decimal(-1), Decimal("1.0001")])
def test_measured_amounts_that_cannot_be(clinic, infusion, given):
    with pytest.raises(InvalidInput):
        end(clinic, infusion, 22, given_mg=given)


def test_completed_with_another_amount_is_refused(clinic, infusion):
    with pytest.raises(InvalidInput) as refusal:
        end(clinic, infusion, 40, "completed", given_mg=Decimal(30))
    assert list(refusal.value.fields) == ["given_mg"]


@pytest.mark.parametrize(("minutes", "is_refused"), [(36, False), (35, True)])
def test_completed_long_before_the_pump_can_have_been(clinic, infusion, minutes, is_refused):
    if is_refused:
        with pytest.raises(InvalidInput) as refusal:
            end(clinic, infusion, minutes, "completed")
        assert list(refusal.value.fields) == ["how"]
    else:
        assert end(clinic, infusion, minutes, "completed").given_mg == 35


def test_stopping_needs_a_reason_and_a_known_word(clinic, infusion):
    with pytest.raises(InvalidInput):
        end(clinic, infusion, 22, reason=" ")
    with pytest.raises(InvalidInput):
        end(clinic, infusion, 22, how="exploded")


def test_ending_twice_is_stale(clinic, infusion):
    end(clinic, infusion, 22)
    with pytest.raises(StaleState):
        end(clinic, infusion, 23)
    with pytest.raises(StaleState):
        change(clinic, infusion, 23, "pause")


def test_injection_has_ended_when_it_is_given(clinic):
    administration = dosing.given_dose(clinic)
    with pytest.raises(StaleState):
        end(clinic, administration, 1)


def test_another_dose_waits_for_the_end(clinic, infusion):
    record = infusion.dosing_record
    with pytest.raises(Blocked) as refusal:
        dosing.given_dose(clinic, record, at=at(10))
    assert "INFUSION_RUNNING" in {blocker.code for blocker in refusal.value.blockers}


@pytest.mark.parametrize(
    ("steps", "error"),
    [
        ([("resume", None)], StaleState),
        ([("pause", None), ("pause", None)], StaleState),
        ([("pause", None), ("rate", Decimal(75))], StaleState),
        ([("rate", None)], InvalidInput),
        ([("pause", Decimal(75))], InvalidInput),
        ([("rate", Decimal(0))], InvalidInput),
        ([("rate", Decimal("75.05"))], InvalidInput),
        ([("faster", Decimal(75))], InvalidInput),
    ],
)
def test_changes_that_make_no_sense(clinic, infusion, steps, error):
    *before, last = steps
    for what, rate in before:
        change(clinic, infusion, 5, what, rate)
    with pytest.raises(error):
        change(clinic, infusion, 6, *last)


def test_faster_than_the_order_needs_a_prescriber(clinic, infusion):
    with pytest.raises(Blocked) as refusal:
        change(clinic, infusion, 5, "rate", Decimal("150.1"))
    assert {b.code: b.override for b in refusal.value.blockers} == {"INFUSION_FASTER_THAN_ORDERED": "override_limit"}
    reasons = {"INFUSION_FASTER_THAN_ORDERED": "agreed with the patient"}
    with pytest.raises(Blocked):
        change(clinic, infusion, 5, "rate", Decimal(200), overrides=reasons)
    row = change(clinic, infusion, 5, "rate", Decimal(200), overrides=reasons, by=clinic.prescriber)
    assert "agreed with the patient" in row.reason
    assert DosingRecord.objects.get(pk=infusion.dosing_record_id).is_limit_overridden


@pytest.mark.parametrize(("rate", "is_hard"), [("400", False), ("400.1", True)])
def test_rate_that_empties_the_bag_within_the_hard_minimum(clinic, infusion, rate, is_hard):
    with pytest.raises(Blocked) as refusal:
        change(clinic, infusion, 5, "rate", Decimal(rate))
    assert [blocker.override is None for blocker in refusal.value.blockers] == [is_hard]


def test_changes_are_entered_in_their_order(clinic, infusion):
    change(clinic, infusion, 10, "pause")
    with pytest.raises(InvalidInput):
        change(clinic, infusion, 12, "resume", occurred_at=at(9))
    with pytest.raises(InvalidInput):
        end(clinic, infusion, 12, occurred_at=at(9))
    with pytest.raises(InvalidInput):
        end(clinic, infusion, 12, occurred_at=AT - timedelta(minutes=1))


def test_late_change_marks_the_sheet(clinic, infusion):
    with pytest.raises(InvalidInput):
        change(clinic, infusion, 30, "pause", occurred_at=at(10))
    change(clinic, infusion, 30, "pause", occurred_at=at(10), late_reason="hands full")
    assert DosingRecord.objects.get(pk=infusion.dosing_record_id).has_late_entry


@pytest.mark.parametrize("role", ["therapist", "admin", "compliance"])
def test_roles_that_may_not_touch_the_pump(clinic, infusion, role):
    with pytest.raises(NotPermitted):
        change(clinic, infusion, 5, "pause", by=getattr(clinic, role))
    with pytest.raises(NotPermitted):
        end(clinic, infusion, 5, by=getattr(clinic, role))


def test_nurse_off_the_roster_may_not_touch_the_pump(clinic, infusion):
    stranger = accounts.actor(accounts.staff(clinic.practice, roles=["nurse"]))
    with pytest.raises(NotPermitted):
        change(clinic, infusion, 5, "pause", by=stranger)


@pytest.mark.parametrize("missing", ["final_volume_ml", "duration_min"])
def test_infusion_needs_volume_and_time(clinic, missing):
    record = dosing.dosing_record(clinic, route="IV")
    with pytest.raises(InvalidInput) as refusal:
        dosing.given_dose(clinic, record, **{missing: None})
    assert list(refusal.value.fields) == [missing]
