"""The queue: Redis when `REDIS_URL` is set, otherwise folders on this machine; ids only, JSON only (R96)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

from django.conf import settings

from clinic.folder_queue import SCHEME

app = Celery("clinic")


def _embedded_broker() -> dict:
    queue, done = settings.HOME / "queue", settings.HOME / "queue-control"
    for folder in (queue, done):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {
        "broker_url": f"{SCHEME}://localhost//",
        "broker_transport_options": {
            "data_folder_in": str(queue),
            "data_folder_out": str(queue),
            "control_folder": str(done),
            "polling_interval": 0.1,
        },
    }


def _redis_broker() -> dict:
    return {
        "broker_url": settings.REDIS_URL,
        "broker_transport_options": {
            "visibility_timeout": 600,
            "unacked_restore_interval": 1,
            "unacked_restore_throttle": 1,
        },
    }


def _every(seconds: float, task: str, expires: float | None = None) -> dict:
    """Turns that pile up while no worker runs are forgotten: one finds everything."""
    return {"task": task, "schedule": float(seconds), "options": {"expires": expires or seconds}}


def _sweep(task: str) -> dict:
    seconds = settings.CELERY_SWEEP_SECONDS
    return _every(seconds, task, expires=max(30, 2 * seconds))


app.conf.update(
    task_serializer="json",
    accept_content=["json"],
    result_backend=None,
    task_ignore_result=True,
    timezone="UTC",
    enable_utc=True,
    worker_prefetch_multiplier=1,
    task_acks_late=True,
    task_default_queue="clinic",
    broker_connection_retry_on_startup=True,
    worker_hijack_root_logger=False,
    beat_schedule={
        "follow-ups": _sweep("followups.sweep"),
        "risk": _sweep("assessments.escalate_risk"),
        "emergencies": _sweep("patients.announce_emergencies"),
        "account-notices": _sweep("accounts.send_notices"),
        "anchors": _every(300, "accounts.anchor_chain"),
        "audit-copy": _every(30, "accounts.ship_audit_trail"),
        "chain-checks": _sweep("accounts.check_chain"),
        "backups": _sweep("accounts.back_up"),
        "diversion": _every(600, "dosing.watch_for_diversion"),
        "inspection-packs": _sweep("sessions.make_packs"),
        "old-packs": _every(900, "sessions.remove_packs"),
        "unusual-looks": _every(300, "patients.find_unusual_looks"),
        "sign-ins-over": _every(3600, "accounts.forget_sign_ins"),
    },
    beat_max_loop_interval=1,
    **(_redis_broker() if settings.REDIS_URL else _embedded_broker()),
)
app.autodiscover_tasks()
