"""What the database refuses in a new dose because of the session's roster (R43), and lets a signed session follow."""

from common.guards import Guard

# A dosing record shares its id with its session.
OFF_THE_ROSTER = """NOT EXISTS (SELECT 1 FROM sessions_app_rosterentry e WHERE e.session_id = NEW.dosing_record_id
AND e.membership_id = NEW.given_by_id AND e.left_at IS NULL)"""

# T+0 of a signed session goes on following the time of its first dose as it was corrected last, nothing else.
FIRST_DOSE_NOW = """SELECT c.given_at FROM dosing_dosetimecorrection c
JOIN dosing_administration a ON a.id = c.administration_id
WHERE a.dosing_record_id = OLD.id AND a.number = 1 ORDER BY c.number DESC LIMIT 1"""


def roster_guards() -> list[Guard]:
    return [Guard("roster", "dosing_administration", OFF_THE_ROSTER)]
