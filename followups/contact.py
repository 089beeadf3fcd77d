"""Whether a patient may be written to: an address, permission, consent, and being in care."""

from common.blockers import Blocker
from patients.models import Consent, Patient


def mail_blockers(patient: Patient) -> list[Blocker]:
    """Everything that forbids writing to this patient by e-mail; empty when a message may go out."""
    found = []
    if patient.discharged_from_care_at is not None:
        found.append(Blocker("DISCHARGED", "The patient is discharged from care.", "R73"))
    if not patient.email:
        found.append(Blocker("NO_EMAIL", "There is no e-mail address on file. Hand over a link or call.", "R73"))
    elif not patient.email_allowed:
        sentence = "The patient does not want to be contacted by e-mail. Hand over a link or call."
        found.append(Blocker("EMAIL_NOT_ALLOWED", sentence, "R73"))
    if _consent_is_withdrawn(patient):
        sentence = "Consent to questionnaires and messages by e-mail is withdrawn. Call, or record a new consent."
        found.append(Blocker("MESSAGES_CONSENT_WITHDRAWN", sentence, "KAP-FUP-CONSENT"))
    return found


def _consent_is_withdrawn(patient: Patient) -> bool:
    """Only the consent signed last counts; a patient who was never asked is covered by `email_allowed`."""
    latest = patient.consents.newest_first().filter(scope=Consent.Scope.MESSAGES).first()
    return latest is not None and latest.is_withdrawn


def may_be_mailed(patient: Patient) -> bool:
    return not mail_blockers(patient)
