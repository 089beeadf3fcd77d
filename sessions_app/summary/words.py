"""What one event of the log says in the words of the ward, the same on screen and in print."""

from collections.abc import Callable

from dosing.models import AdministrationEnd, InfusionChange, Remainder
from dosing.proposed_dose import show
from sessions_app.models import AdverseEvent, Observation, RescueDrug, RoomConsent, RoomEntry, ScaleScore
from sessions_app.session_events import SessionEvent
from sessions_app.session_timeline import moved_words


def words_of_event(event: SessionEvent, sees_clinical: bool = True) -> tuple[str, str]:
    """(title, text) of one event.

    The free words of a scale are left out for whoever reads no chart (R12).
    """
    title, text = WORDS[event.kind](event)
    if event.kind == "scale" and not sees_clinical:
        text = ""
    reason = event.values.get("correction_reason")
    return title, _joined((text, f"why corrected: {reason}" if reason and sees_clinical else ""))


def _transition(event: SessionEvent) -> tuple[str, str]:
    move = moved_of(event)
    return moved_words(*move)[0], move[2]


def moved_of(event: SessionEvent) -> tuple[str, str, str]:
    """(from state, to state, reason) of a change of state."""
    return event.values["from_state"], event.values["to_state"], event.values["reason"]


def _dose(event: SessionEvent) -> tuple[str, str]:
    told = event.values
    verb = "started" if told["pump_ml_per_h"] is not None else "given"
    pump = f"{show(told['pump_ml_per_h'])} mL/h over {told['duration_min']} min" if told["pump_ml_per_h"] else ""
    bag = f"in {show(told['final_volume_ml'])} mL {told['diluent']}".strip() if told["final_volume_ml"] else ""
    checked = f"verified by {told['verified_by']}" if told["verified_by"] else "verified by nobody else"
    parts = (
        f"{told['product']}, lot {told['lot_number']}, drawn {show(told['drawn_mg'])} mg",
        told["site"],
        bag or told["diluent"],
        pump,
        f"by {told['given_by']}, {checked}",
    )
    return f"Dose {told['number']} {verb}: {show(told['planned_mg'])} mg {told['route']}", _joined(parts)


def _infusion_change(event: SessionEvent) -> tuple[str, str]:
    told = event.values
    rate = f" to {show(told['pump_ml_per_h'])} mL/h" if told["pump_ml_per_h"] else ""
    return f"Infusion {told['number']}: {InfusionChange.What(told['what']).label.lower()}{rate}", told["reason"]


def _dose_end(event: SessionEvent) -> tuple[str, str]:
    told = event.values
    how = AdministrationEnd.How(told["how"]).label.lower()
    return f"Dose {told['number']} {how}: {show(told['given_mg'])} mg given", told["reason"]


def _remainder(event: SessionEvent) -> tuple[str, str]:
    told = event.values
    witness = f"witnessed by {told['witness']}" if told["witness"] else "nobody witnessed it"
    title = f"{Remainder.What(told['what']).label}: {show(told['amount_mg'])} mg"
    return title, _joined((f"lot {told['lot_number']}", told["method"], told["reason"], witness))


def _observation(event: SessionEvent) -> tuple[str, str]:
    return Observation.What(event.values["what"]).label, event.values["text"]


def _adverse_event(event: SessionEvent) -> tuple[str, str]:
    told = event.values
    serious = ", serious" if told["is_serious"] else ""
    title = f"{AdverseEvent.Category(told['category']).label}: CTCAE grade {told['grade']}{serious}"
    parts = (
        told["description"],
        f"done: {told['action']}",
        f"outcome: {AdverseEvent.Outcome(told['outcome']).label.lower()}",
        f"relatedness: {AdverseEvent.Relatedness(told['relatedness']).label.lower()}",
    )
    return title, _joined(parts)


def _reading(event: SessionEvent) -> tuple[str, str]:
    return ("Correction of a reading" if event.values["corrects"] else "Reading"), event.values["note"]


def _alarm_answer(event: SessionEvent) -> tuple[str, str]:
    told = event.values
    heard = ", ".join(part for part in (told["told"], told["told_words"]) if part)
    return f"Done: {told['action']}", _joined((f"told: {heard}", told["sentence"]))


def _scale(event: SessionEvent) -> tuple[str, str]:
    told = event.values
    return f"{ScaleScore.Instrument(told['instrument']).label}: {told['total']}", told["note"]


def _room_entry(event: SessionEvent) -> tuple[str, str]:
    return RoomEntry.Went(event.values["went"]).label, event.values["person"]


def _rescue_drug(event: SessionEvent) -> tuple[str, str]:
    told = event.values
    unit, route = RescueDrug.Unit(told["unit"]).label, RescueDrug.Route(told["route"]).label.lower()
    title = f"Rescue drug: {told['name']} {show(told['dose'])} {unit}, {route}"
    return title, _joined((told["reason"], f"ordered by {told['ordered_by']}", f"given by {told['given_by']}"))


def _room_consent(event: SessionEvent) -> tuple[str, str]:
    told = event.values
    about = RoomConsent.About(told["about"]).label
    return f"{about}: {'agreed' if told['is_given'] else 'taken back'}", told["words"]


def _joined(parts) -> str:
    return " · ".join(part for part in parts if part)


WORDS: dict[str, Callable[[SessionEvent], tuple[str, str]]] = {
    "transition": _transition,
    "dose": _dose,
    "infusion_change": _infusion_change,
    "dose_end": _dose_end,
    "remainder": _remainder,
    "observation": _observation,
    "adverse_event": _adverse_event,
    "reading": _reading,
    "alarm_answer": _alarm_answer,
    "scale": _scale,
    "room_entry": _room_entry,
    "rescue_drug": _rescue_drug,
    "room_consent": _room_consent,
}
