"""How each kind of entry is written: one form and one action, for its page, its correction, and entries that a device
kept without network (decision 0017)."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms

from accounts.actor import Actor
from accounts.models import Membership
from accounts.roles import Permission, Role
from dosing.forms import EndInfusionForm, InfusionChangeForm
from sessions_app import actions
from sessions_app.forms import (
    AdverseEventForm,
    ObservationForm,
    ReadingForm,
    RescueDrugForm,
    RoomConsentForm,
    RoomEntryForm,
    ScaleForm,
    StopEarlyForm,
)
from sessions_app.forms.fields import of_any_infusion, versioned
from sessions_app.scales import SCALES


@dataclass(frozen=True)
class EntryForm:
    """`make(data, actor, **more)` gives the form for this person; `more` are keywords of every form.

    `label` is what the entry is called, `title` heads its form, `saved` is said when it is stored.
    """

    label: str
    title: str
    saved: str
    permission: Permission
    action: Callable
    make: Callable[..., forms.Form]

    @property
    def button(self) -> str:
        name = self.label if self.label.split()[0].isupper() else f"{self.label[0].lower()}{self.label[1:]}"
        return f"Save the {name}"


def people_of(actor: Actor | None) -> dict[str, list[tuple]]:
    """By the field that asks for somebody of the staff, (membership id, name) of who may be chosen; one query.

    Without an actor, as on the page that a device keeps, nobody is named.
    """
    members = list(Membership.objects.visible_to(actor).active().order_by("user__full_name"))

    def named(*roles: Role) -> list[tuple]:
        return [(one.pk, str(one.user)) for one in members if not roles or any(role in one.roles for role in roles)]

    return {
        "membership_id": named(),
        "ordered_by_id": named(Role.PRESCRIBER),
        "given_by_id": named(Role.PRESCRIBER, Role.NURSE),
    }


def _plain(form: type[forms.Form]):
    return lambda data, actor, **more: form(data, **more)


def _scale(code: str) -> EntryForm:
    name = SCALES[code].name
    return EntryForm(
        label=name,
        title=name,
        saved=f"{name} is saved.",
        permission=Permission.RECORD_VITALS,
        action=actions.record_scale,
        make=lambda data, actor, **more: ScaleForm(data, instrument=code, **more),
    )


def _room_entry(data, actor, **more):
    return RoomEntryForm(data, people=people_of(actor)["membership_id"], **more)


def _rescue_drug(data, actor, **more):
    people = people_of(actor)
    return RescueDrugForm(data, prescribers=people["ordered_by_id"], givers=people["given_by_id"], **more)


def _infusion_change(data, actor, **more):
    return versioned(of_any_infusion(InfusionChangeForm(data, **more)))


def _infusion_end(data, actor, **more):
    return of_any_infusion(EndInfusionForm(data, **more))


ENTRY_FORMS = {
    "reading": EntryForm(
        "Reading",
        "Enter a reading",
        "The reading is saved.",
        Permission.RECORD_VITALS,
        actions.record_reading,
        _plain(ReadingForm),
    ),
    "observation": EntryForm(
        "Observation",
        "Write an observation",
        "The observation is saved.",
        Permission.RECORD_OBSERVATION,
        actions.record_observation,
        _plain(ObservationForm),
    ),
    "adverse_event": EntryForm(
        "Adverse event",
        "Report an adverse event",
        "The adverse event is saved.",
        Permission.RECORD_ADVERSE_EVENT,
        actions.record_adverse_event,
        _plain(AdverseEventForm),
    ),
    **{code: _scale(code) for code in SCALES},
    "rescue_drug": EntryForm(
        "Rescue drug",
        "Record a rescue drug",
        "The rescue drug is saved.",
        Permission.RECORD_ADVERSE_EVENT,
        actions.record_rescue_drug,
        _rescue_drug,
    ),
    "room_entry": EntryForm(
        "Room entry",
        "Who came or went",
        "Who is in the room is saved.",
        Permission.RECORD_OBSERVATION,
        actions.record_room_entry,
        _room_entry,
    ),
    "room_consent": EntryForm(
        "Answer about touch or music",
        "What the patient said about touch or music",
        "What the patient said is saved.",
        Permission.RECORD_OBSERVATION,
        actions.record_room_consent,
        _plain(RoomConsentForm),
    ),
    "infusion_change": EntryForm(
        "Change of the infusion",
        "Pause, resume or change the rate",
        "The change of the infusion is recorded.",
        Permission.GIVE_DOSE,
        actions.change_session_infusion,
        _infusion_change,
    ),
    "infusion_end": EntryForm(
        "End of the infusion",
        "End the infusion",
        "The end of the infusion is recorded.",
        Permission.GIVE_DOSE,
        actions.end_session_infusion,
        _infusion_end,
    ),
    "stop_early": EntryForm(
        "Early stop",
        "Stop early",
        "Stopped early; recovery began.",
        Permission.GIVE_DOSE,
        actions.stop_early,
        _plain(StopEarlyForm),
    ),
}
