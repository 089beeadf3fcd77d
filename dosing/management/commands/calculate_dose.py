"""Prints the answers to dosing questions given as JSON; needs no database."""

import json
import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from dosing.calculator import calculate


class Command(BaseCommand):
    help = "Work out doses, volumes, rates and limits from JSON; reads a file, or standard input for '-'."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser):
        parser.add_argument("file", help="an input object, a list of them, or of {'input': {...}}; '-' for stdin")

    def handle(self, *args, file, **options):
        payload = _parse(_read(file), "standard input" if file == "-" else file)
        self.stdout.write(json.dumps(calculate(payload), indent=2, allow_nan=False))


def _read(file):
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise CommandError(f"Cannot read {file}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{file} is not text in UTF-8.") from error


def _parse(text, name):
    try:
        payload = json.loads(text, parse_float=_decimal)
    except json.JSONDecodeError as error:
        raise CommandError(f"{name} is not valid JSON: {error.msg} (line {error.lineno}).") from error
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{name} holds JSON that is too large to read.") from error
    if isinstance(payload, list):
        return [_unwrapped(item) for item in payload]
    if not isinstance(payload, dict):
        raise CommandError(f"{name} must hold an object or a list of objects.")
    return _unwrapped(payload)


def _unwrapped(item):
    return item["input"] if isinstance(item, dict) and "input" in item else item


def _decimal(text):
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("NaN")
