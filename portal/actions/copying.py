"""Makes a patient's copy of the record; the file is told to the one who asks and stored nowhere (R88)."""

from datetime import datetime

from django.db import transaction

from accounts.access import authorize
from accounts.actions import reauthenticate
from accounts.actor import Actor
from accounts.roles import Permission
from common import audit
from common.errors import InvalidInput
from patients.models import Patient
from portal.record_files import HANDED, KINDS


def copy_record(*, patient: Patient, by: Actor, at: datetime, kind: str, handed: str, password: str) -> bytes:
    """The file, after the password was shown again (R30). `handed` says to whom, in a word or two.

    Raises InvalidInput for another kind, an empty `handed` or a wrong password.
    """
    role = authorize(by, Permission.EXPORT_RECORD, practice_id=patient.practice_id, patient=patient.pk)
    wrong = {}
    if kind not in KINDS:
        wrong["kind"] = "Choose PDF or JSON."
    if handed not in HANDED:
        wrong["handed"] = "Say who gets the copy."
    if wrong:
        raise InvalidInput(wrong)
    reauthenticate(by, password, at=at)
    with transaction.atomic():
        made = KINDS[kind](patient, at)
        detail = {"kind": kind, "handed": handed, "bytes": len(made)}
        audit.record(by, "portal.copy_record", at=at, subject=patient, role=role, detail=detail)
    return made
