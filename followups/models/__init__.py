"""Follow-up after a dose: time points, check-ins and messages, pauses, and what was missed twice in a row."""

from followups.models.missed import MissedCall, MissedInARow
from followups.models.outbox import OutboxMessage
from followups.models.pauses import FollowUpPause
from followups.models.plan import CheckIn, FollowUpPoint
from followups.models.rules import FollowUpRules
from followups.models.sending import ChannelPause, SendingPace

__all__ = [
    "ChannelPause",
    "CheckIn",
    "FollowUpPause",
    "FollowUpPoint",
    "FollowUpRules",
    "MissedCall",
    "MissedInARow",
    "OutboxMessage",
    "SendingPace",
]
