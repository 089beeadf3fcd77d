"""Choosing people for a care team."""

from uuid import UUID

from django import forms

from accounts.forms.base import PlainForm
from accounts.models import Membership
from accounts.roles import Role

CLINICAL = {Role.PRESCRIBER, Role.NURSE, Role.THERAPIST}


def clinician_choices(actor, without: set[UUID] = frozenset()) -> list[tuple[UUID, str]]:
    """The practice's active clinicians by name, with their roles."""
    members = Membership.objects.visible_to(actor).active().order_by("user__full_name")
    rows = [m for m in members if set(m.roles) & CLINICAL and m.pk not in without]
    return [(m.pk, f"{m.user} · {m.role_labels}") for m in rows]


class AddToTeamForm(PlainForm):
    membership_id = forms.TypedChoiceField(
        label="Clinician",
        coerce=UUID,
        error_messages={"required": "Choose who joins.", "invalid_choice": "Choose a clinician of this practice."},
    )

    def __init__(self, *args, actor, members=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["membership_id"].choices = [("", "Choose…"), *clinician_choices(actor, without=set(members))]
