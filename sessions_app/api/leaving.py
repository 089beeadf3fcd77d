"""Leaving over the API: how each criterion stands, the discharge, and a prescriber's waiver."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.roles import Permission
from common import audit
from common.api import Known
from sessions_app import actions
from sessions_app.api.base import Asked
from sessions_app.leaving_facts import leaving_criteria, left_with
from sessions_app.session_facts import ROW, load_facts
from sessions_app.session_scope import reached_session

OUTCOMES = [("met", "Met"), ("waived", "Waived"), ("unmet", "Not met")]


class WaiverOut(serializers.Serializer):
    id = serializers.UUIDField()
    by = serializers.CharField()
    reason = serializers.CharField()
    decided_at = serializers.DateTimeField()


class CriterionOut(serializers.Serializer):
    code = serializers.CharField()
    label = serializers.CharField()
    outcome = serializers.ChoiceField(choices=OUTCOMES)
    fact = serializers.CharField(help_text="What was measured; may be empty.")
    sentence = serializers.CharField(help_text="What is missing where it is not met.")
    source = serializers.CharField()
    may_waive = serializers.BooleanField(help_text="By the prescriber on the roster, for one hour.")
    waiver = WaiverOut(allow_null=True)


class LeavingOut(serializers.Serializer):
    """Before the patient leaves: what the record decides. Afterwards: every criterion as it was then."""

    session = serializers.UUIDField()
    state = serializers.CharField()
    version = serializers.IntegerField(help_text="Send it with the discharge.")
    criteria = CriterionOut(many=True)


class DischargeIn(Known):
    """Modified Aldrete items 0-2, each question of the discharge, and who takes the patient home."""

    aldrete_activity = serializers.IntegerField(min_value=0, max_value=2)
    aldrete_respiration = serializers.IntegerField(min_value=0, max_value=2)
    aldrete_circulation = serializers.IntegerField(min_value=0, max_value=2, help_text="In per cent of the baseline.")
    aldrete_consciousness = serializers.IntegerField(min_value=0, max_value=2)
    aldrete_oxygen = serializers.IntegerField(min_value=0, max_value=2)
    is_oriented = serializers.BooleanField()
    walks_unaided = serializers.BooleanField()
    dissociation_resolved = serializers.BooleanField()
    nausea_controlled = serializers.BooleanField()
    no_suicidal_intent = serializers.BooleanField()
    escort_present = serializers.BooleanField()
    escort_name = serializers.CharField(max_length=120, required=False, allow_blank=True)
    escort_relation = serializers.CharField(max_length=60, required=False, allow_blank=True)
    escort_phone = serializers.CharField(max_length=32, required=False, allow_blank=True)
    instructions_given = serializers.BooleanField()
    is_against_advice = serializers.BooleanField(required=False)
    advice_reason = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    password = serializers.CharField(max_length=128, required=False, allow_blank=True, write_only=True)
    occurred_at = serializers.DateTimeField(required=False, allow_null=True, help_text="Left out: now.")
    late_reason = serializers.CharField(max_length=300, required=False, allow_blank=True)
    version = serializers.IntegerField(help_text="Of the session as you saw it; another one answers 409.")


class WaiverIn(Known):
    code = serializers.CharField(max_length=40, help_text="Of a criterion with `may_waive`.")
    reason = serializers.CharField(max_length=500, help_text="At least 10 characters.")
    password = serializers.CharField(max_length=128, write_only=True)


def _leaving(actor, pk, at) -> dict:
    row, _ = reached_session(actor, pk, joined=ROW)
    facts = load_facts(row)
    waits = row.state_now.is_in_progress and facts.doses
    found = leaving_criteria(facts, at) if waits else left_with(facts)
    return LeavingOut({"session": row.pk, "state": row.state, "version": row.version, "criteria": found}).data


@extend_schema(tags=["sessions"])
class Leaving(Asked, APIView):
    """How each criterion for leaving stands, and the discharge itself."""

    needs = {"GET": Permission.VIEW_VITALS, "POST": Permission.DISCHARGE_PATIENT}

    @extend_schema(operation_id="sessions_leaving_read", responses=LeavingOut)
    def get(self, request, pk):
        session, _ = reached_session(self.actor, pk, Permission.VIEW_VITALS)
        self.checked_query()
        at = timezone.now()
        audit.record(self.actor, "sessions.looked_at_leaving", at=at, subject=session)
        return Response(_leaving(self.actor, pk, at))

    @extend_schema(operation_id="sessions_discharge", request=DischargeIn, responses={201: LeavingOut})
    def post(self, request, pk):
        session, _ = reached_session(self.actor, pk)
        self.checked_query()
        at = timezone.now()
        actions.discharge_patient(session=session, by=self.actor, at=at, **self.checked_body(DischargeIn))
        return Response(_leaving(self.actor, pk, at), status=status.HTTP_201_CREATED)


@extend_schema(tags=["sessions"])
class Waivers(Asked, APIView):
    """A prescriber lets the patient leave without one criterion."""

    needs = {"POST": Permission.WAIVE_CRITERION}

    @extend_schema(operation_id="sessions_waive", request=WaiverIn, responses={201: LeavingOut})
    def post(self, request, pk):
        session, _ = reached_session(self.actor, pk)
        self.checked_query()
        at = timezone.now()
        actions.waive_criterion(session=session, by=self.actor, at=at, **self.checked_body(WaiverIn))
        return Response(_leaving(self.actor, pk, at), status=status.HTTP_201_CREATED)
