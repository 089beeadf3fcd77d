"""Questionnaires over the API: the answered ones of a patient, and submitting one; the same actions as the pages."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.roles import Permission
from assessments import actions
from assessments.catalogue import UnknownInstrument
from assessments.drafts import new_draft
from assessments.models import Assessment, AssessmentSet
from assessments.practice_catalogue import catalogue_of
from assessments.set_scope import set_for
from common import audit
from common.api import Cursor, PageQuery, checked, shown
from common.errors import OutOfScope, StaleState
from patients.scope import patient_for


class AssessmentQuery(PageQuery):
    """The only parameters the list knows; any other is refused."""

    instrument = serializers.CharField(max_length=20, required=False, help_text="Its code, such as PHQ9 or OWN-1.")


class FlagOut(serializers.Serializer):
    code = serializers.CharField()
    severity = serializers.ChoiceField(choices=["warn", "alert", "urgent"])
    sentence = serializers.CharField()


class AssessmentOut(serializers.Serializer):
    """One submitted questionnaire with its score; `total` is null where the instrument's rule gives none."""

    id = serializers.UUIDField()
    assessment_set = serializers.UUIDField(source="assessment_set_id")
    instrument = serializers.CharField()
    instrument_version = serializers.CharField()
    answers = serializers.DictField()
    total = serializers.DecimalField(max_digits=7, decimal_places=2, allow_null=True)
    subscales = serializers.DictField()
    severity = serializers.CharField()
    flags = FlagOut(many=True)
    is_complete = serializers.BooleanField()
    details = serializers.DictField()
    channel = serializers.CharField()
    submitted_at = serializers.DateTimeField()


class AnswersIn(serializers.Serializer):
    """Question keys and values, as the instrument defines them; an absent key is an open question."""

    answers = serializers.DictField(child=serializers.JSONField(allow_null=True))


class AssessmentCursor(Cursor):
    ordering = ("-answered_at", "-id")


class PatientAssessments(APIView):
    """Everything a patient submitted, newest first."""

    pagination_class = AssessmentCursor
    needs = {"GET": Permission.VIEW_ASSESSMENTS}

    @extend_schema(
        operation_id="patient_assessments_list", parameters=[AssessmentQuery], responses=AssessmentOut(many=True)
    )
    def get(self, request, pk):
        query = checked(AssessmentQuery, request.query_params)
        actor = request._request.actor
        patient = patient_for(actor, pk, Permission.VIEW_ASSESSMENTS)
        rows = Assessment.objects.visible_to(actor).submitted().filter(patient=patient)
        if "instrument" in query:
            rows = rows.filter(instrument=_known_code(actor, query["instrument"]))
        pages = self.pagination_class()
        page = pages.paginate_queryset(rows, request, view=self)
        audit.record_look(actor, "assessments.listed_assessments", subject=patient)
        return pages.get_paginated_response([shown(AssessmentOut, row) for row in page])


def _known_code(actor, code: str) -> str:
    try:
        return catalogue_of(actor.practice_id).get(code).code
    except UnknownInstrument:
        raise serializers.ValidationError({"instrument": f"There is no questionnaire {code}."}) from None


class SubmitAssessment(APIView):
    """Submit one questionnaire of a set once. The same answers sent again by the same person are the same row."""

    needs = {"POST": Permission.RECORD_ASSESSMENT}

    @extend_schema(
        operation_id="assessment_submit",
        request=AnswersIn,
        responses={200: AssessmentOut, 201: AssessmentOut},
    )
    def post(self, request, pk, code):
        actor = request._request.actor
        row = set_for(actor, pk)
        if code not in row.instruments:
            raise OutOfScope("assessments.assessment")
        at, answers = timezone.now(), checked(AnswersIn, request.data)["answers"]
        try:
            sent = actions.submit_assessment(assessment=new_draft(row, code, at), by=actor, at=at, answers=answers)
        except StaleState:
            stored = _sent_before(actor, row, code, answers)
            if stored is None:
                raise
            return Response(shown(AssessmentOut, stored))
        return Response(shown(AssessmentOut, sent), status=status.HTTP_201_CREATED)


def _sent_before(actor, assessment_set: AssessmentSet, code: str, answers: dict) -> Assessment | None:
    """The row that this person sent before with these very answers."""
    rows = Assessment.objects.visible_to(actor).submitted().filter(assessment_set=assessment_set, instrument=code)
    stored = rows.filter(submitted_by_id=actor.membership_id).first()
    told = {key: value for key, value in answers.items() if value is not None}
    return stored if stored is not None and stored.answers == told else None
