"""A practice's hours for messages: its own, or the usual ones."""

from followups.models import FollowUpRules
from followups.schedule import USUAL, Hours


def hours_of(practice_id) -> Hours:
    rules = FollowUpRules.objects.filter(practice_id=practice_id).first()
    return rules.hours if rules else USUAL
