"""What handing a message to a provider may come to, besides success. None of these names an address or a number."""

from datetime import timedelta


class NotSent(Exception):
    """It certainly did not go out and may be tried again; `str()` is the name of the error.

    `is_outage` says that the provider, not this message, was the trouble. `retry_after` is how long it asked us to
    wait, if it said so.
    """

    def __init__(self, error: str, *, is_outage: bool = False, retry_after: timedelta | None = None):
        super().__init__(error)
        self.is_outage = is_outage
        self.retry_after = retry_after


class Refused(Exception):
    """It did not go out and never will to this address or number; `str()` is the provider's code."""


class Unclear(Exception):
    """The connection broke, or the provider failed, while it was handed over: nobody knows whether it went out."""
