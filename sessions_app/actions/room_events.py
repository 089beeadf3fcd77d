"""What else is written down in the room: scales, who is there, rescue drugs, agreement to touch and music."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from accounts.access import authorize
from accounts.actor import Actor
from accounts.models import Membership
from accounts.roles import Permission, Role
from common.errors import InvalidInput
from common.fields import ExactDecimalField
from sessions_app.actions._entry import write_entry
from sessions_app.actions.transition import scope_of
from sessions_app.models import RescueDrug, RoomConsent, RoomEntry, ScaleScore, Session
from sessions_app.rescue_drugs import OTHER, RESCUE_DRUGS
from sessions_app.scales import SCALES
from sessions_app.settings_in_force import settings_of

MOST_RESCUE_DOSE = Decimal(100_000)
MAY_GIVE_RESCUE = (Role.PRESCRIBER, Role.NURSE)


def record_scale(
    *,
    session: Session,
    by: Actor,
    at: datetime,
    instrument: str,
    rating: int | None = None,
    items: dict[str, int | None] | None = None,
    note: str = "",
    **entry,
) -> ScaleScore:
    """RASS -5 to +4 or CADSS-6 0-24 as `rating`; the modified Aldrete by its five `items`, 0-2, added up.

    CADSS-6 needs the licence in the practice's settings (KAP-SCALE-CADSS). `entry` as in `_entry.write_entry`.
    """
    role = authorize(by, Permission.RECORD_VITALS, **scope_of(session))
    scale = SCALES.get(instrument)
    if scale is None:
        raise InvalidInput({"instrument": "Choose RASS, modified Aldrete or CADSS-6."})
    if scale.needs_licence and not settings_of(session.practice_id).cadss6_licence:
        sentence = "The practice has no licence of the CADSS on record. Enter dissociation in the reading instead."
        raise InvalidInput({"instrument": sentence})
    values = {
        "instrument": scale.code,
        "instrument_version": scale.version,
        "note": note.strip(),
        **(_added_up(scale, rating, items or {}) if scale.items else _in_range(scale, rating, items or {})),
    }
    return write_entry(ScaleScore, "record_scale", role, values, session=session, by=by, at=at, **entry)


def _added_up(scale, rating, items) -> dict:
    wrong = {name: "Choose 0, 1 or 2." for name in scale.items if items.get(name) is None or not 0 <= items[name] <= 2}
    if set(items) - set(scale.items):
        wrong["items"] = f"The items are {', '.join(scale.items)}."
    if rating is not None:
        wrong["rating"] = f"{scale.name} is added up from its items. Leave this out."
    if wrong:
        raise InvalidInput(wrong)
    return {**items, "total": sum(items.values())}


def _in_range(scale, rating, items) -> dict:
    if items:
        raise InvalidInput({"items": f"Only the rating of {scale.name} is kept."})
    if rating is None or not scale.low <= rating <= scale.high:
        raise InvalidInput({"rating": f"Enter {scale.name} between {scale.low} and {scale.high}."})
    return {"total": rating, **dict.fromkeys(SCALES["ALDRETE"].items)}


def record_room_entry(
    *, session: Session, by: Actor, at: datetime, membership_id: UUID, went: str, **entry
) -> RoomEntry:
    """Somebody of the practice's staff came "in" or went "out"; `entry` as in `_entry.write_entry`."""
    role = authorize(by, Permission.RECORD_OBSERVATION, **scope_of(session))
    wrong = {}
    if went not in RoomEntry.Went.values:
        wrong["went"] = "Choose came in or went out."
    if not _staff(session, membership_id):
        wrong["membership_id"] = "Choose somebody who works at this practice."
    if wrong:
        raise InvalidInput(wrong)
    values = {"membership_id": membership_id, "went": went}
    return write_entry(RoomEntry, "record_room_entry", role, values, session=session, by=by, at=at, **entry)


def record_rescue_drug(
    *,
    session: Session,
    by: Actor,
    at: datetime,
    drug: str,
    dose: Decimal,
    unit: str,
    route: str,
    ordered_by_id: UUID,
    given_by_id: UUID,
    reason: str,
    name: str = "",
    **entry,
) -> RescueDrug:
    """A rescue drug as given: `dose` in `unit`, to 0.001. `drug` is a code of the list, or "other" with its `name`.

    A prescriber of the practice ordered it; a prescriber or nurse gave it. `entry` as in `_entry.write_entry`.
    """
    role = authorize(by, Permission.RECORD_ADVERSE_EVENT, **scope_of(session))
    wrong = {}
    name = " ".join(name.split()) if drug == OTHER else RESCUE_DRUGS.get(drug, "")
    if drug != OTHER and drug not in RESCUE_DRUGS:
        wrong["drug"] = "Choose the drug, or another one and write its name."
    elif not 2 <= len(name) <= 80:
        wrong["name"] = "Write the name of the drug."
    if not _is_exact(dose):
        wrong["dose"] = "Enter the dose above 0, with at most 3 decimal places."
    if unit not in RescueDrug.Unit.values:
        wrong["unit"] = "Choose the unit."
    if route not in RescueDrug.Route.values:
        wrong["route"] = "Choose how it was given."
    if not _staff(session, ordered_by_id, Role.PRESCRIBER):
        wrong["ordered_by_id"] = "Choose the prescriber who ordered it."
    if not _staff(session, given_by_id, *MAY_GIVE_RESCUE):
        wrong["given_by_id"] = "Choose the nurse or prescriber who gave it."
    if len(reason.strip()) < 3:
        wrong["reason"] = "Write what it was given for."
    if wrong:
        raise InvalidInput(wrong)
    values = {
        "drug": drug,
        "name": name,
        "dose": dose,
        "unit": unit,
        "route": route,
        "ordered_by_id": ordered_by_id,
        "given_by_id": given_by_id,
        "reason": reason.strip(),
    }
    return write_entry(RescueDrug, "record_rescue_drug", role, values, session=session, by=by, at=at, **entry)


def record_room_consent(
    *, session: Session, by: Actor, at: datetime, about: str, is_given: bool, words: str = "", **entry
) -> RoomConsent:
    """The patient agreed to touch or music, or took it back; `entry` as in `_entry.write_entry`."""
    role = authorize(by, Permission.RECORD_OBSERVATION, **scope_of(session))
    wrong = {}
    if about not in RoomConsent.About.values:
        wrong["about"] = "Choose touch or music."
    if is_given is None:
        wrong["is_given"] = "Choose agreed or took it back."
    if wrong:
        raise InvalidInput(wrong)
    values = {"about": about, "is_given": is_given, "words": words.strip()}
    return write_entry(RoomConsent, "record_room_consent", role, values, session=session, by=by, at=at, **entry)


def _is_exact(dose) -> bool:
    if not isinstance(dose, Decimal) or not dose.is_finite() or not 0 < dose <= MOST_RESCUE_DOSE:
        return False
    places = ExactDecimalField(places=3).places
    return dose == round(dose, places)


def _staff(session: Session, membership_id: UUID | None, *roles: Role) -> bool:
    """Whether this is an active member of the practice, with one of `roles` when any is named."""
    if membership_id is None:
        return False
    member = Membership.objects.active().filter(practice_id=session.practice_id, pk=membership_id).first()
    return member is not None and (not roles or any(role in member.roles for role in roles))
