"""Follow-up after a dose: time points, check-ins and messages, pauses, and what was missed twice in a row."""

from followups.models.missed import MissedCall, MissedInARow
from followups.models.pauses import FollowUpPause
from followups.models.plan import CheckIn, FollowUpPoint, OutboxMessage
from followups.models.rules import FollowUpRules

__all__ = [
    "CheckIn",
    "FollowUpPause",
    "FollowUpPoint",
    "FollowUpRules",
    "MissedCall",
    "MissedInARow",
    "OutboxMessage",
]
