"""The only writers of time points, check-ins and their messages."""

from followups.actions.around_session import follow_session
from followups.actions.delivery import (
    claim_message,
    drop_message,
    give_up_claim,
    make_message_link,
    record_refused,
    record_sent,
    record_trouble,
    record_unclear,
)
from followups.actions.ending import (
    expire_check_in,
    mark_answered,
    merge_check_in,
    miss_check_in,
    stop_check_in,
    stop_messages,
    supersede_check_in,
)
from followups.actions.missed import close_missed, record_missed_call, take_missed
from followups.actions.opening import hand_over_link, open_check_in, send_again, send_now
from followups.actions.pauses import end_pause, pause_follow_ups, resume_follow_ups
from followups.actions.planning import cancel_check_in, move_check_in, plan_follow_ups
from followups.actions.points import add_point, change_point, switch_point
from followups.actions.reminding import queue_reminder
from followups.actions.rules import set_follow_up_rules
from followups.actions.tracking import confirm_contact, confirm_delivery, record_delivery

__all__ = [
    "add_point",
    "cancel_check_in",
    "change_point",
    "claim_message",
    "close_missed",
    "confirm_contact",
    "confirm_delivery",
    "drop_message",
    "end_pause",
    "expire_check_in",
    "follow_session",
    "give_up_claim",
    "hand_over_link",
    "make_message_link",
    "mark_answered",
    "merge_check_in",
    "miss_check_in",
    "move_check_in",
    "open_check_in",
    "pause_follow_ups",
    "plan_follow_ups",
    "queue_reminder",
    "record_delivery",
    "record_missed_call",
    "record_refused",
    "record_sent",
    "record_trouble",
    "record_unclear",
    "resume_follow_ups",
    "send_again",
    "send_now",
    "set_follow_up_rules",
    "stop_check_in",
    "stop_messages",
    "supersede_check_in",
    "switch_point",
    "take_missed",
]
