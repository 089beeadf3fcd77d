"""Writes the pack: one zip of CSV and PDF files with their hashes, sealed while it lies on this machine."""

import hashlib
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from django.conf import settings

from accounts.models import Membership
from common.csv_safe import csv_line, csv_lines
from common.sealed_files import SealedWriter, open_sealed
from dosing.models import Product
from patients.models import Patient
from sessions_app.inspection.pages import Pages
from sessions_app.inspection.sections import LABELS, Section, Wanted, sections_of, words_of
from sessions_app.models import InspectionPack

README = """Inspection pack of {practice}{dea}
{head}
Made on {made} (UTC).

*.csv      every row with all columns, UTF-8, one file for each part of the register
*-001.pdf  the same rows for reading and printing, 30 to a page, long texts shortened
pages.csv  the SHA-256 of each page. It covers the page's rows and the hash of the page before, so that a page that
           was exchanged or left out does not fit. It is printed at the foot of the page.
files.csv  the SHA-256 of each file

Amounts are mg of ketamine or esketamine base. Times are those of the practice. Each row names its id in the record.
"""


def wanted_of(pack: InspectionPack) -> Wanted:
    told = pack.wanted
    days = {name: date.fromisoformat(told[name]) for name in ("date_from", "date_to")}
    return Wanted(**days, **{name: told.get(name, "") for name in LABELS})


def names_of(pack: InspectionPack) -> dict[str, str]:
    """What the ids of the filters are called."""
    told, found = pack.wanted, {}
    if told.get("product"):
        products = Product.objects.filter(pk=told["product"], practice=pack.practice)
        found["product"] = products.values_list("name", flat=True)
    if told.get("staff"):
        people = Membership.objects.filter(pk=told["staff"], practice=pack.practice)
        found["staff"] = people.values_list("user__full_name", flat=True)
    if told.get("patient"):
        patients = Patient.objects.filter(pk=told["patient"], practice=pack.practice)
        found["patient"] = patients.values_list("mrn", flat=True)
    return {name: next(iter(rows), "") for name, rows in found.items()}


def path_of(pack: InspectionPack) -> Path:
    return Path(settings.HOME) / "exports" / f"{pack.pk}.sealed"


def rows_of(sections: list[Section]) -> int:
    """Each row is written twice, as CSV and as PDF."""
    return 2 * sum(section.count for section in sections)


def write_pack(pack: InspectionPack, made: str, names: dict[str, str], tick: Callable[[int], None]) -> tuple[str, int]:
    """Write the file and return the SHA-256 and the size of the zip inside. Nothing is offered before it is whole."""
    final, wanted = path_of(pack), wanted_of(pack)
    final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = final.with_suffix(".part")
    out = _Hashing(SealedWriter(part, str(pack.pk)))
    try:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            _fill(archive, pack, wanted, made, names, tick)
        out.close()
    except BaseException:
        out.abandon()
        part.unlink(missing_ok=True)
        raise
    part.replace(final)
    return out.digest.hexdigest(), out.size


def read_pack(pack: InspectionPack) -> Iterator[bytes]:
    return open_sealed(path_of(pack), str(pack.pk))


def _fill(archive, pack, wanted, made, names, tick) -> None:
    head = words_of(wanted, names)
    sections, files = sections_of(pack.practice, wanted), []
    pages = Pages(f"{pack.practice.name} · {head}", made)
    for section in sections:
        beside = _Beside(path_of(pack).with_suffix(".csv"), str(pack.pk), section)
        try:
            documents = []
            for name, document in pages.documents(replace(section, rows=beside.rows), lambda rows: tick(2 * rows)):
                archive.writestr(name, document, zipfile.ZIP_STORED)
                documents.append((name, hashlib.sha256(document).hexdigest(), ""))
            files += [beside.into(archive, f"{section.name}.csv"), *documents]
        finally:
            beside.remove()
    files.append(_csv(archive, "pages.csv", ("file", "page", "sha256"), pages.hashes))
    dea = f", DEA {pack.practice.dea_number}" if pack.practice.dea_number else ""
    archive.writestr("README.txt", README.format(practice=pack.practice.name, dea=dea, head=head, made=made))
    _csv(archive, "files.csv", ("file", "sha256", "rows"), files)


class _Beside:
    """The CSV of a section, written (sealed) while its pages are: each row is read once, so that both agree.

    A zip file takes one entry at a time, so the CSV waits on the disk until the pages are in.
    """

    def __init__(self, path: Path, file_id: str, section: Section):
        self._path, self._file_id, self._section = path, f"{file_id}|{section.name}", section
        self._out, self._lines = SealedWriter(path, self._file_id), 0

    def rows(self) -> Iterator[tuple]:
        self._out.write(csv_line(self._section.headings).encode())
        for row in self._section.rows():
            self._out.write(csv_line(row).encode())
            self._lines += 1
            yield row

    def into(self, archive, name: str) -> tuple[str, str, int]:
        """Copy the whole CSV into the zip: its name, SHA-256 and number of rows."""
        self._out.close()
        digest = hashlib.sha256()
        with archive.open(name, "w") as file:
            for piece in open_sealed(self._path, self._file_id):
                digest.update(piece)
                file.write(piece)
        return name, digest.hexdigest(), self._lines

    def remove(self) -> None:
        self._out.abandon()
        self._path.unlink(missing_ok=True)


def _csv(archive, name: str, headings, rows) -> tuple[str, str, int]:
    digest, lines = hashlib.sha256(), -1
    with archive.open(name, "w") as file:
        for line in csv_lines(headings, rows):
            raw = line.encode()
            digest.update(raw)
            file.write(raw)
            lines += 1
    return name, digest.hexdigest(), lines


class _Hashing:
    """Hands on what is written and hashes it; zipfile finds that it cannot seek and writes straight through."""

    def __init__(self, to: SealedWriter):
        self._to, self.digest, self.size = to, hashlib.sha256(), 0

    def write(self, data) -> int:
        self.digest.update(data)
        self.size += len(data)
        return self._to.write(bytes(data))

    def flush(self) -> None:
        self._to.flush()

    def close(self) -> None:
        self._to.close()

    def abandon(self) -> None:
        self._to.abandon()
