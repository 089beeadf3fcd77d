"""The shape of each kind of event; `kind` tells which one it is."""

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers

from common.clinical import Route
from dosing.models import AdministrationEnd, InfusionChange, Remainder
from sessions_app.api.shapes import SEVERITIES, DosingRecordOut, FindingOut, OrderBrief, amount
from sessions_app.models import (
    AdverseEvent,
    Observation,
    RescueDrug,
    RoomConsent,
    RoomEntry,
    ScaleScore,
    VitalReading,
)
from sessions_app.session_events import SessionEvent


class EventOut(serializers.Serializer):
    """What every event tells."""

    kind = serializers.CharField()
    id = serializers.UUIDField()
    minutes = serializers.IntegerField(allow_null=True, help_text="From the first dose; negative before it.")
    occurred_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    recorded_by = serializers.CharField()
    recorded_as = serializers.CharField()
    is_late = serializers.BooleanField()
    late_reason = serializers.CharField(allow_blank=True)


class TransitionEvent(EventOut):
    from_state = serializers.CharField(source="values.from_state", allow_blank=True)
    to_state = serializers.CharField(source="values.to_state")
    reason = serializers.CharField(source="values.reason", allow_blank=True)


class DoseEvent(EventOut):
    number = serializers.IntegerField(source="values.number")
    route = serializers.ChoiceField(source="values.route", choices=Route.choices)
    product = serializers.CharField(source="values.product")
    lot_number = serializers.CharField(source="values.lot_number")
    drawn_mg = amount(source="values.drawn_mg")
    drawn_ml = amount(source="values.drawn_ml", allow_null=True)
    planned_mg = amount(source="values.planned_mg")
    site = serializers.CharField(source="values.site", allow_blank=True)
    diluent = serializers.CharField(source="values.diluent", allow_blank=True)
    final_volume_ml = amount(source="values.final_volume_ml", allow_null=True)
    duration_min = serializers.IntegerField(source="values.duration_min", allow_null=True)
    pump_ml_per_h = amount(source="values.pump_ml_per_h", allow_null=True)
    given_by = serializers.CharField(source="values.given_by")
    verified_by = serializers.CharField(source="values.verified_by", allow_null=True)
    recorded_first_at = serializers.DateTimeField(
        source="values.recorded_first_at",
        allow_null=True,
        help_text="The time written down first, where `occurred_at` is a corrected one.",
    )


class DoseTimeEvent(EventOut):
    """The time of a dose was corrected; `occurred_at` is when it was corrected. The newest one counts."""

    number = serializers.IntegerField(source="values.number", help_text="Of the dose.")
    correction = serializers.IntegerField(source="values.correction", help_text="1 for the first one of this dose.")
    was_at = serializers.DateTimeField(source="values.was_at")
    given_at = serializers.DateTimeField(source="values.given_at")
    reason = serializers.CharField(source="values.reason")
    findings = serializers.ListField(child=serializers.CharField(), source="values.findings")
    is_after_signature = serializers.BooleanField(source="values.is_after_signature")


class InfusionChangeEvent(EventOut):
    number = serializers.IntegerField(source="values.number", help_text="Of the dose.")
    what = serializers.ChoiceField(source="values.what", choices=InfusionChange.What.choices)
    pump_ml_per_h = amount(source="values.pump_ml_per_h", allow_null=True)
    reason = serializers.CharField(source="values.reason")


class DoseEndEvent(EventOut):
    number = serializers.IntegerField(source="values.number", help_text="Of the dose.")
    how = serializers.ChoiceField(source="values.how", choices=AdministrationEnd.How.choices)
    given_mg = amount(source="values.given_mg")
    reason = serializers.CharField(source="values.reason", allow_blank=True)


class ReadingEvent(EventOut):
    phase = serializers.ChoiceField(source="values.phase", choices=VitalReading.Phase.choices)
    systolic_mmhg = serializers.IntegerField(source="values.systolic_mmhg", allow_null=True)
    diastolic_mmhg = serializers.IntegerField(source="values.diastolic_mmhg", allow_null=True)
    heart_rate_bpm = serializers.IntegerField(source="values.heart_rate_bpm", allow_null=True)
    spo2_pct = serializers.IntegerField(source="values.spo2_pct", allow_null=True)
    respiratory_rate = serializers.IntegerField(source="values.respiratory_rate", allow_null=True)
    temperature_c = serializers.DecimalField(
        source="values.temperature_c", max_digits=4, decimal_places=1, allow_null=True
    )
    moaas = serializers.IntegerField(source="values.moaas", allow_null=True)
    dissociation = serializers.IntegerField(source="values.dissociation", allow_null=True)
    on_oxygen = serializers.BooleanField(source="values.on_oxygen")
    note = serializers.CharField(source="values.note", allow_blank=True)
    corrects = serializers.UUIDField(source="values.corrects", allow_null=True)
    severity = serializers.ChoiceField(source="values.severity", choices=SEVERITIES)
    findings = FindingOut(source="values.findings", many=True)
    due_at = serializers.DateTimeField(
        source="values.due_at", allow_null=True, help_text="The due time of a reading that was not taken."
    )
    not_taken = serializers.ChoiceField(
        source="values.not_taken", choices=VitalReading.NotTaken.choices, allow_blank=True
    )


class AlarmAnswerEvent(EventOut):
    """What was done about the critical values of one reading."""

    reading = serializers.UUIDField(source="values.reading")
    sentence = serializers.CharField(source="values.sentence")
    action = serializers.CharField(source="values.action")
    told = serializers.CharField(source="values.told", allow_null=True, help_text="A person of the practice.")
    told_words = serializers.CharField(source="values.told_words", allow_blank=True)


class CorrectableEvent(EventOut):
    """An event that a later one may correct, or take back when it never happened."""

    corrects = serializers.UUIDField(source="values.corrects", allow_null=True)
    is_withdrawal = serializers.BooleanField(source="values.is_withdrawal")
    correction_reason = serializers.CharField(source="values.correction_reason", allow_blank=True)


class ScaleEvent(CorrectableEvent):
    instrument = serializers.ChoiceField(source="values.instrument", choices=ScaleScore.Instrument.choices)
    instrument_version = serializers.CharField(source="values.instrument_version")
    total = serializers.IntegerField(source="values.total")
    activity = serializers.IntegerField(source="values.activity", allow_null=True)
    respiration = serializers.IntegerField(source="values.respiration", allow_null=True)
    circulation = serializers.IntegerField(source="values.circulation", allow_null=True)
    consciousness = serializers.IntegerField(source="values.consciousness", allow_null=True)
    oxygen = serializers.IntegerField(source="values.oxygen", allow_null=True)
    note = serializers.CharField(source="values.note", allow_blank=True)


class RoomEntryEvent(CorrectableEvent):
    membership = serializers.UUIDField(source="values.membership")
    person = serializers.CharField(source="values.person")
    went = serializers.ChoiceField(source="values.went", choices=RoomEntry.Went.choices)


class RescueDrugEvent(CorrectableEvent):
    drug = serializers.CharField(source="values.drug")
    name = serializers.CharField(source="values.name")
    dose = amount(source="values.dose")
    unit = serializers.ChoiceField(source="values.unit", choices=RescueDrug.Unit.choices)
    route = serializers.ChoiceField(source="values.route", choices=RescueDrug.Route.choices)
    ordered_by = serializers.CharField(source="values.ordered_by")
    given_by = serializers.CharField(source="values.given_by")
    reason = serializers.CharField(source="values.reason")


class RoomConsentEvent(CorrectableEvent):
    about = serializers.ChoiceField(source="values.about", choices=RoomConsent.About.choices)
    is_given = serializers.BooleanField(source="values.is_given")
    words = serializers.CharField(source="values.words", allow_blank=True)


class ObservationEvent(CorrectableEvent):
    what = serializers.ChoiceField(source="values.what", choices=Observation.What.choices)
    text = serializers.CharField(source="values.text")


class AdverseEventEvent(CorrectableEvent):
    category = serializers.ChoiceField(source="values.category", choices=AdverseEvent.Category.choices)
    grade = serializers.IntegerField(source="values.grade", help_text="CTCAE 1-5.")
    is_serious = serializers.BooleanField(source="values.is_serious")
    relatedness = serializers.ChoiceField(source="values.relatedness", choices=AdverseEvent.Relatedness.choices)
    description = serializers.CharField(source="values.description")
    action = serializers.CharField(source="values.action")
    outcome = serializers.ChoiceField(source="values.outcome", choices=AdverseEvent.Outcome.choices)
    ended_at = serializers.DateTimeField(source="values.ended_at", allow_null=True)


class RemainderEvent(EventOut):
    what = serializers.ChoiceField(source="values.what", choices=Remainder.What.choices)
    amount_mg = amount(source="values.amount_mg")
    lot_number = serializers.CharField(source="values.lot_number")
    method = serializers.CharField(source="values.method")
    reason = serializers.CharField(source="values.reason")
    witness = serializers.CharField(source="values.witness", allow_null=True)
    witnessed_as = serializers.CharField(source="values.witnessed_as")


SHAPES = {
    "transition": TransitionEvent,
    "dose": DoseEvent,
    "dose_time": DoseTimeEvent,
    "infusion_change": InfusionChangeEvent,
    "dose_end": DoseEndEvent,
    "reading": ReadingEvent,
    "alarm_answer": AlarmAnswerEvent,
    "scale": ScaleEvent,
    "room_entry": RoomEntryEvent,
    "room_consent": RoomConsentEvent,
    "observation": ObservationEvent,
    "adverse_event": AdverseEventEvent,
    "rescue_drug": RescueDrugEvent,
    "remainder": RemainderEvent,
}
COMMON = tuple(EventOut().fields)
EVENT = PolymorphicProxySerializer(
    component_name="SessionEvent", serializers=SHAPES, resource_type_field_name="kind", many=True
)


def shown_events(events: list[SessionEvent]) -> list[dict]:
    """The events as the JSON renderer takes them: what every event tells, then its own values.

    The values come typed out of the database, so nothing is left for a serializer to convert; the shapes above are
    the promise to the reader, and a test holds each event against its shape.
    """
    return [{name: getattr(event, name) for name in COMMON} | event.values for event in events]


class TimelineOut(serializers.Serializer):
    session = serializers.UUIDField()
    first_dose_at = serializers.DateTimeField(allow_null=True)
    events = EVENT


class DosingRecordDetailOut(DosingRecordOut):
    """The record with its order and everything that was done with the drug, in order."""

    order = OrderBrief()
    events = EVENT
