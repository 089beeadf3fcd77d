"""What the pages of the measuring protocol show: what holds now for each route, and how versions differ."""

from collections.abc import Iterable

from assessments.practice_catalogue import Catalogue
from sessions_app.measuring import ABOUT, DEFAULT, EVERY_ROUTE, Protocol
from sessions_app.models import MeasuringVersion
from sessions_app.scales import SCALES

NOTHING = "nothing"


def protocol_rows(protocol: Protocol, catalogue: Catalogue) -> list[tuple[str, str]]:
    """(part of the protocol, what belongs to it) in the order of a session."""
    return [
        ("Before the session", _names(protocol.before, catalogue)),
        ("Also asked before", "fasting, medicines, the way home" if protocol.asks_day_before else NOTHING),
        ("Its link is sent", _sent(protocol)),
        ("During the session", _during(protocol)),
        ("When the patient leaves", _names(protocol.after, catalogue)),
    ]


def _names(codes: Iterable[str], catalogue: Catalogue) -> str:
    return ", ".join(catalogue.name_of(code) for code in codes) or NOTHING


def _sent(protocol: Protocol) -> str:
    if not protocol.days_before:
        return "not by itself: staff hand it over"
    return "the day before" if protocol.days_before == 1 else f"{protocol.days_before} days before"


def _during(protocol: Protocol) -> str:
    times = {scale: protocol.minutes_of(scale) for scale, _ in protocol.during}
    told = [f"{SCALES[scale].name} at {' and '.join(map(str, minutes))} min" for scale, minutes in times.items()]
    return ", ".join([*told, "MOAA/S with each reading"])


def protocols_in_force(rows: Iterable[MeasuringVersion], catalogue: Catalogue) -> list[dict]:
    """One entry for every route, then one for each route of its own and the names of those that follow; `rows` come
    newest first."""
    newest: dict[str, MeasuringVersion] = {}
    for row in rows:
        newest.setdefault(row.about, row)
    general = newest.get(EVERY_ROUTE)
    usual = DEFAULT if general is None else Protocol.from_values(general.values)
    entries = [_entry(EVERY_ROUTE, general, usual, catalogue)]
    own = [about for about in ABOUT if about != EVERY_ROUTE and about in newest and newest[about].values]
    return entries + [
        _entry(about, newest[about], Protocol.from_values(newest[about].values), catalogue) for about in own
    ]


def _entry(about: str, row: MeasuringVersion | None, protocol: Protocol, catalogue: Catalogue) -> dict:
    return {"about": about, "label": ABOUT[about], "row": row, "rows": protocol_rows(protocol, catalogue)}


def followers(entries: list[dict]) -> list[tuple[str, str]]:
    """(route, label) of those without a protocol of their own."""
    own = {entry["about"] for entry in entries}
    return [(about, label) for about, label in ABOUT.items() if about not in own]


def protocol_versions(rows: list[MeasuringVersion], catalogue: Catalogue) -> list[dict]:
    """Each version, newest first, with its parts and what it changed."""
    told = [_told(row, catalogue) for row in rows]
    return [
        {
            "row": row,
            "parts": told[place],
            "changes": _changes(told[place], told[place + 1]) if rows[place + 1 :] else [],
        }
        for place, row in enumerate(rows)
    ]


def _told(row: MeasuringVersion, catalogue: Catalogue) -> list[tuple[str, str]]:
    if not row.values:
        return [("All", "as for every route")]
    return protocol_rows(Protocol.from_values(row.values), catalogue)


def _changes(after: list[tuple[str, str]], before: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """(part, before, after) of each part that differs."""
    old, new = dict(before), dict(after)
    return [
        (part, old.get(part, "none"), new.get(part, "none"))
        for part in dict.fromkeys([*new, *old])
        if old.get(part) != new.get(part)
    ]
