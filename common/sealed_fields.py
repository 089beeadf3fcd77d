"""Columns whose text is sealed for its row: written through the row, opened when it is read (R93).

A sealed column cannot be searched or sorted; the database may only ask whether it is empty. An empty text stays
empty, so that "a reason is given" can still be a constraint.
"""

import json
import logging
from uuid import UUID

from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.lookups import Exact, IsNull
from django.db.models.query_utils import DeferredAttribute

from common.sealing import Ring, SealBroken, Sealed

log = logging.getLogger("clinic.sealing")


class Unopened:
    """A sealed text as it came from the database, not opened yet; it shows nothing of itself."""

    __slots__ = ("token",)

    def __init__(self, token: str):
        self.token = token

    def __repr__(self):
        return "<sealed>"

    def __eq__(self, other):
        return isinstance(other, Unopened) and other.token == self.token

    def __hash__(self):
        return hash(self.token)


class SealedAttribute(DeferredAttribute):
    """Opens the text when somebody first asks the row for it."""

    def __get__(self, instance, cls=None):
        if instance is None:
            return self
        value = super().__get__(instance, cls)
        if type(value) is Unopened:
            value = instance.__dict__[self.field.attname] = self.field.open(value.token, instance.pk)
        return value

    def __set__(self, instance, value):
        instance.__dict__[self.field.attname] = value


class OnlyEmpty(Exact):
    """A sealed column may be asked whether it is empty, nothing else."""

    def get_prep_lookup(self):
        if self.rhs != "":
            raise FieldError(f"{self.lhs.field} is sealed: the database cannot compare it.")
        return self.rhs


class SealedTextField(models.TextField):
    """Text sealed by a ring of keys: "record", or "psychotherapy" for notes that are their author's alone."""

    descriptor_class = SealedAttribute

    def __init__(self, *args, ring: str = "record", **kwargs):
        self.ring_name = ring
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        if self.ring_name != "record":
            kwargs["ring"] = self.ring_name
        return name, path, args, kwargs

    @property
    def ring(self) -> Ring:
        return settings.SEAL_RINGS[self.ring_name]

    def place(self, pk) -> str:
        """What a text is bound to: its table, column and row."""
        if pk is None:
            raise ValueError(f"{self} is sealed for a row; this one has no key.")
        row = pk if isinstance(pk, UUID) else UUID(str(pk))
        return f"{self.model._meta.db_table}|{self.column}|{row}"

    def seal(self, value, pk) -> Sealed | str | None:
        """The stored form of a value for the row `pk`; None and "" stay as they are."""
        text = self._to_text(value)
        return text if text in (None, "") else self.ring.seal(text, self.place(pk))

    def open(self, token: str | None, pk):
        """The value that was sealed for the row `pk`. Raises SealBroken."""
        if not token:
            return self._to_value(token)
        try:
            return self._to_value(self.ring.open(token, self.place(pk)))
        except SealBroken as broken:
            log.critical("a sealed text does not open: %s", broken)
            raise

    def _to_text(self, value) -> str | None:
        return None if value is None else str(value)

    def _to_value(self, text: str | None):
        return text

    def from_db_value(self, value, expression, connection):
        return Unopened(value) if value else self._to_value(value)

    def pre_save(self, instance, add):
        value = instance.__dict__.get(self.attname)
        if hasattr(value, "resolve_expression"):
            raise FieldError(f"{self} is sealed: save the value itself, not an expression.")
        if type(value) is Unopened:
            self.open(value.token, instance.pk)  # a row under another key must not carry it along
            return Sealed(value.token)
        return self.seal(value, instance.pk)

    def get_db_prep_value(self, value, connection, prepared=False):
        if isinstance(value, Sealed):
            return str(value)
        if value in (None, ""):
            return value
        raise FieldError(f"{self} is sealed for its row: save the row, or give update() what sealed() returns.")

    def get_prep_value(self, value):
        return value

    def get_placeholder(self, value, compiler, connection):
        """Django asks this before it writes; an expression would reach the column unsealed."""
        if hasattr(value, "as_sql"):
            raise FieldError(f"{self} is sealed: the database cannot compute it.")
        return "%s"

    def get_lookup(self, lookup_name):
        return {"exact": OnlyEmpty, "isnull": IsNull}.get(lookup_name)

    def get_transform(self, lookup_name):
        return None

    def value_to_string(self, instance):
        """What a fixture holds: the sealed text."""
        return self.pre_save(instance, add=False)

    @property
    def validators(self):
        return []


class SealedJSONField(SealedTextField):
    """A sealed value of JSON: lists, objects, numbers and texts come back as they were."""

    def _to_text(self, value) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def _to_value(self, text: str | None):
        return None if not text else json.loads(text)


def sealed(row: models.Model, **values) -> dict:
    """The values as a conditional `update()` of exactly this row takes them: those of sealed columns sealed for it."""
    return {name: _sealed_one(row, name, value) for name, value in values.items()}


def _sealed_one(row: models.Model, name: str, value):
    field = row._meta.get_field(name)
    return field.seal(value, row.pk) if isinstance(field, SealedTextField) else value


def sealed_columns(model: type[models.Model]) -> list[SealedTextField]:
    return [field for field in model._meta.concrete_fields if isinstance(field, SealedTextField)]
