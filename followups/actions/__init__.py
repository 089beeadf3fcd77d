"""The only writers of time points, check-ins and their messages."""

from followups.actions.delivery import (
    claim_message,
    confirm_delivery,
    drop_message,
    give_up_claim,
    make_message_link,
    record_sent,
    record_trouble,
    record_unclear,
)
from followups.actions.ending import (
    expire_check_in,
    mark_answered,
    miss_check_in,
    stop_check_in,
    stop_messages,
    supersede_check_in,
)
from followups.actions.opening import hand_over_link, open_check_in, send_again, send_now
from followups.actions.planning import cancel_check_in, move_check_in, plan_follow_ups
from followups.actions.points import add_point, change_point, switch_point

__all__ = [
    "add_point",
    "cancel_check_in",
    "change_point",
    "claim_message",
    "confirm_delivery",
    "drop_message",
    "expire_check_in",
    "give_up_claim",
    "hand_over_link",
    "make_message_link",
    "mark_answered",
    "miss_check_in",
    "move_check_in",
    "open_check_in",
    "plan_follow_ups",
    "record_sent",
    "record_trouble",
    "record_unclear",
    "send_again",
    "send_now",
    "stop_check_in",
    "stop_messages",
    "supersede_check_in",
    "switch_point",
]
