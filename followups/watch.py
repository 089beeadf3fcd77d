"""Whether messages are going out at all, told by the web process from the rows themselves (F6, KAP-FUP-SILENCE)."""

from datetime import datetime

from followups.models import CheckIn, OutboxMessage


def is_silent(at: datetime, practice_id=None) -> bool:
    """True when a due check-in stays unopened for two minutes, or a message waits five minutes longer than it should.

    Asks for one practice, or for all of them without `practice_id`. Two index look-ups.
    """
    unopened, stuck = CheckIn.objects.unopened(at), OutboxMessage.objects.stuck(at)
    if practice_id is not None:
        unopened, stuck = unopened.filter(patient__practice_id=practice_id), stuck.filter(practice_id=practice_id)
    return unopened.exists() or stuck.exists()
