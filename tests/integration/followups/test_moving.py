"""A patient who moves to another time zone: what is planned follows at once (F12)."""

from django.db.models import F

from common.models import AuditEvent
from followups import tasks
from followups.models import CheckIn
from patients.actions import update_patient
from patients.models import Patient


def test_planned_check_ins_move_with_the_patients_details(clinic, check_in, dosed_at):
    person = check_in.patient
    planned = CheckIn.objects.filter(patient=person, state="planned").count()
    update_patient(
        patient=person, by=clinic.nurse, at=dosed_at, version=person.version, time_zone="America/Los_Angeles"
    )
    rows = CheckIn.objects.filter(patient=person, time_zone="America/Los_Angeles", local_due__endswith="10:00")
    assert rows.count() == planned
    assert not CheckIn.objects.in_another_zone().exists()
    check_in.refresh_from_db()
    assert (check_in.local_due, check_in.due_at.hour) == ("2026-06-03 10:00", 17)
    assert AuditEvent.objects.filter(action="followups.move_check_in", actor_id=clinic.nurse.user_id).count() == planned


def test_a_zone_changed_past_the_pages_is_noticed_before_anything_is_asked(clinic, check_in, clock, no_queue):
    Patient.objects.filter(pk=check_in.patient_id).update(time_zone="America/Denver", version=F("version") + 1)
    clock(check_in.due_at)
    tasks.sweep()
    check_in.refresh_from_db()
    assert (check_in.state, check_in.local_due, check_in.due_at.hour) == ("planned", "2026-06-03 10:00", 16)
    clock(check_in.due_at)
    tasks.sweep()
    check_in.refresh_from_db()
    assert check_in.state == "sent"
