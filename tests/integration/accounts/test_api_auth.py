"""Into the API by page session or token, deny by default, wrong tokens slowed down."""

from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import actions
from accounts.middleware import actor_of
from accounts.models import ApiToken, User
from accounts.roles import Permission
from common.models import AuditEvent
from tests.builders import accounts as build

pytestmark = pytest.mark.django_db


class Probe(APIView):
    needs = {"GET": Permission.VIEW_AUDIT}

    def get(self, request):
        return Response({"name": request._request.actor.name})

    def post(self, request):
        return Response({})


def call(token=None, method="get", actor=None, **headers):
    request = getattr(RequestFactory(), method)("/probe/")
    request.actor = None
    request.resolver_match = None
    if token:
        request.META["HTTP_AUTHORIZATION"] = f"Token {token}"
    if actor:
        request.actor = actor_of(actor.membership, request)
        request._dont_enforce_csrf_checks = True
    return Probe.as_view()(request)


def test_token_of_the_right_role_opens(clinic, django_assert_num_queries):
    token = build.api_token(clinic.compliance)
    with django_assert_num_queries(1):
        response = call(token)
    assert response.status_code == 200
    assert response.data == {"name": clinic.compliance.name}


def test_token_reads_dates_in_the_practices_zone(clinic):
    timezone.deactivate()
    call(build.api_token(clinic.compliance))
    assert timezone.get_current_timezone_name() == clinic.practice.time_zone


def test_page_session_opens_too(clinic):
    assert call(actor=clinic.admin).status_code == 200


def test_page_session_needs_csrf_to_write(clinic):
    request = RequestFactory(enforce_csrf_checks=True).post("/probe/")
    request.actor, request.resolver_match = clinic.admin, None
    assert Probe.as_view()(request).status_code == 403


def test_nobody_is_401(clinic):
    response = call()
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"
    assert response.content_type == "application/problem+json"


def test_wrong_role_is_403_and_audited(clinic):
    response = call(build.api_token(clinic.nurse))
    assert response.status_code == 403
    assert response.data["code"] == "NOT_PERMITTED"
    assert AuditEvent.objects.filter(outcome="denied", actor_id=clinic.nurse.user_id).exists()


def test_undeclared_method_is_refused(clinic):
    assert call(build.api_token(clinic.admin), method="post").status_code == 405


@pytest.mark.parametrize("why", ["unknown", "revoked", "expired", "left", "switched off", "temporary password"])
def test_token_without_life_is_401(clinic, why):
    token = build.api_token(clinic.admin)
    now = timezone.now()
    if why == "unknown":
        token = "x" * 43
    if why == "revoked":
        actions.revoke_token(token=ApiToken.objects.get(), by=clinic.admin, at=now)
    if why == "expired":
        ApiToken.objects.update(expires_at=now - timedelta(seconds=1))
    if why == "left":
        other = build.staff(clinic.practice, ["admin"])
        actions.end_membership(membership=clinic.members["admin"], by=build.actor(other), at=now)
    if why == "switched off":
        User.objects.filter(pk=clinic.admin.user_id).update(is_active=False)
    if why == "temporary password":
        User.objects.filter(pk=clinic.admin.user_id).update(must_change_password=True)
    assert call(token).status_code == 401


def test_wrong_tokens_are_slowed_down_but_a_right_one_is_not(clinic):
    statuses = [call(f"guess{number}").status_code for number in range(8)]
    assert statuses == [401] * 5 + [429] * 3
    assert call(build.api_token(clinic.admin)).status_code == 200
