"""What the sessions tell the apps below: doses given, weights at check-in; and what they take over from below."""

from zoneinfo import ZoneInfo

from assessments.trend import Mark
from sessions_app.actions import take_over_cadss_licence
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


def offer_cadss_with_its_licence(code, licence, by, at) -> list:
    """The cockpit offers CADSS-6 while the practice holds the licence of the CADSS (KAP-SCALE-CADSS)."""
    return [take_over_cadss_licence(by=by, at=at, licence=licence)] if code == "CADSS" else []
