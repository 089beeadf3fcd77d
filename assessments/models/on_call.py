"""Who is on call for risk answers: an ordered list that keeps its history; the practice's limits in minutes (R80)."""

from django.db import models
from django.db.models import Q

from accounts.roles import Permission, access_table
from common.records import Privacy, Record, RecordKind

STEP_MINUTES = 15  # KAP-RISK-UNSEEN
CONTACT_MINUTES = 60  # KAP-RISK-CONTACT


class RiskRules(Record):
    """Minutes until an item goes on to the next person, and until whoever acknowledged it has to have made contact.

    A practice without a row has the starting values.
    """

    kind = RecordKind.REFERENCE
    privacy = Privacy(operational="id practice step_minutes contact_minutes")

    practice = models.OneToOneField("accounts.Practice", on_delete=models.PROTECT, related_name="risk_rules")
    step_minutes = models.PositiveSmallIntegerField(default=STEP_MINUTES)
    contact_minutes = models.PositiveSmallIntegerField(default=CONTACT_MINUTES)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(step_minutes__range=(1, 240)), name="risk_step_1_to_240_min"),
            models.CheckConstraint(condition=Q(contact_minutes__range=(5, 1440)), name="risk_contact_5_to_1440_min"),
        ]


def _is_able() -> Q:
    roles = Q()
    for role in access_table()[Permission.HANDLE_RISK]:
        roles |= Q(**{f"membership__is_{role.value}": True})
    return roles & Q(membership__is_active=True, membership__user__is_active=True)


class OnCallQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """The places of the actor's practice, as they are and as they were."""
        if actor is None or not actor.can(Permission.VIEW_SETTINGS):
            return self.none()
        return self.filter(practice_id=actor.practice_id)

    def listed(self):
        """The list as it is now, in its order."""
        return self.filter(removed_at=None).order_by("position")

    def standing_since(self, moment):
        """Places that were on the list at some time since then."""
        return self.filter(Q(removed_at=None) | Q(removed_at__gt=moment)).order_by("position", "listed_at")

    def able(self):
        """Whose person still works here in a role that may handle risk answers, and all places that have ended."""
        return self.filter(_is_able() | Q(removed_at__isnull=False))

    def unable(self):
        return self.listed().exclude(_is_able())

    def with_people(self):
        return self.select_related("membership__user")


class OnCallPlace(Record):
    """One person's place in the practice's list. A change of the list ends places and makes new ones, so that it can
    always be said to whom an item went and when. `after` is the time from the answer until this person's turn.
    A place that nobody set or ended by hand closed the ranks after somebody left.
    """

    kind = RecordKind.EDITABLE
    privacy = Privacy(operational="id practice membership position after listed_at listed_by removed_at removed_by")

    practice = models.ForeignKey("accounts.Practice", on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    after = models.DurationField()
    listed_at = models.DateTimeField()
    listed_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey("accounts.Membership", on_delete=models.PROTECT, related_name="+", null=True)

    objects = OnCallQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "position"], condition=Q(removed_at=None), name="on_call_position_once"
            ),
            models.UniqueConstraint(
                fields=["practice", "membership"], condition=Q(removed_at=None), name="on_call_person_once"
            ),
            models.CheckConstraint(
                condition=Q(removed_by=None) | Q(removed_at__isnull=False), name="on_call_removed_when_by_somebody"
            ),
        ]
        indexes = [models.Index(fields=["membership"], name="on_call_of_person")]
