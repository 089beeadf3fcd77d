"""Patients over the API: list and search, read, register. Writes go through the same actions as the pages."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import TIME_ZONES
from accounts.roles import Permission
from common import audit
from common.api import Compiled, Cursor, PageQuery, checked, moment, shown
from patients import actions
from patients.first_page import TOLD, first_page, listed
from patients.models import Patient
from patients.scope import patient_for

ORDERINGS = {
    "family_name": ("family_name", "given_name", "id"),
    "-family_name": ("-family_name", "-given_name", "-id"),
    "registered_at": ("registered_at", "id"),
    "-registered_at": ("-registered_at", "-id"),
}


class PatientQuery(PageQuery):
    """The only parameters the list knows; any other is refused."""

    search = serializers.CharField(required=False, max_length=80, help_text="Words of a name, or an MRN.")
    in_care = serializers.BooleanField(required=False, allow_null=True, default=None)
    ordering = serializers.ChoiceField(choices=list(ORDERINGS), default="family_name")


class PatientOut(serializers.Serializer):
    """Identity and contact; no chart facts."""

    id = serializers.UUIDField()
    mrn = serializers.CharField()
    given_name = serializers.CharField()
    family_name = serializers.CharField()
    preferred_name = serializers.CharField()
    pronouns = serializers.CharField()
    birth_date = serializers.DateField()
    sex_at_birth = serializers.ChoiceField(choices=Patient.Sex.choices)
    email = serializers.CharField()
    phone = serializers.CharField()
    mobile = serializers.CharField()
    address = serializers.CharField()
    time_zone = serializers.CharField()
    email_allowed = serializers.BooleanField()
    contact_by = serializers.ChoiceField(choices=Patient.ContactBy.choices)
    emergency_name = serializers.CharField()
    emergency_phone = serializers.CharField()
    emergency_relation = serializers.CharField()
    in_care = serializers.BooleanField(source="is_in_care")
    registered_at = serializers.DateTimeField()
    version = serializers.IntegerField()


_TOLD_AS_IS = [name for name in TOLD if name in PatientOut().fields]


def told(row: dict) -> dict:
    """A row of a list in the shape of `PatientOut` (a test compares them), without a serializer's conversions."""
    return {name: row[name] for name in _TOLD_AS_IS} | {
        "in_care": row["discharged_from_care_at"] is None,
        "registered_at": moment(row["registered_at"]),
    }


class PatientIn(serializers.Serializer):
    """A registration. The client makes `id`, so that a retry is the same patient."""

    id = serializers.UUIDField()
    given_name = serializers.CharField(max_length=80)
    family_name = serializers.CharField(max_length=80)
    birth_date = serializers.DateField()
    time_zone = serializers.ChoiceField(choices=[name for name, _ in TIME_ZONES])
    preferred_name = serializers.CharField(max_length=80, required=False, allow_blank=True)
    pronouns = serializers.CharField(max_length=40, required=False, allow_blank=True)
    sex_at_birth = serializers.ChoiceField(choices=Patient.Sex.choices, required=False)
    email = serializers.EmailField(required=False, allow_blank=True)
    phone = serializers.CharField(max_length=32, required=False, allow_blank=True)
    mobile = serializers.CharField(max_length=32, required=False, allow_blank=True, help_text="+ and country code.")
    address = serializers.CharField(max_length=240, required=False, allow_blank=True)
    email_allowed = serializers.BooleanField(required=False)
    contact_by = serializers.ChoiceField(choices=Patient.ContactBy.choices, required=False)
    emergency_name = serializers.CharField(max_length=120, required=False, allow_blank=True)
    emergency_phone = serializers.CharField(max_length=32, required=False, allow_blank=True)
    emergency_relation = serializers.CharField(max_length=60, required=False, allow_blank=True)
    height_cm = serializers.IntegerField(min_value=50, max_value=250, required=False, allow_null=True)
    team = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=50)
    overrides = serializers.DictField(
        child=serializers.CharField(max_length=300),
        required=False,
        help_text="Blocker code to reason; POSSIBLE_DUPLICATE says how you know this is another person.",
    )


class PatientCursor(Cursor):
    """Pages in the order that the query asks for."""

    def get_ordering(self, request, queryset, view):
        return ORDERINGS[view.query["ordering"]]


class PatientList(APIView):
    """The patients in the caller's scope."""

    pagination_class = PatientCursor
    needs = {"GET": Permission.VIEW_IDENTITY, "POST": Permission.REGISTER_PATIENT}

    @extend_schema(
        operation_id="patients_list",
        parameters=[PatientQuery],
        responses=PatientOut(many=True),
    )
    def get(self, request):
        self.query = checked(PatientQuery, request.query_params)
        actor, search, in_care = request._request.actor, self.query.get("search", ""), self.query["in_care"]
        pages = self.pagination_class()
        listing = Compiled(
            lambda: listed(actor, search, in_care),
            lambda ordering, number: first_page(actor, search, in_care, ordering, number),
        )
        rows = pages.paginate_queryset(listing, request, view=self)
        audit.record_list(actor, "patients.listed_patients", [row["id"] for row in rows])
        return pages.get_paginated_response([told(row) for row in rows])

    @extend_schema(operation_id="patients_create", request=PatientIn, responses={201: PatientOut})
    def post(self, request):
        given = checked(PatientIn, request.data)
        actor = request._request.actor
        patient = actions.register_patient(by=actor, at=timezone.now(), **given)
        return Response(shown(PatientOut, patient), status=status.HTTP_201_CREATED)


class PatientDetail(APIView):
    """One patient's identity and contact."""

    needs = {"GET": Permission.VIEW_IDENTITY}

    @extend_schema(operation_id="patients_read", responses=PatientOut)
    def get(self, request, pk):
        actor = request._request.actor
        patient = patient_for(actor, pk)
        audit.record_look(actor, "patients.looked_at_identity", subject=patient)
        return Response(shown(PatientOut, patient))
