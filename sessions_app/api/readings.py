"""Readings over the API; the client makes the id, so that a retry after a lost answer is the same reading."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.roles import Permission
from common.api import Known, shown
from sessions_app import actions
from sessions_app.api.base import Asked
from sessions_app.api.shapes import SEVERITIES, FindingOut
from sessions_app.models import VitalReading
from sessions_app.session_events import findings_of
from sessions_app.session_scope import reached_session
from sessions_app.vital_limits import worst


def _whole(**more) -> serializers.IntegerField:
    return serializers.IntegerField(required=False, allow_null=True, **more)


class ReadingIn(Known):
    """At least one value, or a note why nothing was taken. Both pressures or none."""

    id = serializers.UUIDField()
    systolic_mmhg = _whole(help_text="40-300")
    diastolic_mmhg = _whole(help_text="20-200")
    heart_rate_bpm = _whole(help_text="20-250")
    spo2_pct = _whole(help_text="40-100")
    respiratory_rate = _whole(help_text="0-60")
    temperature_c = serializers.DecimalField(max_digits=4, decimal_places=1, required=False, allow_null=True)
    moaas = _whole(help_text="MOAA/S 0-5")
    dissociation = _whole(help_text="0 none to 3 severe")
    on_oxygen = serializers.BooleanField(required=False)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)
    corrects_id = serializers.UUIDField(required=False, allow_null=True, help_text="The reading this one replaces.")
    occurred_at = serializers.DateTimeField(required=False, allow_null=True, help_text="Left out: now.")
    late_reason = serializers.CharField(max_length=300, required=False, allow_blank=True)


class ReadingOut(serializers.Serializer):
    id = serializers.UUIDField()
    session = serializers.UUIDField(source="session_id")
    occurred_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    recorded_as = serializers.CharField()
    late_reason = serializers.CharField()
    phase = serializers.ChoiceField(choices=VitalReading.Phase.choices)
    systolic_mmhg = serializers.IntegerField(allow_null=True)
    diastolic_mmhg = serializers.IntegerField(allow_null=True)
    heart_rate_bpm = serializers.IntegerField(allow_null=True)
    spo2_pct = serializers.IntegerField(allow_null=True)
    respiratory_rate = serializers.IntegerField(allow_null=True)
    temperature_c = serializers.DecimalField(max_digits=4, decimal_places=1, allow_null=True)
    moaas = serializers.IntegerField(allow_null=True)
    dissociation = serializers.IntegerField(allow_null=True)
    on_oxygen = serializers.BooleanField()
    note = serializers.CharField()
    corrects = serializers.UUIDField(source="corrects_id", allow_null=True)
    severity = serializers.ChoiceField(choices=SEVERITIES)
    findings = FindingOut(many=True)
    due_at = serializers.DateTimeField(allow_null=True, help_text="The due time of a reading that was not taken.")
    not_taken = serializers.ChoiceField(choices=VitalReading.NotTaken.choices, allow_blank=True)


def status_of(row, at) -> int:
    """201 for a row that this request wrote, 200 for one that was stored before."""
    return status.HTTP_201_CREATED if row.recorded_at == at else status.HTTP_200_OK


def with_findings(session, reading: VitalReading) -> VitalReading:
    """The stored reading with what is abnormal in it. One query."""
    reading.findings = findings_of(session, reading.pk)
    reading.severity = worst(reading.findings)
    return reading


class Readings(Asked, APIView):
    """Vital signs of a session."""

    needs = {"POST": Permission.RECORD_VITALS}

    @extend_schema(
        tags=["sessions"],
        request=ReadingIn,
        responses={201: ReadingOut, 200: OpenApiResponse(ReadingOut, "Stored before under the same id.")},
    )
    def post(self, request, pk):
        session, _ = reached_session(self.actor, pk)
        self.checked_query()
        values = self.checked_body(ReadingIn)
        at = timezone.now()
        reading = actions.record_reading(session=session, by=self.actor, at=at, **values)
        return Response(shown(ReadingOut, with_findings(session, reading)), status=status_of(reading, at))
