"""How the next version of a practice's setting is stored, whichever it is."""

from datetime import datetime
from typing import TypeVar

from django.db import IntegrityError, transaction

from accounts.actor import Actor
from accounts.models.versions import SettingVersion
from common.errors import InvalidInput, StaleState

Kept = TypeVar("Kept", bound=SettingVersion)


def without_reasons(source: str, note: str) -> dict[str, str]:
    """What is wrong with where a setting comes from and why it changed, by field."""
    wrong = {}
    if not 1 <= len(source.strip()) <= 60:
        wrong["source"] = "Name the source in at most 60 characters: guideline, label, or who decided."
    if not 10 <= len(note.strip()) <= 300:
        wrong["note"] = "Say what changed and why, in 10 to 300 characters."
    return wrong


def store_next(
    model: type[Kept],
    *,
    by: Actor,
    at: datetime,
    about: str,
    values: dict,
    source: str,
    note: str,
    replaces_version: int,
    unset: dict | None = None,
) -> Kept:
    """The row after `replaces_version`, in the caller's transaction; `unset` are the values that mean no version.

    Raises StaleState when that is not the newest version any more, InvalidInput when nothing changed.
    """
    newest = model.objects.filter(practice_id=by.practice_id, about=about).order_by("-version").first()
    if (newest.version if newest else 0) != replaces_version:
        raise StaleState("A newer version of these settings exists. Reload to see it; nothing was saved.")
    if values == (newest.values if newest else unset):
        raise InvalidInput({"note": "Nothing is changed: everything is the same as before."})
    row = model(
        practice_id=by.practice_id,
        about=about,
        version=replaces_version + 1,
        values=values,
        source=source.strip(),
        set_at=at,
        set_by_id=by.membership_id,
        note=note.strip(),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise StaleState("Somebody else set these in this moment. Reload to see them.") from error
    return row
