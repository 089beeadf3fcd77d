"""Esketamine sessions of the last seven days owe a form from now on; earlier ones were reported without this program."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.db import migrations
from django.utils import timezone

DAYS = 7


def open_forms(apps, schema_editor):
    session_model, form_model = (apps.get_model("sessions_app", name) for name in ("Session", "RemsForm"))
    now = timezone.now()
    recent = session_model.objects.filter(dosing_record__route="ESK", first_dose_at__gte=now - timedelta(days=DAYS))
    form_model.objects.bulk_create(
        form_model(
            practice_id=session.practice_id,
            patient_id=session.patient_id,
            session_id=session.pk,
            due_on=session.first_dose_at.astimezone(ZoneInfo(session.practice.time_zone)).date() + timedelta(days=DAYS),
            opened_at=now,
        )
        for session in recent.select_related("practice")
    )


class Migration(migrations.Migration):
    dependencies = [("sessions_app", "0007_rems_forms")]
    operations = [migrations.RunPython(open_forms, migrations.RunPython.noop)]
