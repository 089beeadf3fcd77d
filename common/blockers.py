"""A blocker says what still stands between a person and an act; button, API error and test read the same list."""

from dataclasses import dataclass, field

from common.errors import Blocked, InvalidInput


@dataclass(frozen=True)
class Blocker:
    """`code` is stable, `sentence` says what to do, `source` is an id of docs/clinical/sources.md.

    `override` is the permission (its value) that lets a person go on with a typed reason; None means nobody may.
    `link` optionally leads to the page where it is solved.
    """

    code: str
    sentence: str
    source: str = ""
    override: str | None = None
    link: str = ""
    override_label: str = field(default="", compare=False)


def refuse_unless_overridden(blockers, *, overrides: dict[str, str], may) -> list[tuple[Blocker, str]]:
    """Raise `Blocked` with every blocker that stands; return those overridden with their reasons.

    `overrides` maps a blocker code to the typed reason (at least 10 characters); `may(permission)` says whether
    the acting person holds the permission that the blocker names.
    """
    standing, passed = [], []
    for blocker in blockers:
        reason = (overrides or {}).get(blocker.code, "").strip()
        if reason and blocker.override and may(blocker.override):
            if len(reason) < 10:
                raise InvalidInput({f"override_{blocker.code}": "Give a reason of at least 10 characters."})
            passed.append((blocker, reason))
        else:
            standing.append(blocker)
    if standing:
        raise Blocked(standing)
    return passed
