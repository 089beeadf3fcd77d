"""Walks along the chain and says where it does not hold (R47): the SHA-256 of each row and link is worked out again
here, not in the database, and compared with the anchors outside."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.db import connection, transaction

from common.anchors import AnchorBroken, read_anchors
from common.chain import LINKS, START, Chained, all_chained, chained_by_label, link_text
from common.models import ChainLink

BATCH = 2000
MOST_NAMED = 50


@dataclass(frozen=True)
class Finding:
    """What does not hold: the place in the chain (None for a row without a link), the row, and why in words."""

    seq: int | None
    label: str
    row_id: object
    why: str

    def __str__(self):
        where = f"link {self.seq}" if self.seq else "no link"
        return f"{where}, {self.label} {self.row_id}: {self.why}" if self.label else f"{where}: {self.why}"


@dataclass
class Report:
    """`links` and `anchors` that were walked, the first findings, and how many there are in all."""

    links: int = 0
    anchors: int = 0
    count: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def first_bad(self) -> int | None:
        return next((finding.seq for finding in self.findings if finding.seq), None)

    def add(self, finding: Finding) -> None:
        self.count += 1
        if len(self.findings) < MOST_NAMED:
            self.findings += (finding,)


def verify_chain() -> Report:
    """Walk the whole chain in one snapshot of the database; bounded memory."""
    report = Report()
    anchors, broken = _anchors()
    report.anchors = len(anchors)
    with transaction.atomic():
        if connection.vendor == "postgresql" and connection.savepoint_ids == []:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        _walk(report, anchors)
        for one in all_chained():
            for row_id in _unlinked(one):
                report.add(Finding(None, one.label, row_id, "stands in its table without a link"))
    if broken:
        report.add(Finding(None, "", None, f"anchors: {broken}"))
    return report


def _anchors() -> tuple[dict[int, str], str]:
    """Hash by place, as far as the anchors are genuine, and what is wrong with the rest."""
    found = {}
    try:
        for anchor in read_anchors():
            found[anchor.seq] = anchor.hash
    except AnchorBroken as error:
        return found, str(error)
    return found, ""


def _walk(report: Report, anchors: dict[int, str]) -> None:
    previous, seq = START, 0
    for links in _batches():
        said = _contents(links)
        for link in links:
            report.links += 1
            for why in _wrong(link, seq + 1, previous, said.get((link.label, link.row_id, link.version))):
                report.add(Finding(link.seq, link.label, link.row_id, why))
            if anchors.get(link.seq, link.hash) != link.hash:
                report.add(Finding(link.seq, link.label, link.row_id, "is another link than the anchor outside knows"))
            previous, seq = link.hash, link.seq
    beyond = [place for place in anchors if place > seq]
    if beyond:
        why = f"the chain ends before this; by an anchor outside {max(beyond) - seq} more links belong to it"
        report.add(Finding(seq + 1, "", None, why))


def _batches() -> Iterator[list[ChainLink]]:
    rows = iter(ChainLink.objects.order_by("seq").iterator(chunk_size=BATCH))
    while batch := list(islice(rows, BATCH)):
        yield batch


def _wrong(link: ChainLink, place: int, previous: str, said: str | None) -> Iterator[str]:
    if link.seq != place:
        yield f"stands where link {place} belongs: links were removed"
    if link.previous != previous:
        yield "does not follow the link before it"
    text = link_text(link.seq, link.at, link.label, link.row_id, link.version, link.row_hash, link.previous)
    if _sha256(text) != link.hash:
        yield "the link itself was altered"
    if said is None:
        yield "the row is gone"
    elif _sha256(said) != link.row_hash:
        yield "the row was altered"


def _contents(links: list[ChainLink]) -> dict[tuple, str]:
    """What each row says now, by label, id and version."""
    wanted, known = defaultdict(list), chained_by_label()
    for link in links:
        wanted[link.label, link.version].append(link.row_id)
    found = {}
    for (label, version), ids in wanted.items():
        if label in known and version in known[label].versions:
            found |= {(label, pk, version): text for pk, text in _rows(known[label], version, ids)}
    return found


def _rows(one: Chained, version: int, ids: list) -> Iterator[tuple]:
    content = one.content(connection.vendor, "r", version)
    rows = f'SELECT r."id", {content} FROM "{one.table}" r WHERE r."id"'  # noqa: S608
    key = one.model._meta.pk
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"{rows} = ANY(%s::uuid[])", [[str(pk) for pk in ids]])
        else:
            cursor.execute(f"{rows} IN ({', '.join(['%s'] * len(ids))})", [pk.hex for pk in ids])
        for pk, text in cursor.fetchall():
            yield key.to_python(pk), text


def _unlinked(one: Chained) -> list:
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT r."id" FROM "{one.table}" r WHERE NOT EXISTS (SELECT 1 FROM "{LINKS}" l '  # noqa: S608
            f'WHERE l."label" = %s AND l."row_id" = r."id") LIMIT {MOST_NAMED}',
            [one.label],
        )
        return [one.model._meta.pk.to_python(pk) for (pk,) in cursor.fetchall()]


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
