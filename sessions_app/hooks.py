"""What other apps want to know about a session; asked inside the act's transaction."""

from common.registry import Registry

# answer(session, by, at) -> list
first_dose = Registry("who has to know that the first dose of a session was given?")
signed = Registry("who has to know that a session was signed?")
