"""Check-ins over the API: state and times, no answers."""

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers

from accounts.roles import Permission
from assessments.practice_catalogue import catalogue_of
from common import audit
from common.api import Cursor, PageQuery
from followups.models import CheckIn, OutboxMessage
from followups.rows import WITHOUT_MESSAGE, Row
from patients.scope import one

DELIVERIES = [
    *OutboxMessage.State.choices,
    *((value, label) for value, label in OutboxMessage.Delivery.choices if value),
    *((code, words) for code, (_, words, _) in WITHOUT_MESSAGE.items()),
]


PURPOSES = [("invite", "First message"), ("reminder", "Reminder"), ("again", "Sent again")]


class DeliverySerializer(serializers.Serializer):
    """What became of the message, as the pages say it."""

    state = serializers.ChoiceField(
        DELIVERIES, source="delivery_code", help_text="`to_call` and `handed_over` where no message stands."
    )
    words = serializers.CharField(source="delivery.word")
    channel = serializers.CharField(
        source="told_by.message.channel", allow_null=True, default=None, help_text="`email` or `text`."
    )
    at = serializers.DateTimeField(
        source="delivery_at", allow_null=True, help_text="When this was heard, or the message was taken."
    )
    trouble = serializers.CharField(help_text="Why it did not arrive or was not sent; empty when nothing is wrong.")
    needs_call = serializers.BooleanField(source="asks_for_call")


class MessageSerializer(serializers.Serializer):
    """One message; neither its words nor where it went."""

    id = serializers.UUIDField(source="message.pk")
    purpose = serializers.ChoiceField(PURPOSES)
    channel = serializers.CharField(source="message.channel", help_text="`email` or `text`.")
    state = serializers.ChoiceField(DELIVERIES, source="code")
    words = serializers.CharField(source="chip.word")
    attempts = serializers.IntegerField(source="message.attempts")
    created_at = serializers.DateTimeField(source="message.created_at")
    sent_at = serializers.DateTimeField(source="message.sent_at", allow_null=True)
    delivery_at = serializers.DateTimeField(source="message.delivery_at", allow_null=True)
    trouble = serializers.CharField()


class CheckInSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    patient = serializers.UUIDField(source="patient_id")
    session = serializers.UUIDField(source="session_id")
    occasion = serializers.ChoiceField(CheckIn.Occasion.choices)
    label = serializers.CharField()
    state = serializers.ChoiceField(CheckIn.State.choices)
    due_at = serializers.DateTimeField()
    local_due = serializers.CharField(help_text="YYYY-MM-DD HH:MM in `time_zone`, the patient's own.")
    time_zone = serializers.CharField()
    closes_at = serializers.DateTimeField()
    planned_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    ended_reason = serializers.CharField()
    assessment_set = serializers.UUIDField(source="assessment_set_id", allow_null=True)
    delivery = serializers.SerializerMethodField(help_text="Null while it was never opened.")
    messages = serializers.SerializerMethodField(help_text="The oldest first.")
    version = serializers.IntegerField()

    @extend_schema_field(DeliverySerializer(allow_null=True))
    def get_delivery(self, check_in):
        row = self._row(check_in)
        return DeliverySerializer(row).data if row.delivery_code else None

    @extend_schema_field(MessageSerializer(many=True))
    def get_messages(self, check_in):
        return MessageSerializer(self._row(check_in).messages, many=True).data

    def _row(self, check_in) -> Row:
        return Row(check_in, timezone.now(), catalogue_of(self.context["request"]._request.actor.practice_id))


class CheckInFilter(PageQuery):
    """The only parameters the list knows; any other is refused."""

    patient = serializers.UUIDField(required=False)
    state = serializers.ChoiceField(CheckIn.State.choices, required=False)
    due_before = serializers.DateTimeField(required=False)

    def narrowed(self, check_ins: QuerySet) -> QuerySet:
        self.is_valid(raise_exception=True)
        lookups = {"patient": "patient_id", "state": "state", "due_before": "due_at__lt"}
        wanted = {lookups[name]: value for name, value in self.validated_data.items() if name in lookups}
        return check_ins.filter(**wanted)


class ByDueTime(Cursor):
    ordering = ("due_at", "id")


@extend_schema(tags=["check-ins"], parameters=[CheckInFilter])
class CheckInList(generics.ListAPIView):
    """Check-ins the caller may see, the earliest due first."""

    needs = {"GET": Permission.VIEW_FOLLOWUPS}
    serializer_class = CheckInSerializer
    pagination_class = ByDueTime
    filter_backends = ()
    queryset = CheckIn.objects.none()

    def get_queryset(self):
        mine = CheckIn.objects.visible_to(self.request._request.actor).with_delivery()
        return CheckInFilter(data=self.request.query_params).narrowed(mine)

    def list(self, request, *args, **kwargs):
        response = super().list(request, *args, **kwargs)
        people = [row["patient"] for row in response.data["results"]]
        audit.record_list(request._request.actor, "followups.listed_check_ins", people)
        return response


@extend_schema(tags=["check-ins"])
class CheckInDetail(generics.RetrieveAPIView):
    """One check-in."""

    needs = {"GET": Permission.VIEW_FOLLOWUPS}
    serializer_class = CheckInSerializer
    queryset = CheckIn.objects.none()

    def get_object(self):
        actor = self.request._request.actor
        row = one(CheckIn.objects.visible_to(actor).with_delivery(), pk=self.kwargs["pk"])
        audit.record(actor, "followups.looked_at_check_in", at=timezone.now(), subject=row)
        return row
