"""Request ids, extra security headers, and the one place where refusals become pages."""

import logging
import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from common import audit
from common.errors import AuditUnavailable, ClinicError
from common.sealing import SealBroken

log = logging.getLogger("clinic.requests")


class RequestIdMiddleware:
    """Gives each request an id that the answer, the audit rows and the error page carry."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.id = str(uuid.uuid4())
        response = self.get_response(request)
        response["X-Request-ID"] = request.id
        return response


class SecurityHeadersMiddleware:
    """Headers that no package sets: no storing of pages, same-origin resources only, no indexing (R75, R85)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
        response.setdefault("X-Robots-Tag", "noindex, nofollow")
        if "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        return response


class ErrorMiddleware:
    """Turns a ClinicError that a page did not handle into its page and status; denials are audited."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, error):
        try:
            if isinstance(error, Http404):
                record_denial(request, 404)
            if not isinstance(error, ClinicError):
                return self._altered(request) if isinstance(error, SealBroken) else None
            if error.status in (403, 404):
                record_denial(request, error.status)
        except AuditUnavailable as unavailable:
            error = unavailable
        return error_page(request, error)

    def _altered(self, request):
        """A sealed text was exchanged or damaged: say so and show nothing of it; where is in the log (R41, R93)."""
        return render(request, "altered.html", status=500)


def record_denial(request, status: int) -> None:
    """One audit row for a refused look or act; the asked-for route is told, never record content."""
    from django.utils import timezone

    by = getattr(request, "actor", None)
    if by is None:
        return
    match = request.resolver_match
    audit.record(
        by,
        "denied",
        at=timezone.now(),
        outcome="denied",
        detail={"route": match.view_name if match else "", "status": status, **_asked_for(match)},
    )


def _asked_for(match) -> dict:
    """The ids in the address, so that a review can tell whose record somebody tried to open."""
    ids = {name: str(value) for name, value in match.kwargs.items() if isinstance(value, uuid.UUID)} if match else {}
    return {"asked": ids} if ids else {}


def error_page(request, error) -> HttpResponse:
    status = error.status
    if status == 503:  # the database is in trouble: a page that asks it nothing
        log.error("the audit trail cannot be written: request %s is refused", getattr(request, "id", ""))
        return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": "60"})
    if status == 404:
        return render(request, "404.html", status=404)
    template = {403: "403.html", 409: "409.html"}.get(status, "422.html")
    context = {"error": error, "blockers": getattr(error, "blockers", ())}
    return render(request, template, context, status=status)
