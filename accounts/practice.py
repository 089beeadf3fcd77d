"""What a new practice begins with: every app adds its own rows (limits, rooms, follow-up points)."""

from common.registry import Registry

# answer(practice, at) -> list of the rows it made
defaults = Registry("what does a new practice begin with?")
