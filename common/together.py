"""Several reads in one statement: the rows of many tables that hang on one record, in one round trip (decision 0018).

Each part is a queryset of models with what `select_related` joins. The parts stand in one statement as common table
expressions; each row comes as one JSON array that the database builds, and every column is turned back by its field,
so that the models are the same as those of the part's own queryset. A test holds the two against each other.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, models

from common.statements import _STAND_INS, Prepared, _adapted, _Instances, placed

# SQLite builds no longer array in one call; arrays within an array stay arrays.
SQLITE_COLUMNS = 60


@dataclass(frozen=True)
class Part:
    """One read: `make` gets the named values and gives a queryset of models; `order` names what its rows go by."""

    make: Callable[..., models.QuerySet]
    order: tuple[str, ...]


@dataclass(frozen=True)
class _Compiled:
    sql: str
    places: tuple[tuple[str | None, Any], ...]
    names: tuple[str, ...]
    readers: tuple[tuple[Callable, ...], ...]
    instances: tuple[_Instances, ...]


class Together:
    """Reads all parts at once; made once per process and engine, prepared once per connection on PostgreSQL."""

    def __init__(self, name: str, parts: Mapping[str, Part], **kinds: type):
        self._parts, self._kinds = dict(parts), kinds
        self._compiled: dict[str, _Compiled] = {}
        self._prepared = Prepared(name)

    def instances(self, **values) -> dict[str, list]:
        """Part → its models in order. One query."""
        vendor = connection.vendor
        compiled = self._compiled.get(vendor)
        if compiled is None:
            compiled = self._compiled[vendor] = self._compile()
        adapted = {name: _adapted(values[name]) for name in compiled.names}
        rows = self._prepared.rows(compiled.sql, compiled.places, adapted)
        found: list[list] = [[] for _ in self._parts]
        for place, told in rows:
            cells = _cells(told, vendor)
            readers = compiled.readers[place]
            row = tuple(read(cell) for read, cell in zip(readers, cells, strict=True))
            found[place].append(compiled.instances[place](row))
        return {
            name: sorted(found[place], key=attrgetter(*part.order))
            for place, (name, part) in enumerate(self._parts.items())
        }

    def _compile(self) -> _Compiled:
        stand_ins = {name: _STAND_INS[kind](place) for place, (name, kind) in enumerate(self._kinds.items())}
        named = {_adapted(value): name for name, value in stand_ins.items()}
        heads, selects, parameters, readers, instances = [], [], [], [], []
        for place, part in enumerate(self._parts.values()):
            compiler = part.make(**stand_ins).query.get_compiler(DEFAULT_DB_ALIAS)
            sql, told = compiler.as_sql()
            columns = [column for column, *_ in compiler.select[: compiler.col_count]]
            names = [f"c{number}" for number in range(len(columns))]
            heads.append(f"p{place} ({', '.join(names)}) AS ({sql})")
            selects.append(f"SELECT {place}, {_as_json(names, place)} FROM p{place}")  # noqa: S608  (names of ours)
            parameters += told
            converters = compiler.get_converters(columns)
            readers.append(tuple(_reader(column, converters.get(at)) for at, column in enumerate(columns)))
            instances.append(_Instances.of(compiler))
        places, names = placed(parameters, named, self._kinds)
        sql = f"WITH {', '.join(heads)} {' UNION ALL '.join(selects)}"
        return _Compiled(sql, places, names, tuple(readers), tuple(instances))


def _as_json(names: list[str], place: int) -> str:
    if connection.vendor == "postgresql":
        return f"row_to_json(p{place})::text"
    chunks = [names[start : start + SQLITE_COLUMNS] for start in range(0, len(names), SQLITE_COLUMNS)]
    arrays = [f"json_array({', '.join(chunk)})" for chunk in chunks]
    return f"json_array({', '.join(arrays)})"


def _cells(told: str, vendor: str) -> list:
    """The columns of one row in their order; numbers with a point stay exact."""
    value = json.loads(told, parse_float=Decimal)
    if vendor == "postgresql":
        return list(value.values())
    return [cell for chunk in value for cell in chunk]


def _reader(column, converter) -> Callable:
    """What turns a cell into what the driver would have given, and then into what the field holds."""
    driver = _DRIVER[connection.vendor](column.output_field)
    turns, expression = converter if converter else ((), column)

    def read(cell):
        if driver is not None and cell is not None:
            cell = driver(cell)
        for turn in turns:
            cell = turn(cell, expression, connection)
        return cell

    return read


def _of_postgresql(field: models.Field) -> Callable | None:
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(target, models.UUIDField):
        return UUID
    if isinstance(target, models.DateTimeField):
        return datetime.fromisoformat
    if isinstance(target, models.DateField):
        return lambda cell: datetime.fromisoformat(cell).date()
    if isinstance(target, models.DecimalField):
        return Decimal
    if isinstance(target, models.JSONField):
        return json.dumps
    return None


def _of_sqlite(field: models.Field) -> Callable | None:
    """SQLite keeps everything as text and numbers; its numbers with a point are floats to the driver."""
    return float if isinstance(field, models.DecimalField | models.FloatField) else None


_DRIVER = {"postgresql": _of_postgresql, "sqlite": _of_sqlite}
