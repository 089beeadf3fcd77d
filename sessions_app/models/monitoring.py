"""A practice's alarm limits and reading schedules, and what was done about a critical value."""

from django.db import models
from django.db.models import Q

from accounts.models.versions import SettingVersion
from common.records import EventRecord, Privacy
from common.sealed_fields import SealedTextField
from sessions_app.models.timeline import VitalReading
from sessions_app.models.visit import Session
from sessions_app.monitoring_settings import ABOUT


class MonitoringSetting(SettingVersion):
    """One version of a practice's limits of one measure, or of its clock of one route (KAP-MON-*).

    `values` holds whole numbers by name of the limit (`vital_table`), or the columns of a clock (`clock_rules`).
    What was judged or scheduled before `set_at` keeps the version that held then.
    """

    privacy = Privacy(operational="id practice about version values source set_at set_by note")

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="monitoring_settings")
    about = models.CharField(max_length=20, choices=list(ABOUT.items()))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "about", "version"], name="monitoring_version_once"),
            models.CheckConstraint(condition=Q(about__in=list(ABOUT)), name="monitoring_about_known"),
        ]


class AlarmAnswer(EventRecord):
    """What was done about the critical values of one reading, and who was told; each reading is answered once.

    `sentence` is the alarm as it was judged then. `told` is a person of the practice, `told_words` anybody else.
    """

    frozen_with = ("session",)
    privacy = Privacy(
        operational=EventRecord.EVENT_FIELDS + " session reading told",
        clinical="sentence action told_words",
    )

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="alarm_answers")
    reading = models.OneToOneField(VitalReading, on_delete=models.PROTECT, related_name="alarm_answer")
    sentence = SealedTextField()
    action = SealedTextField()
    told = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    told_words = SealedTextField(blank=True)

    class Meta(EventRecord.Meta):
        constraints = [
            *EventRecord.Meta.constraints,
            models.CheckConstraint(condition=~Q(action=""), name="alarm_answer_has_action"),
            models.CheckConstraint(
                condition=Q(told__isnull=False) | ~Q(told_words=""), name="alarm_answer_says_who_was_told"
            ),
        ]
        indexes = [models.Index(fields=["session", "occurred_at"], name="alarm_answer_timeline")]

    @property
    def told_name(self) -> str:
        """Who was told, in words."""
        named = self.told.user.full_name if self.told_id else ""
        return ", ".join(part for part in (named, self.told_words) if part)
