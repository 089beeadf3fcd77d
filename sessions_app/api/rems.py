"""REMS forms over the API, for reading: the work list, and one session's data set with what was submitted."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.roles import Permission
from common import audit
from common.api import PageQuery
from sessions_app.api.base import Asked, OrderedCursor
from sessions_app.api.shapes import PatientBrief
from sessions_app.models import RemsForm
from sessions_app.rems_page import SHOWN, chip_of, days_left_of, forms_of, load_rems_page, today_of

ORDERINGS = {"due_on": ("due_on", "id"), "-due_on": ("-due_on", "-id")}


class RemsQuery(PageQuery):
    show = serializers.ChoiceField(choices=list(SHOWN.items()), default="open")
    ordering = serializers.ChoiceField(choices=list(ORDERINGS), default="due_on")


class RemsFormOut(serializers.Serializer):
    """One line of the work list; `session` is the key of the form's own address."""

    session = serializers.UUIDField(source="session_id")
    patient = PatientBrief()
    first_dose_at = serializers.DateTimeField(source="session.first_dose_at")
    due_on = serializers.DateField()
    days_left = serializers.SerializerMethodField(help_text="Negative when overdue, null once submitted.")
    state = serializers.SerializerMethodField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField(help_text="Of the last submission, 0 for none.")

    def get_days_left(self, form) -> int | None:
        return days_left_of(form, self.context["today"])

    def get_state(self, form) -> str:
        return chip_of(form, self.context["today"])[1]


class RemsFieldOut(serializers.Serializer):
    key = serializers.CharField(source="field.key")
    label = serializers.CharField(source="field.label")
    value = serializers.JSONField(allow_null=True)
    by = serializers.CharField(help_text="session, person, or empty where nobody told it yet.")


class RemsSubmissionOut(serializers.Serializer):
    version = serializers.IntegerField(source="row.version")
    form_version = serializers.CharField(source="row.form_version")
    submitted_at = serializers.DateTimeField(source="row.occurred_at")
    recorded_at = serializers.DateTimeField(source="row.recorded_at")
    recorded_by = serializers.CharField(source="row.recorded_by.user.full_name")
    confirmation_number = serializers.CharField(source="row.confirmation_number")
    sha256 = serializers.CharField(source="row.content_sha256")
    fields_sent = serializers.SerializerMethodField(help_text="For the care team; empty for office roles.")

    def get_fields_sent(self, sent) -> list[dict]:
        return RemsFieldOut([one for _, part in sent.sections for one in part], many=True).data


class RemsDetailOut(serializers.Serializer):
    form = RemsFormOut()
    form_version = serializers.CharField(source="definition.version")
    fields_now = serializers.SerializerMethodField(help_text="As this session fills it now; for the care team.")
    submissions = RemsSubmissionOut(source="sent", many=True)

    def get_fields_now(self, page) -> list[dict]:
        if not page.reads_answers:
            return []
        return RemsFieldOut([one for _, part in page.sections for one in part], many=True).data


@extend_schema(tags=["sessions"], parameters=[RemsQuery])
class RemsFormList(Asked, generics.ListAPIView):
    """The REMS forms the caller may see. Nothing is ever sent to the REMS from here."""

    needs = {"GET": Permission.VIEW_REMS}
    serializer_class = RemsFormOut
    pagination_class = OrderedCursor
    filter_backends = ()
    queryset = RemsForm.objects.none()
    orderings = ORDERINGS

    def get_serializer_context(self):
        return {**super().get_serializer_context(), "today": today_of(self.actor, timezone.now())}

    def get_queryset(self):
        self.query = self.checked_query(RemsQuery)
        return forms_of(self.actor, self.query["show"], today_of(self.actor, timezone.now()))

    def paginate_queryset(self, queryset):
        rows = super().paginate_queryset(queryset)
        audit.record_list(self.actor, "sessions.listed_rems_forms", [row.patient_id for row in rows])
        return rows


@extend_schema(tags=["sessions"], responses=RemsDetailOut)
class SessionRems(Asked, APIView):
    """The REMS data set of one session, filled from this session only, and every version that was submitted."""

    needs = {"GET": Permission.VIEW_REMS}

    def get(self, request, pk):
        at = timezone.now()
        page = load_rems_page(self.actor, pk, at)
        self.checked_query()
        audit.record(self.actor, "sessions.looked_at_rems_form", at=at, subject=page.form)
        return Response(RemsDetailOut(page, context={"today": page.today}).data)
