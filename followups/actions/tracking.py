"""What became of a message after it was sent, told by a provider, a mail server or a person."""

from datetime import datetime

from django.db import transaction

from accounts.access import authorize
from accounts.roles import Permission
from common import audit
from common.errors import StaleState
from followups.contact import contact_of
from followups.models import CheckIn, OutboxMessage
from patients.models import Patient

State, Delivery = OutboxMessage.State, OutboxMessage.Delivery


@transaction.atomic
def record_delivery(*, message: OutboxMessage, by, at: datetime, delivery: str, code: str = "") -> bool:
    """Note that a message arrived (`delivered`), did not (`undelivered`, with its `code`), or is on its way ("").

    Whatever was told about it, it did go out: nobody has to wonder about an unclear one any more (F1). "Not delivered"
    is the last word, whenever it comes; a second telling of the same changes nothing. Returns whether anything changed.
    """
    rows = OutboxMessage.objects.filter(pk=message.pk)
    settled = rows.filter(state__in=[State.CLAIMED, State.AMBIGUOUS]).update(
        state=State.SENT, sent_at=at, claimed_until=None, last_error=""
    )
    told = 0
    if delivery == Delivery.DELIVERED:
        told = rows.filter(delivery=Delivery.UNKNOWN).update(delivery=delivery, delivery_at=at)
    elif delivery == Delivery.UNDELIVERED:
        news = rows.exclude(delivery=Delivery.UNDELIVERED)
        told = news.update(delivery=delivery, delivery_at=at, delivery_code=code[:12])
    if settled or told:
        detail = {"delivery": delivery, "code": code[:12]}
        by, patient_id = by.in_practice(message.practice_id), message.check_in.patient_id
        audit.record(by, "followups.record_delivery", at=at, subject=message, patient_id=patient_id, detail=detail)
    return bool(settled or told)


@transaction.atomic
def confirm_delivery(*, check_in: CheckIn, by, at: datetime) -> CheckIn:
    """A clinician learned that an unclear message did arrive."""
    patient = check_in.patient
    role = authorize(by, Permission.MANAGE_FOLLOWUPS, practice_id=patient.practice_id, patient=patient.pk)
    unclear = OutboxMessage.objects.filter(check_in=check_in, state=State.AMBIGUOUS)
    if not unclear.update(state=State.SENT, sent_at=at, last_error=""):
        raise StaleState("No message of this check-in is unclear any more.")
    audit.record(by, "followups.confirm_delivery", at=at, subject=check_in, role=role)
    return check_in


@transaction.atomic
def confirm_contact(*, patient: Patient, by, at: datetime) -> Patient:
    """Somebody asked the patient: the contact is right although a message did not arrive. Messages may go there again.

    Raises StaleState when nothing stands against the contact any more, since it was confirmed or changed meanwhile.
    """
    role = authorize(by, Permission.MANAGE_FOLLOWUPS, practice_id=patient.practice_id, patient=patient.pk)
    failed = OutboxMessage.objects.undelivered_to(patient.pk, contact_of(patient))
    ids = list(failed.values_list("pk", flat=True))
    if not OutboxMessage.objects.filter(pk__in=ids, contact_checked_at=None).update(
        contact_checked_at=at, contact_checked_by_id=by.membership_id
    ):
        raise StaleState("This contact was confirmed or changed meanwhile.")
    audit.record(by, "followups.confirm_contact", at=at, subject=patient, role=role)
    return patient
