"""The project package: settings, addresses, queue. It imports every app; no app imports it."""

from clinic.garbage import look_less_often

look_less_often()  # first of all: loading the apps makes objects by the hundred thousand

from clinic.celery import app as celery_app  # noqa: E402

__all__ = ["celery_app"]
