"""When a practice writes to its patients, by the patient's own clock."""

from django.db import models
from django.db.models import F, Q

from common.records import Privacy, Record, RecordKind
from followups.schedule import CONTACT_AT, QUIET_FROM, QUIET_UNTIL, Hours


class FollowUpRules(Record):
    """Time of day and quiet hours (KAP-FUP-TIME, KAP-FUP-QUIET). A practice without a row has the starting values."""

    kind = RecordKind.REFERENCE
    privacy = Privacy(operational="id practice contact_at quiet_from quiet_until")

    practice = models.OneToOneField("accounts.Practice", on_delete=models.PROTECT, related_name="follow_up_rules")
    contact_at = models.TimeField(default=CONTACT_AT)
    quiet_from = models.TimeField(default=QUIET_FROM)
    quiet_until = models.TimeField(default=QUIET_UNTIL)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(contact_at__gte=F("quiet_until"), contact_at__lt=F("quiet_from")),
                name="contact_outside_quiet_hours",
            ),
        ]

    @property
    def hours(self) -> Hours:
        return Hours(self.contact_at, self.quiet_from, self.quiet_until)
