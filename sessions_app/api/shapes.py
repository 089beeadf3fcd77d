"""What goes into and out of this app's API; a parameter or value that is not named here is refused."""

from rest_framework import serializers

from common.api import PageQuery
from common.clinical import Route
from common.errors import InvalidInput
from sessions_app.dosing_filters import MARKS
from sessions_app.states import State
from sessions_app.vital_limits import MEASURES, Severity

ORDERINGS = {
    "scheduled_for": ("scheduled_for", "id"),
    "-scheduled_for": ("-scheduled_for", "-id"),
}
RECORD_ORDERINGS = {
    "-first_dose_at": ("-first_dose_at", "-id"),
    "first_dose_at": ("first_dose_at", "id"),
    "-given_mg": ("-given_mg", "-id"),
    "-wasted_mg": ("-wasted_mg", "-id"),
}


SEVERITIES = [(severity.value, severity.label) for severity in Severity]


class FindingOut(serializers.Serializer):
    """What is abnormal of one measure, under the limits in force when the reading was taken."""

    severity = serializers.ChoiceField(choices=SEVERITIES)
    measure = serializers.ChoiceField(choices=[(name, label) for name, (label, _) in MEASURES.items()])
    sentence = serializers.CharField()
    source = serializers.CharField()


def amount(**more) -> serializers.DecimalField:
    """An exact amount with three places, a number in the JSON."""
    return serializers.DecimalField(max_digits=12, decimal_places=3, **more)


class SessionQuery(PageQuery):
    state = serializers.ChoiceField(choices=State.choices(), required=False)
    route = serializers.ChoiceField(choices=Route.choices, required=False, help_text="Route of the series.")
    patient = serializers.UUIDField(required=False)
    scheduled_from = serializers.DateTimeField(required=False)
    scheduled_to = serializers.DateTimeField(required=False, help_text="Not included.")
    ordering = serializers.ChoiceField(choices=list(ORDERINGS), default="-scheduled_for")


class DosingRecordQuery(PageQuery):
    date_from = serializers.DateField(required=False, help_text="A day of the practice.")
    date_to = serializers.DateField(required=False, help_text="The last day, included.")
    route = serializers.ChoiceField(choices=Route.choices, required=False)
    product = serializers.UUIDField(required=False)
    patient = serializers.UUIDField(required=False)
    staff = serializers.UUIDField(required=False, help_text="Who drew, gave, verified or witnessed (membership).")
    lot = serializers.CharField(required=False, max_length=40)
    marks = serializers.MultipleChoiceField(
        choices=[(name, words) for name, (words, _) in MARKS.items()],
        required=False,
        help_text="Repeat the parameter; a record has all of them.",
    )
    ordering = serializers.ChoiceField(choices=list(RECORD_ORDERINGS), default="-first_dose_at")

    def validate(self, values):
        first, last = values.get("date_from"), values.get("date_to")
        if first and last and last < first:
            raise InvalidInput({"date_to": "This day is before the first one."})
        return values


class PatientBrief(serializers.Serializer):
    id = serializers.UUIDField()
    mrn = serializers.CharField()
    name = serializers.CharField()


class SessionOut(serializers.Serializer):
    id = serializers.UUIDField()
    patient = PatientBrief()
    series = serializers.UUIDField(source="series_id")
    number = serializers.IntegerField(help_text="Place in the series.")
    route = serializers.ChoiceField(source="series.route", choices=Route.choices)
    state = serializers.ChoiceField(choices=State.choices())
    scheduled_for = serializers.DateTimeField()
    planned_minutes = serializers.IntegerField()
    room = serializers.CharField(source="room.name", default=None, allow_null=True)
    checked_in_at = serializers.DateTimeField(allow_null=True)
    first_dose_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    signed_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class RosterOut(serializers.Serializer):
    membership = serializers.UUIDField(source="membership_id")
    name = serializers.CharField(source="membership.user.full_name")
    duty = serializers.CharField()
    joined_at = serializers.DateTimeField()
    left_at = serializers.DateTimeField(allow_null=True)


class OrderedDoseOut(serializers.Serializer):
    """What the order says for the dose of one session."""

    order = serializers.UUIDField(source="order.id")
    number = serializers.IntegerField(help_text="Which dose of the series.")
    from_dose = serializers.IntegerField(help_text="The step of the plan; 1 is the order's own dose.")
    dose_mg = amount()
    mg_per_kg = amount(allow_null=True)
    max_mg = amount(allow_null=True)
    draw_ml = amount(allow_null=True)
    max_total_mg = amount()
    condition = serializers.CharField(allow_blank=True)
    review_due_after = serializers.ListField(
        child=serializers.IntegerField(), help_text="Doses after which a review is due that holds this one."
    )
    working = serializers.ListField(child=serializers.CharField(), source="plan.working")


class EarlyStopOut(serializers.Serializer):
    """Dosing ended before all of it was given, and was not taken up again."""

    occurred_at = serializers.DateTimeField()
    reason = serializers.CharField()
    recorded_by = serializers.CharField(source="recorded_by.user.full_name")


class SessionDetailOut(SessionOut):
    early_stop = EarlyStopOut(allow_null=True)
    order = serializers.UUIDField(source="order_id", allow_null=True)
    ordered_dose = OrderedDoseOut(allow_null=True)
    roster = RosterOut(many=True, source="people")


class DosingRecordOut(serializers.Serializer):
    """One line of the list; the id is the session's."""

    id = serializers.UUIDField()
    patient = PatientBrief()
    route = serializers.ChoiceField(choices=Route.choices)
    product = serializers.CharField(source="product.name")
    lots = serializers.SerializerMethodField()
    first_dose_at = serializers.DateTimeField()
    last_dose_at = serializers.DateTimeField()
    dosing_ended_at = serializers.DateTimeField(allow_null=True)
    ordered_mg = amount()
    dose_number = serializers.IntegerField(allow_null=True, help_text="Which dose of the series.")
    drawn_mg = amount()
    given_mg = amount()
    wasted_mg = amount()
    returned_mg = amount()
    has_late_entry = serializers.BooleanField()
    has_open_remainder = serializers.BooleanField()
    is_above_order = serializers.BooleanField()
    is_limit_overridden = serializers.BooleanField()
    reviewed_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()

    def get_lots(self, record) -> list[str]:
        return record.lot_numbers.split()


class StepOut(serializers.Serializer):
    from_dose = serializers.IntegerField()
    dose_mg = amount()
    mg_per_kg = amount(allow_null=True)
    max_mg = amount(allow_null=True)
    max_total_mg = amount()
    condition = serializers.CharField(allow_blank=True)


class OrderBrief(serializers.Serializer):
    id = serializers.UUIDField()
    version = serializers.IntegerField()
    dose_mg = amount()
    mg_per_kg = amount(allow_null=True)
    weight_kg = serializers.DecimalField(max_digits=6, decimal_places=2)
    booster_mg = amount(allow_null=True)
    max_total_mg = amount()
    max_mg = amount(allow_null=True)
    planned_doses = serializers.IntegerField(allow_null=True)
    steps = StepOut(many=True, source="later_steps", help_text="Later steps of the plan.")
    review_count = serializers.IntegerField(help_text="After how many of the doses the plan is looked at.")
    signed_by = serializers.CharField(source="signed_by.user.full_name")
    signed_at = serializers.DateTimeField()
