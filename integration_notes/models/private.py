"""Private psychotherapy notes: their author's alone, sealed by keys of their own, about whom is sealed too (R10).

Nothing in the database says about which patient a note is, so that nobody can count or list them by patient.
"""

from django.db import models
from django.db.models import Q

from accounts.roles import Permission
from common.records import EventRecord, Privacy, Record, RecordKind
from common.sealed_fields import SealedJSONField, SealedTextField

RING = "psychotherapy"


class PrivateNoteQuerySet(models.QuerySet):
    def visible_to(self, actor, permission: Permission = Permission.WRITE_PRIVATE_NOTE):
        """One's own notes, and those that were released to one by their author or on a court's order."""
        if actor is None or not actor.can(permission):
            return self.none()
        released = PrivateRelease.objects.in_force().filter(reader_id=actor.membership_id).values("author_id")
        mine = self.filter(practice_id=actor.practice_id)
        return mine.filter(Q(author_id=actor.membership_id) | Q(author_id__in=released))

    def drafts_of(self, membership_id):
        return self.filter(signed_at=None, author_id=membership_id)

    def for_list(self):
        return self.select_related("author__user").order_by("-created_at", "id")


class PrivateNote(Record):
    """A therapist's own note, apart from the chart; a draft until signed, then frozen."""

    kind = RecordKind.SIGNED
    frozen_by = "signed_at"
    privacy = Privacy(
        operational="id practice author created_at saved_at signed_at content_sha256 version",
        clinical="about title text tags salt",
    )

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    about = SealedJSONField(ring=RING)  # {"patient": id, "session": id or None}
    title = SealedTextField(ring=RING, blank=True)
    text = SealedTextField(ring=RING, blank=True)
    tags = SealedJSONField(ring=RING, default=list)
    salt = SealedTextField(ring=RING)  # so that nobody can guess a text by its hash
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    content_sha256 = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = PrivateNoteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(signed_at=None) | ~Q(content_sha256=""), name="private_note_signed_with_hash"
            )
        ]
        indexes = [models.Index(fields=["author", "-created_at", "id"], name="private_note_of_author")]


class PrivateAddendum(EventRecord):
    privacy = Privacy(operational=EventRecord.EVENT_FIELDS + " note", clinical="text")

    note = models.ForeignKey(PrivateNote, on_delete=models.PROTECT, related_name="addenda")
    text = SealedTextField(ring=RING)


class PrivateReleaseQuerySet(models.QuerySet):
    def visible_to(self, actor, permission: Permission = Permission.RELEASE_PRIVATE_NOTES):
        if actor is None or not actor.can(permission):
            return self.none()
        return self.filter(practice_id=actor.practice_id)

    def in_force(self):
        return self.filter(approved_at__isnull=False)

    def waiting(self):
        return self.filter(approved_at=None)

    def with_people(self):
        people = ("author__user", "reader__user", "requested_by__user", "approved_by__user")
        return self.select_related(*people).order_by("-requested_at", "id")


class PrivateRelease(Record):
    """Somebody's private notes opened for one other therapist: by the author, or on a court's order by two people."""

    kind = RecordKind.EDITABLE
    privacy = Privacy(
        operational="id practice author reader path requested_at requested_by approved_at approved_by",
        clinical="reason",
    )

    class Path(models.TextChoices):
        AUTHOR = "author", "Handed over by the author"
        COURT = "court", "Court order"

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    reader = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    path = models.CharField(max_length=6, choices=Path.choices)
    reason = SealedTextField()
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)

    objects = PrivateReleaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(path__in=["author", "court"]), name="release_path_known"),
            models.CheckConstraint(condition=~Q(author=models.F("reader")), name="release_to_somebody_else"),
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by=None)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="release_approved_at_and_by",
            ),
            models.CheckConstraint(
                condition=Q(path="author", requested_by=models.F("author"), approved_by=models.F("author"))
                | Q(path="court", approved_by=None)
                | (Q(path="court") & ~Q(approved_by=models.F("requested_by")) & ~Q(approved_by=models.F("reader"))),
                name="release_by_author_or_two_people",
            ),
        ]
        indexes = [models.Index(fields=["reader"], condition=Q(approved_at__isnull=False), name="release_to_reader")]
