"""Doses of a session over the API; giving one passes the same gates as on the session's page."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.roles import Permission
from common import audit
from common.api import Known
from common.clinical import Route
from sessions_app import actions
from sessions_app.api.base import Asked
from sessions_app.api.readings import status_of
from sessions_app.api.shapes import amount
from sessions_app.session_facts import administrations_of, with_containers
from sessions_app.session_scope import reached_session


class DoseIn(Known):
    """A dose as it lies on the tray; mg of base. A blocker that may be passed needs its code and a typed reason."""

    id = serializers.UUIDField()
    lot_id = serializers.UUIDField()
    container_id = serializers.UUIDField(
        required=False, allow_null=True, help_text="Vial or device. Left out: the open one first, then by number."
    )
    drawn_mg = amount()
    planned_mg = amount()
    given_by_id = serializers.UUIDField(help_text="Membership of who gives it, named on the session.")
    verified_email = serializers.CharField(required=False, allow_blank=True, max_length=254)
    verified_password = serializers.CharField(required=False, allow_blank=True, max_length=128, write_only=True)
    site = serializers.CharField(required=False, allow_blank=True, max_length=80)
    diluent = serializers.CharField(required=False, allow_blank=True, max_length=60)
    final_volume_ml = serializers.DecimalField(max_digits=8, decimal_places=2, required=False, allow_null=True)
    duration_min = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=600)
    occurred_at = serializers.DateTimeField(required=False, allow_null=True, help_text="Left out: now.")
    late_reason = serializers.CharField(max_length=300, required=False, allow_blank=True)
    overrides = serializers.DictField(child=serializers.CharField(max_length=300), required=False)
    version = serializers.IntegerField(required=False, allow_null=True, help_text="Of the session as you saw it.")


class TakenOut(serializers.Serializer):
    """One vial or device: less in it by a draw, more by a return."""

    id = serializers.UUIDField(source="container_id", allow_null=True)
    label = serializers.CharField(source="container.label", default=None, allow_null=True)
    change_mg = amount()


class DoseTimeIn(Known):
    """When the dose was really given. What the time breaks is refused once; `confirmed` says it was read."""

    id = serializers.UUIDField(required=False)
    given_at = serializers.DateTimeField()
    reason = serializers.CharField(max_length=300)
    confirmed = serializers.BooleanField(required=False)
    password = serializers.CharField(
        max_length=128,
        required=False,
        allow_blank=True,
        write_only=True,
        help_text="Needed once the session is signed.",
    )
    version = serializers.IntegerField(required=False, allow_null=True, help_text="Of the session as you saw it.")


class DoseTimeOut(serializers.Serializer):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    was_at = serializers.DateTimeField()
    given_at = serializers.DateTimeField()
    reason = serializers.CharField()
    findings = serializers.ListField(child=serializers.CharField())
    is_after_signature = serializers.BooleanField()
    recorded_at = serializers.DateTimeField()
    recorded_by = serializers.CharField(source="recorded_by.user.full_name")
    recorded_as = serializers.CharField()


class DoseOut(serializers.Serializer):
    id = serializers.UUIDField()
    session = serializers.UUIDField(source="dosing_record_id")
    number = serializers.IntegerField()
    route = serializers.ChoiceField(choices=Route.choices)
    product = serializers.CharField(source="draw.lot.product.name")
    lot_number = serializers.CharField(source="draw.lot.lot_number")
    containers = TakenOut(many=True, source="draw.movements.all", help_text="What it was drawn from, and returned to.")
    drawn_mg = amount(source="draw.drawn_mg")
    planned_mg = amount()
    given_mg = amount(source="end.given_mg", default=None, allow_null=True, help_text="Null while it runs.")
    ended_at = serializers.DateTimeField(allow_null=True)
    remaining_mg = amount(source="draw.outstanding_mg", help_text="Of the draw: neither given, wasted nor returned.")
    site = serializers.CharField()
    diluent = serializers.CharField()
    final_volume_ml = serializers.DecimalField(max_digits=8, decimal_places=2, allow_null=True)
    duration_min = serializers.IntegerField(allow_null=True)
    pump_ml_per_h = serializers.DecimalField(max_digits=8, decimal_places=2, allow_null=True)
    given_by = serializers.CharField(source="given_by.user.full_name")
    verified_by = serializers.CharField(source="verified_by.user.full_name", default=None, allow_null=True)
    overrides = serializers.DictField(child=serializers.CharField())
    occurred_at = serializers.DateTimeField(help_text="As written down first.")
    given_at = serializers.DateTimeField(help_text="As far as is known now: the newest corrected time.")
    time_corrections = DoseTimeOut(many=True, source="corrections")
    recorded_at = serializers.DateTimeField()
    recorded_by = serializers.CharField(source="recorded_by.user.full_name")
    recorded_as = serializers.CharField()
    late_reason = serializers.CharField()


@extend_schema(tags=["sessions"])
class Doses(Asked, APIView):
    """What was given in a session."""

    needs = {"GET": Permission.VIEW_DOSING, "POST": Permission.GIVE_DOSE}

    @extend_schema(operation_id="sessions_doses_list", responses=DoseOut(many=True))
    def get(self, request, pk):
        session, _ = reached_session(self.actor, pk, Permission.VIEW_DOSING)
        self.checked_query()
        doses = with_containers(administrations_of(session))
        audit.record(self.actor, "sessions.looked_at_doses", at=timezone.now(), subject=session)
        return Response(DoseOut(doses, many=True).data)

    @extend_schema(
        operation_id="sessions_doses_create",
        request=DoseIn,
        responses={201: DoseOut, 200: OpenApiResponse(DoseOut, "Stored before under the same id.")},
    )
    def post(self, request, pk):
        session, _ = reached_session(self.actor, pk)
        self.checked_query()
        values = self.checked_body(DoseIn)
        at = timezone.now()
        given = actions.give_session_dose(session=session, by=self.actor, at=at, **values)
        session.dosing_record_id = given.dosing_record_id
        [dose] = with_containers([row for row in administrations_of(session) if row.pk == given.pk])
        return Response(DoseOut(dose).data, status=status_of(dose, at))


@extend_schema(tags=["sessions"])
class DoseTimes(Asked, APIView):
    """Correcting when a dose of a session was given; the dose stays, the newest correction counts."""

    needs = {"POST": Permission.GIVE_DOSE}

    @extend_schema(operation_id="sessions_dose_time_correct", request=DoseTimeIn, responses={201: DoseTimeOut})
    def post(self, request, pk, administration_id):
        session, _ = reached_session(self.actor, pk)
        self.checked_query()
        at = timezone.now()
        correction = actions.correct_session_dose_time(
            session=session, administration_id=administration_id, by=self.actor, at=at, **self.checked_body(DoseTimeIn)
        )
        return Response(DoseTimeOut(correction).data, status=status_of(correction, at))
