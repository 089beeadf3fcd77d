"""Registries that higher apps fill when a person's contact or time zone changes, or their care ends."""

from common.registry import Registry

# answer(patient, by, at) -> list; asked inside the transaction that changes the e-mail address or the phone number.
contact_changed = Registry("what was given to this patient by the contact that is not theirs any more?")
# answer(patient, by, at) -> list; asked inside the transaction that changes the time zone the patient lives in.
zone_changed = Registry("what of this patient hangs on the clock where they live?")
# answer(patient, by, at) -> list; asked inside the transaction that discharges the patient from care.
care_ended = Registry("what of this patient ends with their care?")
# answer(patient, scope, by, at) -> list; asked inside the transaction that records the withdrawal, the patient locked.
consent_withdrawn = Registry("what rests on this consent of this patient and ends with it?")
