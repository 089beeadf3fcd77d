"""The only writers of check-ins and their messages."""

from followups.actions.delivery import claim_message, record_sent, record_trouble, release_expired_claims
from followups.actions.opening import expire_check_in, mark_answered, open_check_in, send_again, send_now
from followups.actions.planning import cancel_check_in, cancel_open_check_ins, plan_follow_ups

__all__ = [
    "cancel_check_in",
    "cancel_open_check_ins",
    "claim_message",
    "expire_check_in",
    "mark_answered",
    "open_check_in",
    "plan_follow_ups",
    "record_sent",
    "record_trouble",
    "release_expired_claims",
    "send_again",
    "send_now",
]
