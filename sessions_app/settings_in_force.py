"""Reads what a practice chose for its cockpit; where it chose nothing, the defaults."""

from dataclasses import dataclass

from sessions_app.models import Session, SessionSettings
from sessions_app.quick_phrases import Phrase, phrases_of


@dataclass(frozen=True)
class SettingsInForce:
    """`cadss6_licence` names the licence the practice holds; empty means none."""

    phrases: tuple[Phrase, ...]
    cadss6_licence: str


def settings_of(practice_id) -> SettingsInForce:
    """One query."""
    return _in_force(SessionSettings.objects.filter(practice_id=practice_id).first())


def settings_on_page(session: Session) -> SettingsInForce:
    """Of a session fetched with `session_facts.full`, which joins them."""
    return _in_force(getattr(session.practice, "session_settings", None))


def _in_force(row: SessionSettings | None) -> SettingsInForce:
    return SettingsInForce(phrases_of(row.phrases if row else None), row.cadss6_licence if row else "")
