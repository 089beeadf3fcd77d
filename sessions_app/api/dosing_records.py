"""Dosing records over the API: the list with the filters of its page, and one record with its events."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.roles import Permission
from common import audit
from dosing.models import DosingRecord
from dosing.ordered_dose import steps_of
from sessions_app.api.base import Asked, OrderedCursor
from sessions_app.api.events import DosingRecordDetailOut, shown_events
from sessions_app.api.shapes import RECORD_ORDERINGS, DosingRecordOut, DosingRecordQuery
from sessions_app.dosing_list import chosen_records
from sessions_app.dosing_scope import dosing_record_for
from sessions_app.readable_events import OF_THE_DRUG
from sessions_app.session_events import session_events


@extend_schema(tags=["dosing records"], parameters=[DosingRecordQuery])
class DosingRecordList(Asked, generics.ListAPIView):
    """The dosing records the caller may see."""

    needs = {"GET": Permission.VIEW_DOSING}
    serializer_class = DosingRecordOut
    pagination_class = OrderedCursor
    filter_backends = ()
    queryset = DosingRecord.objects.visible_to(None)
    orderings = RECORD_ORDERINGS

    def get_queryset(self):
        self.query = self.checked_query(DosingRecordQuery)
        return chosen_records(self.actor, self.query).select_related("patient", "product").defer("staff_ids")

    def paginate_queryset(self, queryset):
        rows = super().paginate_queryset(queryset)
        audit.record_list(self.actor, "sessions.listed_dosing_records", [row.patient_id for row in rows])
        return rows


@extend_schema(tags=["dosing records"], responses=DosingRecordDetailOut)
class DosingRecordDetail(Asked, APIView):
    """One record: totals, order, and every dose, change, end and remainder."""

    needs = {"GET": Permission.VIEW_DOSING}

    def get(self, request, pk):
        record = dosing_record_for(self.actor, pk)
        self.checked_query()
        record.events = []
        record.order.later_steps = steps_of(record.order)
        shown = DosingRecordDetailOut(record).data
        shown["events"] = shown_events(session_events(record.pk, OF_THE_DRUG, record.first_dose_at))
        audit.record(self.actor, "sessions.looked_at_dosing_record", at=timezone.now(), subject=record)
        return Response(shown)
