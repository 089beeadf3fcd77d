"""What every API answer shares: problem+json errors (RFC 9457), cursor pages, what may be asked."""

from collections.abc import Callable
from datetime import datetime
from functools import cache

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from rest_framework import exceptions, pagination, parsers, serializers, status
from rest_framework.response import Response

from common.errors import AuditUnavailable, Blocked, ClinicError, InvalidInput, StaleState
from common.middleware import record_denial

TYPE = "application/problem+json"


class BoundedJSON(parsers.JSONParser):
    """JSON whose nesting is deeper than Python can follow is the caller's mistake, not a fault of ours (R91)."""

    def parse(self, stream, media_type=None, parser_context=None):
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise exceptions.ParseError("The JSON is nested too deeply.") from None


class Cursor(pagination.CursorPagination):
    """Pages by cursor: constant cost at any depth and no count query. `page_size` up to 200."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = "-id"


class Compiled:
    """What a cursor pages through when its first page is a compiled read; deeper pages are asked of the queryset.

    `first` gets the ordering and the number of rows.
    """

    def __init__(
        self,
        queryset: Callable[[], QuerySet],
        first: Callable[[tuple[str, ...], int], list[dict]],
        ordering: tuple[str, ...] = (),
    ):
        self._queryset, self._first, self._ordering = queryset, first, ordering

    def order_by(self, *ordering: str) -> "Compiled":
        return Compiled(self._queryset, self._first, ordering)

    def filter(self, **position) -> QuerySet:
        return self._queryset().order_by(*self._ordering).filter(**position)

    def __getitem__(self, part: slice):
        if part.start:
            return self._queryset().order_by(*self._ordering)[part]
        return self._first(self._ordering, part.stop)


class Known(serializers.Serializer):
    """What comes in, as body or query; whatever it does not name is refused (R18)."""

    unknown = "This is not known here."

    def to_internal_value(self, data):
        if isinstance(data, dict):
            surplus = sorted(set(data) - set(self.fields))
            if surplus:
                raise InvalidInput(dict.fromkeys(surplus, self.unknown))
        return super().to_internal_value(data)


class NoQuery(Known):
    unknown = "This parameter is not known here."


class PageQuery(NoQuery):
    """The parameters that every list knows."""

    cursor = serializers.CharField(required=False, max_length=300)
    page_size = serializers.IntegerField(required=False, min_value=1, max_value=Cursor.max_page_size)


@cache
def _one(shape: type[serializers.Serializer]) -> serializers.Serializer:
    """One instance of a shape for the process: making one copies every field, and checking keeps nothing in it."""
    return shape()


def checked(shape: type[serializers.Serializer], data) -> dict:
    """What `data` is in this shape. Raises ValidationError, or InvalidInput for what the shape does not know."""
    try:
        return _one(shape).run_validation(data)
    except exceptions.ValidationError:
        shape(data=data).is_valid(raise_exception=True)  # words the errors
        raise


def shown(shape: type[serializers.Serializer], row) -> dict:
    """The row as this shape tells it."""
    return _one(shape).to_representation(row)


def moment(value: datetime) -> str:
    """A time as serializers write it: with the practice's offset."""
    text = timezone.localtime(value).isoformat()
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text


def problem(status_code: int, code: str, title: str, detail: str = "", **more) -> Response:
    body = {"type": f"urn:clinic:problem:{code.lower()}", "status": status_code, "code": code, "title": title}
    if detail:
        body["detail"] = detail
    return Response(body | more, status=status_code, content_type=TYPE)


def problem_handler(error, context) -> Response | None:
    """Map every refusal to one problem document; unknown errors stay 500."""
    try:
        return _problem_of(error, context)
    except AuditUnavailable as unavailable:
        return problem(unavailable.status, unavailable.code, unavailable.title)


def _problem_of(error, context) -> Response | None:
    request = context["request"]._request
    if isinstance(error, ClinicError):
        return _clinic_problem(request, error)
    if isinstance(error, Http404):
        record_denial(request, 404)
        return problem(404, "NOT_FOUND", "Not found")
    if isinstance(error, PermissionDenied):
        return problem(403, "NOT_PERMITTED", "Your role does not allow this")
    if isinstance(error, exceptions.ValidationError):
        return problem(422, "INVALID", "Please correct the marked fields", errors=error.get_full_details())
    if isinstance(error, exceptions.APIException):
        answer = problem(error.status_code, error.default_code.upper(), str(error.detail))
        if error.status_code == status.HTTP_401_UNAUTHORIZED:
            answer["WWW-Authenticate"] = "Token"
        return answer
    return None


def _clinic_problem(request, error: ClinicError) -> Response:
    if error.status in (403, 404):
        record_denial(request, error.status)
        return problem(error.status, error.code, error.title)
    if isinstance(error, InvalidInput):
        return problem(422, error.code, error.title, errors=error.fields)
    if isinstance(error, Blocked):
        blockers = [
            {"code": b.code, "sentence": b.sentence, "source": b.source, "override": b.override} for b in error.blockers
        ]
        return problem(422, error.code, error.title, str(error), blockers=blockers)
    newest = {"newest": error.newest} if isinstance(error, StaleState) and error.newest else {}
    return problem(error.status, error.code, error.title, str(error), **newest)
