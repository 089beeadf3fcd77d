"""Reads the REMS form's definition, and decides which answers a person still has to give and whether they fit."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from common.errors import InvalidInput

FORMS = Path(__file__).with_name("forms")
CURRENT = "2021-11.1"
PRESSURE = re.compile(r"^\d{2,3}/\d{2,3}$")
NOT_TAKEN = "not taken"
TYPES = ("text", "yes_no", "whole", "pressure", "choice")
LONGEST = 200


@dataclass(frozen=True)
class Field:
    """One question. `when` is the key of the yes-or-no answer that makes it needed; `max` is signs or the number."""

    key: str
    label: str
    type: str
    from_session: bool = False
    is_optional: bool = False
    when: str = ""
    choices: tuple[str, ...] = ()
    min: int = 0
    max: int = LONGEST


@dataclass(frozen=True)
class Section:
    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Definition:
    version: str
    title: str
    source: str
    sections: tuple[Section, ...]

    @property
    def fields(self) -> list[Field]:
        return [field for section in self.sections for field in section.fields]


@cache
def definition_of(version: str = CURRENT) -> Definition:
    """The form of one version; every version that was ever used stays readable."""
    told = yaml.safe_load((FORMS / f"{version}.yml").read_text())
    sections = tuple(
        Section(
            part["title"], tuple(Field(**{**one, "choices": tuple(one.get("choices", ()))}) for one in part["fields"])
        )
        for part in told["sections"]
    )
    return Definition(told["version"], told["title"], told["source"], sections)


def asked(definition: Definition, filled: dict) -> list[Field]:
    """The fields that a person answers: those that this session does not tell, unless what needs them is no."""
    return [one for one in definition.fields if filled.get(one.key) is None and _may_be_needed(one, filled)]


def _may_be_needed(field: Field, filled: dict) -> bool:
    return not field.when or filled.get(field.when) is not False


def completed(definition: Definition, filled: dict, answers: dict) -> dict:
    """Every field as {"value", "by"}: "session" for what its rows tell, "person" for what was answered.

    Raises InvalidInput that names each field which is missing or does not fit.
    """
    values, wrong = {}, {}
    for field in definition.fields:
        if filled.get(field.key) is not None:
            values[field.key] = {"value": filled[field.key], "by": "session"}
            continue
        if field.when and not values.get(field.when, {}).get("value"):
            values[field.key] = {"value": None, "by": "person"}
            continue
        answer = answers.get(field.key)
        if sentence := _fault(field, answer):
            wrong[field.key] = sentence
        values[field.key] = {"value": answer if answer != "" else None, "by": "person"}
    if wrong:
        raise InvalidInput(wrong)
    return values


def _fault(field: Field, answer) -> str:
    if answer in (None, ""):
        return "" if field.is_optional else "This session does not tell it: answer it."
    if field.type == "yes_no":
        return "" if isinstance(answer, bool) else "Answer yes or no."
    if field.type == "whole":
        fits = isinstance(answer, int) and field.min <= answer <= field.max
        return "" if fits else f"Enter a whole number between {field.min} and {field.max}."
    if field.type == "pressure":
        fits = answer == NOT_TAKEN or PRESSURE.match(answer)
        return "" if fits else 'Enter it as 120/80, or "not taken".'
    if field.type == "choice":
        return "" if answer in field.choices else "Choose one."
    return "" if len(answer) <= field.max else f"At most {field.max} signs."
