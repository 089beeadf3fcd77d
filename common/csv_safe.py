"""Decides how a value becomes a spreadsheet cell that no program runs as a formula (R86), and streams rows."""

import csv
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal

STARTS_FORMULA = frozenset("=+-@")
BLANK_OR_QUOTE = " \t\r\n\x0b\x0c\x00\u00a0\u200b\ufeff\"'`\u2018\u2019\u201c\u201d\uff02\uff07"


def safe_cell(value) -> str:
    """The text of one cell. Numbers stay numbers; text that a spreadsheet could take for a formula gets a quote.

    That is text whose first sign, after blanks, control signs and quotes, is = + - @ (also full-width), or that
    begins with a tab, carriage return, line feed or NUL. NUL itself is taken out: no file holds it.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    text = str(value)
    guarded = f"'{text}" if _is_dangerous(text) else text
    return guarded.replace("\x00", "")


def _is_dangerous(text: str) -> bool:
    if text[:1] in ("\t", "\r", "\n", "\x00"):
        return True
    bare = text.lstrip(BLANK_OR_QUOTE)
    return bool(bare) and unicodedata.normalize("NFKC", bare[0])[:1] in STARTS_FORMULA


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, line: str) -> str:
        return line


def csv_line(values: Iterable) -> str:
    """One line by RFC 4180 (CRLF, quoted where needed), every cell made safe."""
    return csv.writer(_Echo(), lineterminator="\r\n").writerow([safe_cell(value) for value in values])


def csv_lines(header: Iterable[str], rows: Iterable[Iterable]) -> Iterator[str]:
    """CSV lines, one at a time."""
    yield csv_line(header)
    yield from map(csv_line, rows)
