"""Check-ins over the API: state and times, no answers."""

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers

from accounts.roles import Permission
from common import audit
from common.api import Cursor, PageQuery
from followups.models import CheckIn
from patients.scope import one


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
    version = serializers.IntegerField()


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
        mine = CheckIn.objects.visible_to(self.request._request.actor)
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
        row = one(CheckIn.objects.visible_to(actor), pk=self.kwargs["pk"])
        audit.record(actor, "followups.looked_at_check_in", at=timezone.now(), subject=row)
        return row
