"""What stands between a session and its next step; higher apps add their own answers in `AppConfig.ready()`."""

from common.registry import Registry

# answer(session, at) -> list[Blocker]
dose_blockers = Registry("what still stands between this session and its first dose?")
discharge_blockers = Registry("what still keeps this patient from leaving?")
signature_blockers = Registry("what still stands between this session and its signature?")
