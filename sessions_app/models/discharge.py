"""How the patient left: every criterion, or against advice with the prescriber's reason."""

from django.db import models
from django.db.models import Q

from common.records import EventRecord, Privacy
from common.sealed_fields import SealedTextField
from sessions_app.models.visit import Session


class Discharge(EventRecord):
    """Modified Aldrete items are 0-2 each (KAP-DIS-ALDRETE). One per session."""

    frozen_with = ("session",)
    privacy = Privacy(
        identifying="escort_name escort_relation escort_phone",
        operational=EventRecord.EVENT_FIELDS + " session prescriber",
        clinical="is_against_advice advice_reason aldrete_activity aldrete_respiration aldrete_circulation "
        "aldrete_consciousness aldrete_oxygen walks_unaided is_oriented nausea_controlled dissociation_resolved "
        "no_suicidal_intent escort_present instructions_given unmet outcomes",
    )

    session = models.OneToOneField(Session, on_delete=models.PROTECT, related_name="discharge")
    aldrete_activity = models.PositiveSmallIntegerField()
    aldrete_respiration = models.PositiveSmallIntegerField()
    aldrete_circulation = models.PositiveSmallIntegerField()
    aldrete_consciousness = models.PositiveSmallIntegerField()
    aldrete_oxygen = models.PositiveSmallIntegerField()
    walks_unaided = models.BooleanField()
    is_oriented = models.BooleanField()
    nausea_controlled = models.BooleanField()
    dissociation_resolved = models.BooleanField()
    no_suicidal_intent = models.BooleanField()
    escort_present = models.BooleanField()
    escort_name = SealedTextField(blank=True)
    escort_relation = SealedTextField(blank=True)
    escort_phone = SealedTextField(blank=True)
    instructions_given = models.BooleanField()
    is_against_advice = models.BooleanField(default=False)
    advice_reason = SealedTextField(blank=True)
    prescriber = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    unmet = models.JSONField(default=list, help_text="Codes of the criteria that were not met.")
    outcomes = models.JSONField(default=list, help_text="Each criterion: code, outcome, id of the waiver.")

    class Meta(EventRecord.Meta):
        constraints = [
            *EventRecord.Meta.constraints,
            models.CheckConstraint(
                condition=Q(is_against_advice=False, unmet=[])
                | (Q(is_against_advice=True, prescriber__isnull=False) & ~Q(advice_reason="")),
                name="discharge_against_advice_reasoned",
            ),
            *[
                models.CheckConstraint(condition=Q(**{f"aldrete_{item}__range": (0, 2)}), name=f"aldrete_{item}_0_2")
                for item in ("activity", "respiration", "circulation", "consciousness", "oxygen")
            ],
        ]

    @property
    def aldrete_total(self) -> int:
        return (
            self.aldrete_activity
            + self.aldrete_respiration
            + self.aldrete_circulation
            + self.aldrete_consciousness
            + self.aldrete_oxygen
        )
