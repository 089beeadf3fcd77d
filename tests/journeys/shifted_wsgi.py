"""The clinic's web application under a clock that the journey moves."""

from tests.journeys import shifted_clock  # noqa: F401, I001  (must come before the application)
from clinic.wsgi import application

__all__ = ["application"]
