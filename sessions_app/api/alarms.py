"""Answers to critical values over the API: what was done and who was told."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.roles import Permission
from common.api import Known
from sessions_app import actions
from sessions_app.api.base import Asked
from sessions_app.session_scope import reached_session


class AlarmAnswerIn(Known):
    """One answer to the critical values of one or more readings."""

    id = serializers.UUIDField()
    readings = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=50)
    action = serializers.CharField(max_length=1000, help_text="What was done.")
    told_id = serializers.UUIDField(required=False, allow_null=True, help_text="A colleague (membership).")
    told_words = serializers.CharField(
        max_length=200, required=False, allow_blank=True, help_text="Anybody else, such as the emergency services."
    )
    occurred_at = serializers.DateTimeField(required=False, allow_null=True, help_text="Left out: now.")
    late_reason = serializers.CharField(max_length=300, required=False, allow_blank=True)


class AlarmAnswerOut(serializers.Serializer):
    id = serializers.UUIDField()
    session = serializers.UUIDField(source="session_id")
    reading = serializers.UUIDField(source="reading_id")
    sentence = serializers.CharField()
    action = serializers.CharField()
    told_id = serializers.UUIDField(allow_null=True)
    told_words = serializers.CharField(allow_blank=True)
    occurred_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    recorded_as = serializers.CharField()
    late_reason = serializers.CharField(allow_blank=True)


class AlarmAnswers(Asked, APIView):
    """What was done about critical values of a session."""

    needs = {"POST": Permission.RECORD_VITALS}

    @extend_schema(
        tags=["sessions"],
        request=AlarmAnswerIn,
        responses={
            201: AlarmAnswerOut(many=True),
            200: OpenApiResponse(AlarmAnswerOut(many=True), "Stored before under the same id."),
        },
    )
    def post(self, request, pk):
        session, _ = reached_session(self.actor, pk)
        self.checked_query()
        values = self.checked_body(AlarmAnswerIn)
        at = timezone.now()
        rows = actions.answer_alarms(session=session, by=self.actor, at=at, **values)
        is_new = rows[0].recorded_at == at
        shown = AlarmAnswerOut(rows, many=True).data
        return Response(shown, status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)
