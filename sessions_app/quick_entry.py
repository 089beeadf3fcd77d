"""The two-tap entries of the cockpit: phrases, who comes and goes, and the own last one, which one tap takes back."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from sessions_app.quick_phrases import Phrase
from sessions_app.room_timeline import text_of, title_of
from sessions_app.session_events import SessionEvent
from sessions_app.settings_in_force import settings_on_page

# How long the own last entry is offered to be taken back by one tap.
UNDO_FOR = timedelta(minutes=5)


@dataclass(frozen=True)
class QuickPhrase:
    phrase: Phrase
    id: UUID


@dataclass(frozen=True)
class QuickPerson:
    """Somebody of the roster; the ids are those of an entry "in" and one "out"."""

    membership: UUID
    name: str
    is_in: bool
    id: UUID


@dataclass(frozen=True)
class QuickEntry:
    phrases: tuple[QuickPhrase, ...]
    people: tuple[QuickPerson, ...]
    last: SessionEvent | None
    undo_id: UUID
    has_cadss: bool

    @property
    def last_words(self) -> str:
        if self.last is None:
            return ""
        return text_of(self.last) if self.last.kind == "observation" else title_of(self.last)


def quick_entry_for(page) -> QuickEntry:
    """`page` is a SessionPage. Each button carries an id of its own, so that a double tap is one entry."""
    chosen = settings_on_page(page.session)
    inside = {one.membership for one in page.room.in_room}
    roster = {entry.membership_id: str(entry.membership.user) for entry in page.facts.roster.values()}
    people = {**{one.membership: one.person for one in page.room.in_room}, **roster}
    return QuickEntry(
        phrases=tuple(QuickPhrase(phrase, uuid4()) for phrase in chosen.phrases),
        people=tuple(QuickPerson(pk, name, pk in inside, uuid4()) for pk, name in people.items()),
        last=page.room.last_quick(page.reach.actor.name, page.at - UNDO_FOR),
        undo_id=uuid4(),
        has_cadss=bool(chosen.cadss6_licence),
    )
