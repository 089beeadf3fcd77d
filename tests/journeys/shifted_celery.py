"""The clinic's queue under a clock that the journey moves."""

from tests.journeys import shifted_clock  # noqa: F401, I001  (must come before the application)
from clinic.celery import app

__all__ = ["app"]
