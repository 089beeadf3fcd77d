"""What a patient says on the day before a session, besides the questionnaires: fasting, medicines, the way home."""

from django.db import models
from django.db.models import Q

from assessments.models.questionnaires import AnswerLink, AssessmentSet, TeamScoped
from common.records import Privacy, Record, RecordKind
from common.sealed_fields import SealedTextField

MOST_NOTE, MOST_NAME, MOST_PHONE = 500, 120, 32  # letters


class DayBefore(Record):
    """Told once with a set that asks for it (KAP-CHK-DAYBEFORE); by the patient over `link`, else by `told_to`."""

    kind = RecordKind.EVENT
    privacy = Privacy(
        identifying="driver_name driver_phone",
        operational="id patient assessment_set told_at told_to link",
        clinical="will_fast medicines_changed medicines_note has_driver",
    )

    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="days_before")
    assessment_set = models.OneToOneField(AssessmentSet, on_delete=models.PROTECT, related_name="day_before")
    told_at = models.DateTimeField()
    told_to = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    link = models.ForeignKey(AnswerLink, on_delete=models.PROTECT, related_name="+", null=True)
    will_fast = models.BooleanField()
    medicines_changed = models.BooleanField()
    medicines_note = SealedTextField(blank=True)
    has_driver = models.BooleanField()
    driver_name = SealedTextField(blank=True)
    driver_phone = SealedTextField(blank=True)

    objects = TeamScoped.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(link__isnull=False) | Q(told_to__isnull=False), name="day_before_told_by_link_or_person"
            ),
        ]
