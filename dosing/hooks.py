"""What other apps want to know when a dose is given, inside its transaction, and what dosing asks of them."""

from common.registry import Registry

# answer(dosing_record, administration, by, at) -> None
dose_given = Registry("who has to know that a dose was given?")
# answer(membership_id) -> queryset of session ids, which are also those of the dosing records
rosters = Registry("on which sessions' rosters is this person now?")
# answer(patient) -> list[(day, weight in kg, where it was measured)]
measured_weights = Registry("which weights of this patient were measured?")
# answer(*, practice, since, until, at) -> dosing.diversion.Facts; the one answer is called "facts"
diversion_facts = Registry("what happened with the drug in this time?")
