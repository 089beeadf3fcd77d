"""Which row stands in the place of a corrected one; corrections are rows of their own (R40)."""

from sessions_app.models import VitalReading


def newest_correction(reading: VitalReading) -> VitalReading:
    """The reading that stands in the place of this one now: itself, or the last correction of it."""
    while (
        later := VitalReading.objects.filter(corrects=reading).select_related("recorded_by__user").first()
    ) is not None:
        reading = later
    return reading
