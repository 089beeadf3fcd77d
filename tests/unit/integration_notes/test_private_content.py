"""What a private note's signature covers, and when a search finds it."""

from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import UUID

import pytest

from integration_notes.private_content import About, fingerprint, matches, problems_of

AT = datetime(2026, 6, 3, 9, 0, tzinfo=UTC)


def note(**changed):
    values = {"pk": UUID(int=1), "author_id": UUID(int=2), "about": {"patient": str(UUID(int=3)), "session": None}}
    return SimpleNamespace(**values | {"title": "Anger", "text": "At me.", "tags": ["rage"], "salt": "ab"} | changed)


@pytest.mark.parametrize("name", ["title", "text", "salt"])
def test_hash_changes_with_each_part(name):
    assert fingerprint(note(), AT) != fingerprint(note(**{name: "other"}), AT)
    assert fingerprint(note(), AT) == fingerprint(note(), AT)


@pytest.mark.parametrize(
    ("wanted", "is_found"),
    [("anger", True), ("ANGER me", True), ("rage", True), ("ang", True), ("anger calm", False), ("", True)],
)
def test_every_word_has_to_stand_somewhere(wanted, is_found):
    assert matches(note(), wanted) is is_found


def test_about_comes_back_as_it_was_stored():
    for about in (About(UUID(int=1)), About(UUID(int=1), UUID(int=2))):
        assert About.of(about.stored()) == about


def test_both_sides_of_each_length():
    assert problems_of("t" * 120, "x" * 40_000, ["a" * 40] * 20) == {}
    assert set(problems_of("t" * 121, "x" * 40_001, ["a" * 41])) == {"title", "text", "tags"}
    assert set(problems_of("", "", [f"t{n}" for n in range(21)])) == {"tags"}
