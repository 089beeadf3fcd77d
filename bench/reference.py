"""Reference endpoints: minimal Django views that give the same answer, or store the same rows, as the measured call.

They tell what the machine, the framework and the database cost, so that a ratio means something on every machine.

What they do, as the measured call does it: a list gives twenty patients with the same keys; a timeline gives as many
events, each with what every event tells (and who recorded it, by a join) and a reading's own values; a created reading
is stored with its audit row in one transaction, its note sealed; a submitted questionnaire is stored with its sealed
answers and its sum, its set is finished and the audit row written, in one transaction.

What they do not do: know who asks, ask for a permission or a scope, check what comes in, write an audit row for what
was read, lock, recognise a retry, judge a state, score by an instrument's rules, look for risk, page by a cursor, set a
header, read more than one table of events. Nothing in them waits or works for show: each line is needed for the answer.

Nothing here checks anything, so it is served on the loopback address while a measurement runs, and never otherwise.
"""

import json
from uuid import uuid4

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

django.setup()
# The clinic's own database and JSON, without middleware: no sign-in, scope, audit of reads or headers.
settings.ROOT_URLCONF = "bench.reference"
settings.MIDDLEWARE = []
application = WSGIHandler()

from django.db import transaction  # noqa: E402 (apps must be loaded first)
from django.db.models import F, Value  # noqa: E402
from django.http import HttpResponse, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils import timezone  # noqa: E402

from assessments.models import Assessment, AssessmentSet  # noqa: E402
from common.models import AuditEvent  # noqa: E402
from patients.models import Patient  # noqa: E402
from sessions_app.models import VitalReading  # noqa: E402

IDENTITY = (
    *("id", "mrn", "given_name", "family_name", "preferred_name", "pronouns", "birth_date", "sex_at_birth", "email"),
    *("phone", "mobile", "address", "time_zone", "email_allowed", "contact_by"),
    *("emergency_name", "emergency_phone", "emergency_relation"),
    *("registered_at", "version"),
)
VITALS = (
    *("phase", "systolic_mmhg", "diastolic_mmhg", "heart_rate_bpm", "spo2_pct", "respiratory_rate", "temperature_c"),
    *("moaas", "dissociation", "on_oxygen"),
)
EVENT = ("id", "occurred_at", "recorded_at", "recorded_as", "late_reason")


def ping(request):
    return HttpResponse("ok")


def patients(request):
    """Twenty patients by name, or twenty whose name holds `search`."""
    rows = Patient.objects.filter(practice_id=request.GET["practice"])
    if "search" in request.GET:
        rows = rows.filter(search_text__contains=request.GET["search"])
    rows = rows.order_by("family_name", "given_name", "id").values(*IDENTITY, "discharged_from_care_at")[:20]
    results = [row | {"in_care": row.pop("discharged_from_care_at") is None} for row in rows]
    return JsonResponse({"next": None, "previous": None, "results": results})


def timeline(request):
    """As many readings of some sessions as the measured timelines have events."""
    rows = (
        VitalReading.objects.filter(session__in=request.GET.getlist("session"))
        .order_by("occurred_at")
        .values(*EVENT, *VITALS, "note", "corrects_id", kind=Value("reading"), who=F("recorded_by__user__full_name"))
    )[: int(request.GET["rows"])]
    return JsonResponse({"session": request.GET["session"], "events": [_event(row) for row in rows]})


def _event(row: dict) -> dict:
    return row | {"recorded_by": row.pop("who"), "corrects": row.pop("corrects_id"), "minutes": 0, "is_late": False}


def reading(request):
    now, values = timezone.now(), json.loads(request.body)
    with transaction.atomic():
        row = VitalReading(
            session_id=request.GET["session"],
            occurred_at=now,
            recorded_at=now,
            recorded_by_id=request.GET["by"],
            recorded_as="nurse",
            phase="monitoring",
            **values,
        )
        row.save(force_insert=True)
        _audit(request, now, "reference.reading", row)
    told = {name: getattr(row, name) for name in (*EVENT, *VITALS, "note", "session_id", "corrects_id")}
    return JsonResponse(told, status=201)


def submit(request):
    now, answers = timezone.now(), json.loads(request.body)["answers"]
    assessment_set = AssessmentSet.objects.get(pk=request.GET["set"])
    with transaction.atomic():
        row = Assessment(
            patient_id=assessment_set.patient_id,
            assessment_set=assessment_set,
            instrument="PHQ9",
            instrument_version="1",
            answers=answers,
            started_at=now,
            answered_at=now,
            submitted_at=now,
            submitted_by_id=request.GET["by"],
            channel="staff",
            total=sum(answers.values()),
            severity="mild",
            is_complete=True,
        )
        row.save(force_insert=True)
        AssessmentSet.objects.filter(pk=assessment_set.pk).update(completed_at=now)
        _audit(request, now, "reference.submit", row)
    told = ("id", "assessment_set_id", "instrument", "instrument_version", "answers", "total", "subscales", "severity")
    more = ("flags", "is_complete", "details", "channel", "submitted_at")
    return JsonResponse({name: getattr(row, name) for name in (*told, *more)}, status=201)


def _audit(request, now, action: str, row) -> None:
    AuditEvent(
        at=now,
        actor_name="reference",
        role="nurse",
        practice_id=request.GET["practice"],
        actor_id=request.GET["by"],
        action=action,
        object_type=row._meta.label_lower,
        object_id=row.pk,
        patient_id=getattr(row, "patient_id", None),
        request_id=str(uuid4()),
        ip=request.META["REMOTE_ADDR"],
        user_agent=request.headers.get("User-Agent", ""),
    ).save(force_insert=True)


urlpatterns = [
    path("ping", ping),
    path("patients", patients),
    path("timeline", timeline),
    path("reading", reading),
    path("submit", submit),
]
