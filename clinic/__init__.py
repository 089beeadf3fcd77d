"""The project package: settings, addresses, queue. It imports every app; no app imports it."""

from clinic.celery import app as celery_app

__all__ = ["celery_app"]
