"""The clinic's web application under a clock that the journey moves, and with failures that it asks for."""

import os
from pathlib import Path

from clinic.wsgi import application as clinic
from tests.journeys.shifted_clock import shift

shift()
_fault = Path(os.environ["JOURNEY_CLOCK"]).with_name("fault")


def application(environ, start_response):
    """What is posted fails with 500 while the file says so: "before" anybody looks at it, or "after" it was stored."""
    how = _fault.read_text() if environ["REQUEST_METHOD"] == "POST" and _fault.exists() else ""
    if how == "after":
        b"".join(clinic(environ, lambda *_: None))
    if how:
        start_response("500 Internal Server Error", [("Content-Type", "text/plain")])
        return [b"The server failed."]
    return clinic(environ, start_response)


__all__ = ["application"]
