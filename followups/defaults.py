"""The time points a new practice begins with (KAP-FUP-POINTS, tag P; recall windows keep PHQ-9 out of 24-72 h)."""

from datetime import datetime

from followups.models import FollowUpPoint

# label, hours after the first dose, instruments, window before and after, reminder after (hours; clinical.md 6.1)
POINTS = (
    ("24 hours", 24, ("VASMOOD", "SUDS", "ASQ"), 6, 24, 12),
    ("72 hours", 72, ("VASMOOD", "ASQ"), 6, 24, 12),
    ("7 days", 7 * 24, ("PHQ9", "GAD7", "ASQ"), 48, 48, 24),
    ("14 days", 14 * 24, ("PHQ9", "GAD7", "ASQ"), 48, 48, 24),
    ("30 days", 30 * 24, ("PHQ9", "GAD7", "PCL5"), 7 * 24, 7 * 24, 48),
    ("90 days", 90 * 24, ("PHQ9", "GAD7", "PCL5"), 14 * 24, 14 * 24, 48),
    ("180 days", 180 * 24, ("PHQ9", "GAD7", "PCL5"), 21 * 24, 21 * 24, 48),
)


def make_default_points(practice, at: datetime) -> list[FollowUpPoint]:
    """Give a new practice its follow-up points."""
    return FollowUpPoint.objects.bulk_create(
        FollowUpPoint(
            practice=practice,
            label=label,
            offset_hours=hours,
            instruments=list(instruments),
            window_before_h=before,
            window_after_h=after,
            remind_after_h=remind,
        )
        for label, hours, instruments, before, after, remind in POINTS
    )
