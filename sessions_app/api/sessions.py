"""Sessions over the API: list, read, timeline."""

from dataclasses import replace
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.roles import Permission
from common import audit
from common.together import Together
from dosing.ordered_dose import OrderedDose
from dosing.plan_reviews import reviews_due
from sessions_app.api.base import Asked, OrderedCursor
from sessions_app.api.events import TimelineOut, shown_events
from sessions_app.api.shapes import ORDERINGS, SessionDetailOut, SessionOut, SessionQuery
from sessions_app.models import RosterEntry, Session, SessionTransition
from sessions_app.readable_events import kinds_for
from sessions_app.session_events import session_events
from sessions_app.session_facts import PERSON, of_session, order_of, ordered_for
from sessions_app.session_scope import reached_session
from sessions_app.states import standing_stop

_PEOPLE_AND_MOVES = Together(
    "session_people_and_moves",
    {
        "roster": of_session(RosterEntry, "membership__user", order=("joined_at", "duty")),
        "moves": of_session(SessionTransition, PERSON, order=("occurred_at", "recorded_at")),
    },
    session=UUID,
)
FILTERS = {
    "state": "state",
    "route": "series__route",
    "patient": "patient_id",
    "scheduled_from": "scheduled_for__gte",
    "scheduled_to": "scheduled_for__lt",
}


@extend_schema(tags=["sessions"], parameters=[SessionQuery])
class SessionList(Asked, generics.ListAPIView):
    """The sessions the caller may see."""

    needs = {"GET": Permission.VIEW_SESSION}
    serializer_class = SessionOut
    pagination_class = OrderedCursor
    filter_backends = ()
    queryset = Session.objects.none()
    orderings = ORDERINGS

    def get_queryset(self):
        self.query = self.checked_query(SessionQuery)
        wanted = {FILTERS[name]: value for name, value in self.query.items() if name in FILTERS}
        rows = Session.objects.visible_to(self.actor).filter(**wanted)
        return rows.select_related("patient", "series", "room").defer("intention")

    def paginate_queryset(self, queryset):
        rows = super().paginate_queryset(queryset)
        audit.record_list(self.actor, "sessions.listed_sessions", [row.patient_id for row in rows])
        return rows


@extend_schema(tags=["sessions"], responses=SessionDetailOut)
class SessionDetail(Asked, APIView):
    """One session with the people named on it."""

    needs = {"GET": Permission.VIEW_SESSION}

    def get(self, request, pk):
        joined = ("patient", "series", "room", "order__product", "dosing_record")
        session, reach = reached_session(self.actor, pk, joined=joined)
        self.checked_query()
        rows = _PEOPLE_AND_MOVES.instances(session=session.pk)
        session.people = rows["roster"]
        session.early_stop = standing_stop(rows["moves"], lambda row: row.told)
        session.ordered_dose = _ordered_dose(session) if reach.may(Permission.VIEW_ORDER) else None
        audit.record(self.actor, "sessions.looked_at_session", at=timezone.now(), subject=session)
        return Response(SessionDetailOut(session).data)


def _ordered_dose(session: Session) -> OrderedDose | None:
    """After the first dose by the order it was given under, before by the newest one, with the reviews that hold it."""
    if session.first_dose_at is not None:
        return ordered_for(session, session.order)
    dose = ordered_for(session, order_of(session))
    return dose and replace(dose, review_due_after=tuple(reviews_due(dose.order, dose.number - 1)))


@extend_schema(tags=["sessions"], responses=TimelineOut)
class SessionTimeline(Asked, APIView):
    """Everything that happened, in order, with minutes from the first dose.

    What was seen and said in the room is for the care team only; the others get the remaining kinds of event.
    """

    needs = {"GET": Permission.VIEW_SESSION}

    def get(self, request, pk):
        session, reach = reached_session(self.actor, pk)
        self.checked_query()
        events = session_events(session.pk, kinds_for(reach), session.first_dose_at)
        audit.record(self.actor, "sessions.looked_at_timeline", at=timezone.now(), subject=session)
        timeline = {"session": session.pk, "first_dose_at": session.first_dose_at, "events": shown_events(events)}
        return Response(timeline)
