"""The session itself: scheduled visit, its state, its room, and its roster."""

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.roles import Permission
from common.records import EventRecord, Privacy, Record, RecordKind
from common.sealed_fields import SealedTextField
from patients.models.person import within_team
from sessions_app.states import State


class RoomQuerySet(models.QuerySet):
    def visible_to(self, actor):
        return self.none() if actor is None else self.filter(practice_id=actor.practice_id)

    def in_use(self):
        return self.filter(is_active=True).order_by("name")


class Room(Record):
    kind = RecordKind.REFERENCE
    privacy = Privacy(operational="id practice name is_active")

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="rooms")
    name = models.CharField(max_length=60)
    is_active = models.BooleanField(default=True)

    objects = RoomQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice", "name"], name="room_name_once")]

    def __str__(self):
        return self.name


class SessionQuerySet(models.QuerySet):
    def visible_to(self, actor, permission: Permission = Permission.VIEW_SESSION):
        """Sessions of the practice: all, or those of patients on whose team or roster the actor is."""
        if actor is None or not actor.can(permission):
            return self.none()
        mine = self.filter(practice_id=actor.practice_id)
        if actor.reaches_practice(permission):
            return mine
        roster = RosterEntry.objects.filter(session_id=OuterRef("pk"), membership_id=actor.membership_id, left_at=None)
        return mine.filter(within_team(actor, permission, "patient_id") | Q(Exists(roster)))

    def on_board(self, practice_id, start, end):
        """Sessions of the practice scheduled in [start, end) plus any still open from earlier.

        Each half names the practice, so that each is found by its own index.
        """
        return self.filter(
            Q(practice_id=practice_id, scheduled_for__gte=start, scheduled_for__lt=end)
            | Q(practice_id=practice_id, state__in=[s.value for s in State if s.is_in_progress])
        )

    def awaiting_signature(self):
        return self.filter(state__in=[State.DISCHARGED.value, State.ENDED_EARLY.value], signed_at=None)

    def supervised_by(self, membership_id):
        """Sessions on whose roster the person stands now as the prescriber."""
        mine = RosterEntry.objects.filter(
            session_id=OuterRef("pk"), membership_id=membership_id, duty=RosterEntry.Duty.PRESCRIBER, left_at=None
        )
        return self.filter(Exists(mine))

    def in_progress(self):
        return self.filter(state__in=[state.value for state in State if state.is_in_progress])

    def upcoming(self, start):
        """Planned from `start` on, the next first."""
        planned = self.filter(state=State.SCHEDULED.value, scheduled_for__gte=start)
        return planned.order_by("scheduled_for", "id")

    def of_kind(self, kind: str, start):
        """The rows behind one tab of the list."""
        if kind == "open":
            return self.in_progress().order_by("scheduled_for", "id")
        if kind == "to_sign":
            return self.awaiting_signature().order_by("scheduled_for", "id")
        if kind == "past":
            return self.filter(scheduled_for__lt=start).newest_first()
        return self.upcoming(start)

    def newest_first(self):
        return self.order_by("-scheduled_for", "-id")

    def with_names(self):
        return self.select_related("patient", "series", "room")

    def with_early_stop(self):
        """Each with `is_stopped_early`: an early stop stands (`states.standing_stop`)."""
        dosing, recovery = State.DOSING.value, State.RECOVERY.value
        again = SessionTransition.objects.filter(
            session_id=OuterRef("session_id"), to_state__in=[dosing, recovery], recorded_at__gt=OuterRef("recorded_at")
        )
        stops = SessionTransition.objects.filter(session_id=OuterRef("pk"), from_state=dosing, to_state=recovery)
        return self.annotate(is_stopped_early=Exists(stops.exclude(reason="").exclude(Exists(again))))

    def given_counts(self, series_ids) -> dict:
        """Series id → in how many of its sessions a dose was given."""
        dosed = self.filter(series_id__in=series_ids, first_dose_at__isnull=False)
        counts = dosed.order_by().values_list("series_id").annotate(number=models.Count("pk"))
        return dict(counts)


class Session(Record):
    """One visit. `number` is its place in the series. T+ times count from `first_dose_at`.

    The row freezes when the prescriber signs. A session that was signed and then reviewed has a SessionReview.
    """

    kind = RecordKind.SIGNED
    frozen_by = "signed_at"
    privacy = Privacy(
        identifying="patient",
        operational="id practice series number room scheduled_for planned_minutes state version created_at created_by "
        "checked_in_at first_dose_at ended_at signed_at signed_by content_sha256 order dosing_record",
        clinical="closing_reason intention",
    )

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey("patients.Patient", on_delete=models.PROTECT, related_name="sessions")
    series = models.ForeignKey("patients.TreatmentSeries", on_delete=models.PROTECT, related_name="sessions")
    number = models.PositiveSmallIntegerField()
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="sessions", null=True)
    order = models.ForeignKey("dosing.DoseOrder", on_delete=models.PROTECT, related_name="sessions", null=True)
    dosing_record = models.OneToOneField(
        "dosing.DosingRecord", on_delete=models.PROTECT, related_name="session", null=True
    )
    scheduled_for = models.DateTimeField()
    planned_minutes = models.PositiveSmallIntegerField(default=180)
    state = models.CharField(max_length=12, choices=State.choices(), default=State.SCHEDULED.value)
    version = models.PositiveIntegerField(default=1)
    intention = SealedTextField(blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    checked_in_at = models.DateTimeField(null=True)
    first_dose_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    closing_reason = SealedTextField(blank=True)
    signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    content_sha256 = models.CharField(max_length=64, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["series", "number"],
                condition=~Q(state__in=["cancelled", "no_show", "aborted"]),
                name="session_numbered_once",
            ),
            models.CheckConstraint(condition=Q(state__in=State.values()), name="session_state_known"),
            models.CheckConstraint(
                condition=Q(signed_at=None, signed_by=None)
                | (Q(signed_at__isnull=False, signed_by__isnull=False, state="signed") & ~Q(content_sha256="")),
                name="session_signed_at_and_by",
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "scheduled_for"], name="session_by_day"),
            models.Index(fields=["practice", "state", "scheduled_for"], name="session_by_state"),
            models.Index(fields=["patient", "-scheduled_for"], name="session_of_patient"),
            models.Index(
                fields=["practice", "first_dose_at"],
                condition=Q(first_dose_at__isnull=False),
                name="session_by_first_dose",
            ),
        ]

    @property
    def state_now(self) -> State:
        return State(self.state)


class RosterEntry(Record):
    """Who is responsible for what in this session: supervision is part of the record."""

    kind = RecordKind.EDITABLE
    frozen_with = ("session",)
    privacy = Privacy(operational="id session membership duty joined_at added_by left_at")

    class Duty(models.TextChoices):
        PRESCRIBER = "prescriber", "Supervising prescriber"
        MONITOR = "monitor", "Monitoring"
        THERAPIST = "therapist", "Accompanying"

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="roster")
    membership = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="rosters")
    duty = models.CharField(max_length=10, choices=Duty.choices)
    joined_at = models.DateTimeField()
    added_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "membership", "duty"], condition=Q(left_at=None), name="once_on_the_roster"
            ),
            models.CheckConstraint(
                condition=Q(duty__in=["prescriber", "monitor", "therapist"]), name="roster_duty_known"
            ),
        ]
        indexes = [models.Index(fields=["membership", "left_at", "session"], name="roster_of_member")]


class SessionTransition(EventRecord):
    """One change of state; the first has an empty `from_state`, and recovery with a reason is an early stop."""

    privacy = Privacy(operational=EventRecord.EVENT_FIELDS + " session from_state to_state", clinical="reason")

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="transitions")
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12)
    reason = SealedTextField(blank=True)

    @property
    def told(self) -> tuple[str, str, str]:
        return self.from_state, self.to_state, self.reason
