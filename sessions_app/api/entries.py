"""What is written down in the room over the API; the client makes each id, so that a retry is the same entry."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.roles import Permission
from common.api import Known, shown
from sessions_app import actions
from sessions_app.api.base import Asked
from sessions_app.api.readings import ReadingOut, status_of, with_findings
from sessions_app.models import AdverseEvent, Observation, RescueDrug, RoomConsent, RoomEntry, VitalReading
from sessions_app.models.room_events import ALDRETE_ITEMS
from sessions_app.room_kinds import ENTRY_KINDS
from sessions_app.scales import SCALES
from sessions_app.session_scope import reached_session


def _words(most: int = 300, **more) -> serializers.CharField:
    return serializers.CharField(max_length=most, **more)


def _maybe_words(most: int = 300) -> serializers.CharField:
    return _words(most, required=False, allow_blank=True)


class EntryIn(Known):
    """What every entry may say of itself. `corrects_id` names the entry it takes the place of, with the reason."""

    id = serializers.UUIDField()
    occurred_at = serializers.DateTimeField(required=False, allow_null=True, help_text="Left out: now.")
    late_reason = _maybe_words()
    corrects_id = serializers.UUIDField(required=False, allow_null=True)
    correction_reason = _maybe_words()


class EntryOut(serializers.Serializer):
    """What was stored; the timeline tells the rest."""

    id = serializers.UUIDField()
    session = serializers.UUIDField(source="session_id")
    occurred_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    recorded_as = serializers.CharField()
    corrects = serializers.UUIDField(source="corrects_id", allow_null=True)
    is_withdrawal = serializers.BooleanField()


class ObservationIn(EntryIn):
    what = serializers.ChoiceField(choices=Observation.What.choices)
    text = _words(4000)
    overrides = serializers.DictField(
        child=serializers.CharField(max_length=500), required=False, help_text="TOUCH_WITHOUT_CONSENT: the reason."
    )


class AdverseEventIn(EntryIn):
    category = serializers.ChoiceField(choices=AdverseEvent.Category.choices)
    grade = serializers.IntegerField(help_text="CTCAE 1-5")
    relatedness = serializers.ChoiceField(choices=AdverseEvent.Relatedness.choices)
    description = _words(4000)
    action = _words(4000)
    outcome = serializers.ChoiceField(choices=AdverseEvent.Outcome.choices)
    is_serious = serializers.BooleanField(required=False)
    ended_at = serializers.DateTimeField(required=False, allow_null=True)


class AldreteItems(Known):
    """Each 0-2."""

    def get_fields(self):
        return {name: serializers.IntegerField() for name in ALDRETE_ITEMS}


class ScaleIn(EntryIn):
    """RASS and CADSS-6 by one number; the modified Aldrete by its items."""

    instrument = serializers.ChoiceField(choices=[(code, scale.name) for code, scale in SCALES.items()])
    rating = serializers.IntegerField(required=False, allow_null=True)
    items = AldreteItems(required=False, allow_null=True)
    note = _maybe_words()


class RoomEntryIn(EntryIn):
    membership_id = serializers.UUIDField(help_text="Who came or went.")
    went = serializers.ChoiceField(choices=RoomEntry.Went.choices)


class RescueDrugIn(EntryIn):
    drug = _words(20, help_text="A code of the list, or `other` with a name.")
    name = _maybe_words(80)
    dose = serializers.DecimalField(max_digits=9, decimal_places=3)
    unit = serializers.ChoiceField(choices=RescueDrug.Unit.choices)
    route = serializers.ChoiceField(choices=RescueDrug.Route.choices)
    ordered_by_id = serializers.UUIDField(help_text="Membership of the prescriber.")
    given_by_id = serializers.UUIDField(help_text="Membership of who gave it.")
    reason = _words()


class RoomConsentIn(EntryIn):
    about = serializers.ChoiceField(choices=RoomConsent.About.choices)
    is_given = serializers.BooleanField()
    words = _maybe_words()


class NotTakenIn(Known):
    id = serializers.UUIDField()
    due_at = serializers.DateTimeField()
    not_taken = serializers.ChoiceField(choices=VitalReading.NotTaken.choices)
    note = _words()


class WithdrawalIn(Known):
    id = serializers.UUIDField()
    entry_kind = serializers.ChoiceField(choices=[(name, kind.words) for name, kind in ENTRY_KINDS.items()])
    entry_id = serializers.UUIDField()
    reason = _words()


class _Entries(Asked, APIView):
    """One kind of entry: `body` is its shape, `act` the name of the action that writes it."""

    body: type[Known]
    act: str
    told: type[serializers.Serializer] = EntryOut

    def write(self, pk):
        session, _ = reached_session(self.actor, pk)
        self.checked_query()
        values = self.checked_body(self.body)
        at = timezone.now()
        entry = getattr(actions, self.act)(session=session, by=self.actor, at=at, **values)
        return Response(shown(self.told, self.as_told(session, entry)), status=status_of(entry, at))

    def as_told(self, session, entry):
        """The entry with what its shape tells besides its columns."""
        return entry


def _documented(body, told=EntryOut):
    return extend_schema(
        tags=["sessions"],
        request=body,
        responses={201: told, 200: OpenApiResponse(told, "Stored before under the same id.")},
    )


class Observations(_Entries):
    """Something seen, said or done in the room."""

    needs = {"POST": Permission.RECORD_OBSERVATION}
    body, act = ObservationIn, "record_observation"

    @_documented(ObservationIn)
    def post(self, request, pk):
        return self.write(pk)


class AdverseEvents(_Entries):
    """An adverse event with its CTCAE grade."""

    needs = {"POST": Permission.RECORD_ADVERSE_EVENT}
    body, act = AdverseEventIn, "record_adverse_event"

    @_documented(AdverseEventIn)
    def post(self, request, pk):
        return self.write(pk)


class Scales(_Entries):
    """A rating scale."""

    needs = {"POST": Permission.RECORD_VITALS}
    body, act = ScaleIn, "record_scale"

    @_documented(ScaleIn)
    def post(self, request, pk):
        return self.write(pk)


class RoomEntries(_Entries):
    """Somebody of the staff came in or went out."""

    needs = {"POST": Permission.RECORD_OBSERVATION}
    body, act = RoomEntryIn, "record_room_entry"

    @_documented(RoomEntryIn)
    def post(self, request, pk):
        return self.write(pk)


class RescueDrugs(_Entries):
    """A rescue drug as given."""

    needs = {"POST": Permission.RECORD_ADVERSE_EVENT}
    body, act = RescueDrugIn, "record_rescue_drug"

    @_documented(RescueDrugIn)
    def post(self, request, pk):
        return self.write(pk)


class RoomConsents(_Entries):
    """The patient agreed to touch or music, or took it back."""

    needs = {"POST": Permission.RECORD_OBSERVATION}
    body, act = RoomConsentIn, "record_room_consent"

    @_documented(RoomConsentIn)
    def post(self, request, pk):
        return self.write(pk)


class NotTaken(_Entries):
    """Why a due reading was not taken."""

    needs = {"POST": Permission.RECORD_VITALS}
    body, act, told = NotTakenIn, "close_due_reading", ReadingOut

    def as_told(self, session, entry):
        return with_findings(session, entry)

    @_documented(NotTakenIn, ReadingOut)
    def post(self, request, pk):
        return self.write(pk)


class Withdrawals(_Entries):
    """An entry that never happened is taken back; it stays visible as such."""

    needs = {"POST": Permission.RECORD_OBSERVATION}
    body, act = WithdrawalIn, "withdraw_entry"

    @_documented(WithdrawalIn)
    def post(self, request, pk):
        return self.write(pk)
