"""What the sessions tell the apps below: when doses were given, and what the patient weighed at check-in."""

from zoneinfo import ZoneInfo

from assessments.trend import Mark
from sessions_app.models import CheckIn, Session


def dose_marks(patient_id, actor) -> list[Mark]:
    """When a dose was given, with its place in the series; the marks on every score chart."""
    dosed = Session.objects.visible_to(actor).filter(patient_id=patient_id, first_dose_at__isnull=False)
    return [Mark(at, str(number)) for at, number in dosed.values_list("first_dose_at", "number")]


def every_dose(patient_id) -> list[Mark]:
    """The same for the rules on risk, which ask for nobody in particular."""
    dosed = Session.objects.filter(patient_id=patient_id, first_dose_at__isnull=False)
    return [Mark(at, str(number)) for at, number in dosed.values_list("first_dose_at", "number")]


def weights_at_check_in(patient) -> list[tuple]:
    """Day, kilograms and place of each weight taken at a check-in, newest first."""
    zone = ZoneInfo(patient.practice.time_zone)
    taken = CheckIn.objects.filter(session__patient=patient).order_by("-occurred_at")[:5]
    return [(row.occurred_at.astimezone(zone).date(), row.weight_kg, "check-in") for row in taken]
