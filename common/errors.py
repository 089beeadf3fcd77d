"""What can go wrong in a clinical act, each mapped once to one HTTP status for pages and API alike."""

from collections.abc import Iterable


class ClinicError(Exception):
    """Base of refusals that a person can read. `status` is the HTTP status, `code` is stable."""

    status = 400
    code = "REFUSED"
    title = "This could not be done"


class NotPermitted(ClinicError):
    """The person's role does not allow the act (403)."""

    status, code, title = 403, "NOT_PERMITTED", "Your role does not allow this"


class OutOfScope(ClinicError):
    """The record is outside what the person may see: the same answer as 'does not exist' (404)."""

    status, code, title = 404, "NOT_FOUND", "Not found"


class StaleState(ClinicError):
    """Somebody else changed the record first (409); nothing was written.

    `newest` names what is stored now, in ids, states and versions, for the answer of the API.
    """

    status, code, title = 409, "STALE", "Somebody changed this first"

    def __init__(self, message: str = "", newest: dict | None = None):
        self.newest = newest or {}
        super().__init__(message)


class AuditUnavailable(ClinicError):
    """The audit row could not be written, so the request fails and shows nothing (503, R51)."""

    status, code, title = 503, "AUDIT_UNAVAILABLE", "This cannot be done right now"


class InvalidInput(ClinicError):
    """Values that cannot be accepted (422). `fields` maps a field name ('' for the whole form) to sentences."""

    status, code, title = 422, "INVALID", "Please correct the marked fields"

    def __init__(self, fields: dict[str, str | list[str]] | str):
        self.fields = (
            {"": [fields]}
            if isinstance(fields, str)
            else {name: [text] if isinstance(text, str) else list(text) for name, text in fields.items()}
        )
        super().__init__("; ".join(text for texts in self.fields.values() for text in texts))


class Blocked(ClinicError):
    """The record's state forbids the act (422). Carries every blocker at once."""

    status, code, title = 422, "BLOCKED", "Something still stands in the way"

    def __init__(self, blockers: Iterable):
        self.blockers = tuple(blockers)
        super().__init__("; ".join(blocker.sentence for blocker in self.blockers))
