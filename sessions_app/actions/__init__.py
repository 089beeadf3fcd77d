"""Everything that may be done with a session; the only writers of this app."""

from sessions_app.actions.alarms import answer_alarms
from sessions_app.actions.correcting import withdraw_entry
from sessions_app.actions.dosing import dispose_session_remainder, give_session_dose, waste_session_unwitnessed
from sessions_app.actions.infusion import (
    change_session_infusion,
    end_session_infusion,
    start_recovery,
    stop_early,
)
from sessions_app.actions.inspection import (
    approve_pack,
    ask_for_pack,
    build_pack,
    remove_packs,
    take_pack,
)
from sessions_app.actions.leaving import discharge_patient, waive_criterion
from sessions_app.actions.measuring import set_measuring
from sessions_app.actions.monitoring import set_monitoring
from sessions_app.actions.not_taken import close_due_reading
from sessions_app.actions.observing import record_adverse_event, record_observation
from sessions_app.actions.offline import discard_kept_entry
from sessions_app.actions.preparation import check_in_patient, name_roster, override_blocker, set_ready
from sessions_app.actions.questionnaires import give_session_assessments, settle_questionnaires
from sessions_app.actions.rems import open_rems_form, record_rems_check, record_rems_submission
from sessions_app.actions.room_events import (
    record_rescue_drug,
    record_room_consent,
    record_room_entry,
    record_scale,
)
from sessions_app.actions.rooms import add_room, set_room_in_use
from sessions_app.actions.schedule import (
    abort_session,
    cancel_session,
    mark_no_show,
    reschedule_session,
    schedule_session,
)
from sessions_app.actions.settings import save_session_settings, take_over_cadss_licence
from sessions_app.actions.signing import add_addendum, ask_author, review_session, sign_session
from sessions_app.actions.supervision import mark_presence, set_supervision
from sessions_app.actions.timeline import record_reading

__all__ = [
    "abort_session",
    "add_addendum",
    "add_room",
    "answer_alarms",
    "approve_pack",
    "ask_author",
    "ask_for_pack",
    "build_pack",
    "cancel_session",
    "change_session_infusion",
    "check_in_patient",
    "close_due_reading",
    "discard_kept_entry",
    "discharge_patient",
    "dispose_session_remainder",
    "end_session_infusion",
    "give_session_assessments",
    "give_session_dose",
    "mark_no_show",
    "mark_presence",
    "name_roster",
    "open_rems_form",
    "override_blocker",
    "record_adverse_event",
    "record_observation",
    "record_reading",
    "record_rems_check",
    "record_rems_submission",
    "record_rescue_drug",
    "record_room_consent",
    "record_room_entry",
    "record_scale",
    "remove_packs",
    "reschedule_session",
    "review_session",
    "save_session_settings",
    "schedule_session",
    "set_measuring",
    "set_monitoring",
    "set_ready",
    "set_room_in_use",
    "set_supervision",
    "settle_questionnaires",
    "sign_session",
    "start_recovery",
    "stop_early",
    "take_over_cadss_licence",
    "take_pack",
    "waive_criterion",
    "waste_session_unwitnessed",
    "withdraw_entry",
]
