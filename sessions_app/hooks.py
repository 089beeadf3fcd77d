"""What other apps want to know about a session; asked inside the act's transaction."""

from common.registry import Registry

# answer(session, by, at) -> list
# Planned, moved, called off, or the patient left: the session's state says which.
plan_changed = Registry("who has to know that a session was planned, moved, called off, or left?")
first_dose = Registry("who has to know that the first dose of a session was given?")
signed = Registry("who has to know that a session was signed?")
# answer(session, correction, by, at) -> list; `correction` is the DoseTimeCorrection of the session's first dose
first_dose_moved = Registry("who has to know that the time of a session's first dose was corrected?")
