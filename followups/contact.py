"""Whether a patient may be written to, and where: a contact, permission, consent, arriving messages, being in care."""

from django.conf import settings
from django.urls import reverse

from common.blockers import Blocker
from followups.delivery_words import reason_of
from followups.models import OutboxMessage
from patients.models import Consent, Patient


def contact_of(patient: Patient) -> str:
    """The address or the number that messages go to; "" when there is none."""
    return patient.mobile if _by_text(patient) else patient.email


def _by_text(patient: Patient) -> bool:
    return patient.contact_by == Patient.ContactBy.TEXT


def contact_blockers(patient: Patient) -> list[Blocker]:
    """Everything that forbids a message to this patient, by the way that was chosen; empty when one may go out."""
    found = []
    if patient.discharged_from_care_at is not None:
        found.append(Blocker("DISCHARGED", "The patient is discharged from care.", "R73"))
    consents = _latest_consents(patient)
    found += _of_texts(patient, consents) if _by_text(patient) else _of_mail(patient)
    if _is_withdrawn(consents.get(Consent.Scope.MESSAGES)):
        sentence = "Consent to questionnaires and messages is withdrawn. Call, or record a new consent."
        found.append(Blocker("MESSAGES_CONSENT_WITHDRAWN", sentence, "KAP-FUP-CONSENT"))
    return found + _not_arriving(patient)


def _of_mail(patient: Patient) -> list[Blocker]:
    if not patient.email:
        return [Blocker("NO_EMAIL", "There is no e-mail address on file. Hand over a link or call.", "R73")]
    if not patient.email_allowed:
        sentence = "The patient does not want to be contacted by e-mail. Hand over a link or call."
        return [Blocker("EMAIL_NOT_ALLOWED", sentence, "R73")]
    return []


def _of_texts(patient: Patient, consents: dict[str, Consent]) -> list[Blocker]:
    """A text message needs a consent of its own (KAP-FUP-TEXTS); without one nothing goes out, also not by mail."""
    found = []
    if not settings.TEXT_PROVIDER:
        sentence = "This clinic sends no text messages yet. Choose e-mail in the patient's details, or call."
        found.append(Blocker("NO_TEXT_PROVIDER", sentence, "KAP-FUP-TEXTS"))
    consent = consents.get(Consent.Scope.TEXTS)
    if consent is None or consent.is_withdrawn:
        sentence = "There is no standing consent to text messages. Record one, hand over a link or call."
        link = reverse("patients:consents", args=[patient.pk])
        found.append(Blocker("TEXTS_CONSENT_MISSING", sentence, "KAP-FUP-TEXTS", link=link))
    return found


def _latest_consents(patient: Patient) -> dict[str, Consent]:
    """By scope the consent signed last, which alone counts."""
    asked = patient.consents.newest_first().filter(scope__in=[Consent.Scope.MESSAGES, Consent.Scope.TEXTS])
    latest: dict[str, Consent] = {}
    for consent in asked:
        latest.setdefault(consent.scope, consent)
    return latest


def _is_withdrawn(consent: Consent | None) -> bool:
    """A patient who was never asked is covered by `email_allowed`."""
    return consent is not None and consent.is_withdrawn


def _not_arriving(patient: Patient) -> list[Blocker]:
    """A message to this contact did not arrive, and nobody has checked it since (KAP-FUP-BOUNCE)."""
    failed = OutboxMessage.objects.undelivered_to(patient, contact_of(patient)).order_by("-delivery_at").first()
    if failed is None:
        return []
    sentence = f"A message did not arrive: {reason_of(failed.delivery_code)}. Call the patient and check the contact."
    return [Blocker("CONTACT_UNDELIVERED", sentence, "KAP-FUP-BOUNCE")]


def may_be_written_to(patient: Patient) -> bool:
    return not contact_blockers(patient)
