"""Reference endpoints: the least that Django does for an answer of the same shape, one query or one insert each.

They tell what the machine and the framework cost, so that a ratio means something on every machine. Nothing here
checks anything; it is served on the loopback address while a measurement runs, and never otherwise.
"""

import json
from uuid import uuid4

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

django.setup()
# The clinic's own database and JSON, without middleware: no sign-in, scope, audit or headers.
settings.ROOT_URLCONF = "bench.reference"
settings.MIDDLEWARE = []
application = WSGIHandler()

from django.http import HttpResponse, JsonResponse  # noqa: E402 (apps must be loaded first)
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402

from patients.models import Patient  # noqa: E402
from sessions_app.models import Observation, VitalReading  # noqa: E402

IDENTITY = (
    *("id", "mrn", "given_name", "family_name", "preferred_name", "pronouns", "birth_date", "sex_at_birth", "email"),
    *("phone", "address", "time_zone", "email_allowed", "emergency_name", "emergency_phone", "emergency_relation"),
    *("registered_at", "version"),
)
VITALS = (
    *("id", "occurred_at", "recorded_at", "recorded_as", "late_reason", "phase", "systolic_mmhg", "diastolic_mmhg"),
    *("heart_rate_bpm", "spo2_pct", "respiratory_rate", "moaas", "dissociation", "on_oxygen", "note"),
)


def ping(request):
    return HttpResponse("ok")


def patients(request):
    """Twenty patients by name, or twenty whose name holds `search`."""
    rows = Patient.objects.filter(practice_id=request.GET["practice"])
    if "search" in request.GET:
        rows = rows.filter(search_text__contains=request.GET["search"])
    rows = rows.order_by("family_name", "given_name", "id").values(*IDENTITY)[:20]
    return JsonResponse({"results": list(rows)})


def timeline(request):
    """As many rows of one practice's readings as a timeline has events."""
    rows = VitalReading.objects.order_by("id").values(*VITALS)[: int(request.GET["rows"])]
    return JsonResponse({"results": list(rows)})


def reading(request):
    now, values = timezone.now(), json.loads(request.body)
    row = VitalReading(session_id=request.GET["session"], **_stamp(request, now), **values)
    row.save(force_insert=True)
    return JsonResponse({"id": row.pk, "recorded_at": now, **values}, status=201)


def submit(request):
    now, values = timezone.now(), json.loads(request.body)
    text = json.dumps(values)
    row = Observation(session_id=request.GET["session"], what="other", text=text, **_stamp(request, now))
    row.save(force_insert=True)
    return JsonResponse({"id": row.pk, "submitted_at": now, "total": sum(values["answers"].values())}, status=201)


def _stamp(request, now) -> dict:
    return {
        "id": uuid4(),
        "occurred_at": now,
        "recorded_at": now,
        "recorded_by_id": request.GET["by"],
        "recorded_as": "nurse",
    }


urlpatterns = [
    path("ping", ping),
    path("patients", patients),
    path("timeline", timeline),
    path("reading", reading),
    path("submit", submit),
]
