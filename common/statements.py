"""Reads whose SQL is made once per process and then asked with other values (decision 0012).

Putting a statement together costs the ORM several times what the database needs to run it, and PostgreSQL plans it
again each time. A `Statement` holds the ORM's own SQL of one queryset; on PostgreSQL it is prepared once for each
connection, so that its plan is kept, too. It holds no rows and no answers: every call asks the database (R8).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models.query import RelatedPopulator, get_related_populators

# What each connection of the driver has prepared; gone with the connection.
_prepared: WeakKeyDictionary = WeakKeyDictionary()
_number = count()


class Prepared:
    """One statement with named values, prepared once for each connection where the engine can."""

    def __init__(self, name: str):
        self.name = f"read_{name}_{next(_number)}"

    def rows(self, sql: str, places, adapted: dict, *, is_planned: bool = True) -> list[tuple]:
        """The rows as the driver gives them; `places` as `placed` makes them, `adapted` the values by name."""
        with connection.cursor() as cursor:
            if is_planned and connection.vendor == "postgresql":
                self._prepare(cursor, sql, places, tuple(adapted))
                values = f" ({', '.join(['%s'] * len(adapted))})" if adapted else ""
                cursor.execute(f"EXECUTE {self.name}{values}", list(adapted.values()))
            else:
                cursor.execute(sql, [constant if name is None else adapted[name] for name, constant in places])
            return cursor.fetchall()

    def _prepare(self, cursor, sql: str, places, names: tuple[str, ...]) -> None:
        """Asked of the driver's own cursor: it belongs to the connection, not to what this call asks."""
        done = _prepared.setdefault(connection.connection, set())
        if self in done:
            return
        from psycopg2.extensions import AsIs

        numbers = {name: AsIs(f"${place + 1}") for place, name in enumerate(names)}
        told = [constant if name is None else numbers[name] for name, constant in places]
        with connection.wrap_database_errors:
            cursor.cursor.execute(f"PREPARE {self.name} AS {sql}", told)
        done.add(self)


def placed(parameters, named: dict, kinds) -> tuple[tuple, tuple[str, ...]]:
    """For each parameter the name of the value that belongs there, or None and the constant; and the names asked."""
    names = [named.get(one) if isinstance(one, _ADAPTED) else None for one in parameters]
    places = tuple((name, None if name else one) for name, one in zip(names, parameters, strict=True))
    return places, tuple(name for name in kinds if name in names)


@dataclass(frozen=True)
class _Compiled:
    """`places` has for each parameter the name of the value that belongs there, or None and the constant itself;
    `names` are the values that are asked, `like` those that are asked as part of a text."""

    sql: str
    places: tuple[tuple[str | None, Any], ...]
    names: tuple[str, ...]
    converters: tuple[tuple[int, tuple], ...]
    like: frozenset[str]
    instances: "_Instances | None"


class Statement:
    """One read with named values of the types `str`, `UUID` and `datetime`; it is made once per process.

    `make` gets a stand-in for each value and gives a queryset whose shape does not depend on the values: one of
    `values_list` for `rows`, one of models with what `select_related` joins for `instances`. `unless` names those
    values that it may leave out. `is_planned=False` leaves planning to each call: for a search, where the word decides
    which plan is good, and for statements that come and go.
    """

    def __init__(
        self,
        name: str,
        make: Callable[..., models.QuerySet],
        *,
        unless: tuple[str, ...] = (),
        is_planned: bool = True,
        **kinds: type,
    ):
        self._prepared = Prepared(name)
        self._make, self._unless, self._is_planned, self._kinds = make, unless, is_planned, kinds
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, **values) -> list[tuple]:
        """The rows, each column as its field has it."""
        compiled = self._for_engine()
        rows = self.raw_rows(**values)
        return [_converted(row, compiled.converters) for row in rows] if compiled.converters else rows

    def instances(self, **values) -> list:
        """The models, as iterating over the queryset gives them. `prefetch_related` is not followed."""
        build = self._for_engine().instances
        return [build(row) for row in self.rows(**values)]

    def raw_rows(self, **values) -> list[tuple]:
        """The rows as the driver gives them."""
        compiled = self._for_engine()
        adapted = {name: _adapted(values[name], name in compiled.like) for name in compiled.names}
        return self._prepared.rows(compiled.sql, compiled.places, adapted, is_planned=self._is_planned)

    def _for_engine(self) -> _Compiled:
        compiled = self._compiled.get(connection.vendor)
        if compiled is None:
            compiled = self._compiled[connection.vendor] = self._compile()
        return compiled

    def _compile(self) -> _Compiled:
        stand_ins = {name: _STAND_INS[kind](place) for place, (name, kind) in enumerate(self._kinds.items())}
        compiler = self._make(**stand_ins).query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        whole = {_adapted(value): name for name, value in stand_ins.items()}
        within = {_adapted(value, is_like=True): name for name, value in stand_ins.items() if isinstance(value, str)}
        names = [whole.get(one) or within.get(one) if isinstance(one, _ADAPTED) else None for one in parameters]
        if missing := self._kinds.keys() - set(names) - set(self._unless):
            raise LookupError(f"{self._prepared.name}: the queryset does not ask for {', '.join(sorted(missing))}")
        like = frozenset(within[one] for one in parameters if isinstance(one, str) and one in within)
        columns = [column for column, *_ in compiler.select[: compiler.col_count]]
        converters = compiler.get_converters(columns)
        return _Compiled(
            sql,
            tuple((name, None if name else one) for name, one in zip(names, parameters, strict=True)),
            tuple(name for name in self._kinds if name in names),
            tuple((place, (tuple(turn), column)) for place, (turn, column) in converters.items()),
            like,
            _Instances.of(compiler),
        )


@dataclass(frozen=True)
class _Instances:
    """Makes a model with its joined ones from a row, in the way of Django's own `ModelIterable`."""

    model: type[models.Model]
    names: tuple[str, ...]
    columns: slice
    related: tuple[RelatedPopulator, ...]

    @classmethod
    def of(cls, compiler) -> "_Instances | None":
        info = compiler.klass_info
        if info is None:  # a `values_list`
            return None
        places = info["select_fields"]
        columns = slice(places[0], places[-1] + 1)
        names = tuple(column.target.attname for column, *_ in compiler.select[columns])
        related = tuple(get_related_populators(info, compiler.select, DEFAULT_DB_ALIAS))
        return cls(info["model"], names, columns, related)

    def __call__(self, row: tuple) -> models.Model:
        made = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row[self.columns])
        for one in self.related:
            one.populate(row, made)
        return made


_STAND_INS: dict[type, Callable[[int], Any]] = {
    str: lambda place: f"stand-in-{place}-{uuid4()}",
    UUID: lambda place: uuid4(),
    datetime: lambda place: datetime(9000 + place, 1, 1, tzinfo=UTC),
}
_ADAPTED = (str, UUID, datetime)


def _adapted(value, is_like: bool = False):
    """A value as the ORM gives it to this engine's driver."""
    if is_like:
        return f"%{connection.ops.prep_for_like_query(value)}%"
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value


def _converted(row: tuple, converters) -> tuple:
    values = list(row)
    for place, (turns, column) in converters:
        for turn in turns:
            values[place] = turn(values[place], column, connection)
    return tuple(values)


def columns_of(model: type[models.Model], prefix: str = "") -> list[str]:
    """Paths to all columns of a model, for `values_list`."""
    return [prefix + field.attname for field in model._meta.concrete_fields]


def row_of(model: type[models.Model], values: tuple):
    """The row of a model whose columns were read in the order of `columns_of`."""
    return model.from_db(DEFAULT_DB_ALIAS, [field.attname for field in model._meta.concrete_fields], values)
