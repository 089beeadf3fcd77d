"""What other apps want to know when a dose is given; asked inside the dose's transaction."""

from common.registry import Registry

# answer(dosing_record, administration, by, at) -> None
dose_given = Registry("who has to know that a dose was given?")
# answer(patient) -> list[(day, weight in kg, where it was measured)]
measured_weights = Registry("which weights of this patient were measured?")
