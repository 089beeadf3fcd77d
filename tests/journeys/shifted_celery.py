"""The clinic's queue under a clock that the journey moves."""

from clinic.celery import app
from tests.journeys.shifted_clock import shift

shift()

__all__ = ["app"]
