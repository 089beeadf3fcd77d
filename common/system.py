"""Who acts when a command of the lowest layer does: named in the audit rows as `system:<command>` (R54)."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class System:
    """A command of this app, which knows no people; higher apps use `accounts.actor.system_actor`."""

    command: str
    practice_id: UUID | None = None
    user_id = None
    acting_as = "system"
    request_id = session_hash = ip = user_agent = ""

    @property
    def name(self) -> str:
        return f"system:{self.command}"
