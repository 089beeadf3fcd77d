"""What the database refuses in a new dose because of the session's roster (R43)."""

from common.guards import Guard

# A dosing record shares its id with its session.
OFF_THE_ROSTER = """NOT EXISTS (SELECT 1 FROM sessions_app_rosterentry e WHERE e.session_id = NEW.dosing_record_id
AND e.membership_id = NEW.given_by_id AND e.left_at IS NULL)"""


def roster_guards() -> list[Guard]:
    return [Guard("roster", "dosing_administration", OFF_THE_ROSTER)]
