"""What a new row of one table must not be, as the database itself asks it: for rules that reach over tables (R43).

A CHECK constraint sees its own row only. A guard is a trigger before INSERT, installed, renewed and watched like the
triggers that keep records (`common.immutability`). Every name in its SQL comes from the code, nothing from a request.
"""

from dataclasses import dataclass

from common.registry import Registry

# answer() -> list[Guard]
insert_guards = Registry("what must a new row not be?")


@dataclass(frozen=True)
class Guard:
    """Refuses a row NEW of `table` when `refuse_if` is true; `on_sqlite` where SQLite needs other words."""

    name: str
    table: str
    refuse_if: str
    on_sqlite: str = ""

    @property
    def trigger(self) -> str:
        return f"keep_{self.table}_guard_{self.name}"

    def condition(self, vendor: str) -> str:
        return self.on_sqlite if vendor == "sqlite" and self.on_sqlite else self.refuse_if


def all_guards() -> list[Guard]:
    return insert_guards.collect()


def sqlite_guards() -> dict[str, str]:
    """Trigger → the statement that makes it."""
    return {
        guard.trigger: (
            f'CREATE TRIGGER "{guard.trigger}" BEFORE INSERT ON "{guard.table}" FOR EACH ROW '
            f"WHEN {guard.condition('sqlite')} BEGIN SELECT RAISE(ABORT, 'record is refused: {guard.name}'); END"
        )
        for guard in all_guards()
    }


def postgresql_guards() -> dict[str, str]:
    """Trigger → the statement that makes it; its function has the same name."""
    return {
        guard.trigger: f'CREATE TRIGGER "{guard.trigger}" BEFORE INSERT ON "{guard.table}" FOR EACH ROW '
        f"EXECUTE FUNCTION {guard.trigger}()"
        for guard in all_guards()
    }


def postgresql_bodies() -> dict[str, str]:
    """Function → its body."""
    return {guard.trigger: _body(guard) for guard in all_guards()}


def _body(guard: Guard) -> str:
    return (
        f" BEGIN IF {guard.condition('postgresql')} THEN RAISE EXCEPTION 'record is refused: {guard.name}' "
        "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END "
    )
