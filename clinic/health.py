"""Liveness, readiness, and the pages for errors outside any view (F19, R90)."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.gatekeeping import public
from common.anchors import is_anchored
from common.immutability import missing_triggers
from followups.watch import is_silent, paused_channels


@public
@require_safe
def healthz(request):
    """The process answers; asks nothing of the database."""
    return HttpResponse("ok", content_type="text/plain")


@public
@require_safe
def readyz(request):
    """Whether the database answers, is migrated and protected, and messages go out (F6); names what fails, no more.

    A provider that is not reached is `degraded`: the clinic serves its pages all the same (F21).
    """
    failing = [name for name, check in _CHECKS.items() if not _passes(check)]
    told = {"ready": not failing, "failing": failing, "degraded": [] if "database" in failing else _degraded()}
    return JsonResponse(told, status=503 if failing else 200)


def _passes(check) -> bool:
    try:
        return check()
    except Exception:  # any failure of a dependency means "not ready"
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone() == (1,)


def _migrations() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _triggers() -> bool:
    return not missing_triggers()


def _messages() -> bool:
    return not is_silent(timezone.now())


def _degraded() -> list[str]:
    try:
        return [f"{pause.channel} provider" for pause in paused_channels()]
    except DatabaseError:
        return []


def _anchors() -> bool:
    return is_anchored(timezone.now())


_CHECKS = {
    "database": _database,
    "migrations": _migrations,
    "record_protection": _triggers,
    "messages": _messages,
    "anchors": _anchors,
}


def bad_request(request, exception):
    return render(request, "400.html", status=400)


def forbidden(request, exception):
    return render(request, "403.html", status=403)


def not_found(request, exception):
    return render(request, "404.html", status=404)


def server_error(request):
    return render(None, "500.html", status=500)
