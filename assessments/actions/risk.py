"""What people do about a risk item: acknowledge, record contact, close in words (product.md, principle 6)."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from accounts.access import authorize
from accounts.roles import Permission
from assessments.actions.on_call import escalate_risk
from assessments.models import RiskContact, RiskItem
from assessments.on_call import turn_role
from common import audit
from common.errors import InvalidInput, NotPermitted, StaleState
from common.occurrence import settle
from common.sealed_fields import sealed


def _authorize(item: RiskItem, by, at: datetime):
    """The role on the care team, or the one of somebody on call whose turn has come (R80)."""
    patient = item.patient
    try:
        return authorize(by, Permission.HANDLE_RISK, practice_id=patient.practice_id, patient=patient.pk)
    except NotPermitted:
        role = turn_role(item, by, at)
        if role is None:
            raise
        return role


@transaction.atomic
def acknowledge_risk(*, item: RiskItem, by, at: datetime) -> RiskItem:
    """Say "I have seen this and act on it". Raises StaleState when somebody else did first."""
    role = _authorize(item, by, at)
    escalate_risk(item=item, by=by, at=at)
    taken = RiskItem.objects.filter(pk=item.pk, acknowledged_at=None, closed_at=None).update(
        acknowledged_at=at, acknowledged_by_id=by.membership_id, version=F("version") + 1
    )
    if not taken:
        raise StaleState("Somebody has already acknowledged this.")
    audit.record(by, "assessments.acknowledge_risk", at=at, subject=item, role=role)
    item.refresh_from_db()
    return item


@transaction.atomic
def record_risk_contact(
    *,
    item: RiskItem,
    by,
    at: datetime,
    how: str,
    outcome: str,
    plan: str = "",
    occurred_at: datetime | None = None,
    late_reason: str = "",
) -> RiskContact:
    """Who was reached, how it went and what is planned. Raises StaleState on a closed item."""
    role = _authorize(item, by, at)
    if not RiskItem.objects.open().filter(pk=item.pk).exists():
        raise StaleState("This item is closed. Nothing was saved.")
    faults = {}
    if how not in RiskContact.How.values:
        faults["how"] = "Choose how you tried to reach the patient."
    if len(outcome.strip()) < 5:
        faults["outcome"] = "Say in a few words how it went."
    if faults:
        raise InvalidInput(faults)
    contact = RiskContact(
        risk_item=item,
        how=how,
        outcome=outcome.strip(),
        plan=plan.strip(),
        occurred_at=settle(occurred_at, at, late_reason),
        recorded_at=at,
        recorded_by_id=by.membership_id,
        recorded_as=role.value,
        late_reason=late_reason.strip(),
    )
    contact.save(force_insert=True)
    audit.record(
        by, "assessments.record_risk_contact", at=at, subject=contact, patient_id=item.patient_id, role=role.value
    )
    return contact


@transaction.atomic
def close_risk(*, item: RiskItem, by, at: datetime, closing_text: str) -> RiskItem:
    """Close in words (at least 20 characters), after it was acknowledged and a contact was recorded."""
    role = _authorize(item, by, at)
    text = closing_text.strip()
    if len(text) < 20:
        raise InvalidInput({"closing_text": "Say in at least 20 characters why this can be closed."})
    if not item.contacts.exists():
        raise InvalidInput({"closing_text": "Record a contact with the patient first."})
    closed = RiskItem.objects.filter(pk=item.pk, closed_at=None, acknowledged_at__isnull=False).update(
        closed_at=at, closed_by_id=by.membership_id, version=F("version") + 1, **sealed(item, closing_text=text)
    )
    if not closed:
        raise StaleState("This item is already closed, or nobody has acknowledged it yet.")
    audit.record(by, "assessments.close_risk", at=at, subject=item, role=role)
    item.refresh_from_db()
    return item
