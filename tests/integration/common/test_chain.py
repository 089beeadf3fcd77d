"""The chain over audit and register notices each kind of tampering; a link out of turn is refused (R47)."""

import json
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from common import audit
from common.anchors import anchor_file, append_anchor, is_anchored, newest_anchor, public_keys, read_anchors
from common.chain import LINKS, START, all_chained, link_text
from common.chain_start import begin_chain
from common.immutability import expected_triggers
from common.models import AuditEvent, ChainLink
from common.verifying import verify_chain
from tests.builders import accounts, dosing
from tests.builders.chain import commit

pytestmark = pytest.mark.django_db
is_sqlite = connection.vendor == "sqlite"
AUDIT = AuditEvent._meta.db_table


@pytest.fixture(autouse=True)
def anchors_here(settings, tmp_path):
    settings.ANCHOR_FOLDER = tmp_path / "anchors"


@pytest.fixture
def rows():
    """Thirty audit rows of a nurse, the last of them with its link at the end of the chain."""
    clinic = accounts.clinic_with_staff()
    made = [audit.record(clinic.nurse, f"sample.look_{n}", at=timezone.now()) for n in range(30)]
    commit()
    return made


@contextmanager
def commanding(*tables):
    """Somebody who commands the database takes the triggers of some tables away and puts them back."""
    wanted = {name: sql for name, sql in expected_triggers(connection.vendor).items() if any(t in sql for t in tables)}
    with connection.cursor() as cursor:
        for name, sql in wanted.items():
            table = sql.split(' ON "')[1].split('"')[0]
            on = "" if is_sqlite else f' ON "{table}"'
            cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"{on}')
    yield


def run(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def key(pk):
    return pk.hex if is_sqlite else str(pk)


def link_of(row):
    return ChainLink.objects.get(label="common.AuditEvent", row_id=row.pk)


def forge(link, previous, **changes):
    """The values of a link whose hash fits."""
    told = {name: getattr(link, name) for name in ("seq", "at", "label", "row_id", "version", "row_hash")} | changes
    told["previous"] = previous
    ordered = ("seq", "at", "label", "row_id", "version", "row_hash", "previous")
    text = link_text(*(told[name] for name in ordered))
    return told | {"hash": sha256(text.encode()).hexdigest()}


def rewrite(first, *, row_hash=None):
    """Work the whole chain out anew from one link on."""
    previous = ChainLink.objects.filter(seq=first - 1).values_list("hash", flat=True).first() or START
    for link in ChainLink.objects.filter(seq__gte=first).order_by("seq"):
        told = forge(link, previous, **({"row_hash": row_hash} if row_hash and link.seq == first else {}))
        run(
            f'UPDATE "{LINKS}" SET "previous" = %s, "hash" = %s, "row_hash" = %s WHERE "seq" = %s',
            *(told[name] for name in ("previous", "hash", "row_hash")),
            link.seq,
        )
        previous = told["hash"]


def test_every_row_of_audit_and_register_has_its_link():
    clinic = accounts.clinic_with_staff()
    left = dosing.given_dose(clinic, drawn_mg=50).draw
    dosing.wasted(left, clinic, accounts.staff(clinic.practice, roles=["nurse"]))
    commit()
    linked = {one.label: one.model._base_manager.count() for one in all_chained()}
    found = {label: ChainLink.objects.filter(label=label).count() for label in linked}
    assert found == linked
    assert all(linked[f"dosing.{name}"] for name in ("StockMovement", "Remainder", "Administration"))
    report = verify_chain()
    assert (report.count, report.links) == (0, sum(linked.values()))


def edit(rows):
    """One word of a row in the middle."""
    run(f'UPDATE "{AUDIT}" SET "action" = %s WHERE "id" = %s', "sample.other", key(rows[10].pk))
    return link_of(rows[10]).seq


def delete_middle(rows):
    run(f'DELETE FROM "{AUDIT}" WHERE "id" = %s', key(rows[10].pk))
    return link_of(rows[10]).seq


def delete_middle_with_link(rows):
    seq = link_of(rows[10]).seq
    run(f'DELETE FROM "{LINKS}" WHERE "seq" = %s', seq)
    run(f'DELETE FROM "{AUDIT}" WHERE "id" = %s', key(rows[10].pk))
    return seq + 1


def delete_tail(rows):
    """The last ten rows with their links: the chain alone cannot tell."""
    first = link_of(rows[20]).seq
    for row in rows[20:]:
        run(f'DELETE FROM "{LINKS}" WHERE "row_id" = %s', key(row.pk))
        run(f'DELETE FROM "{AUDIT}" WHERE "id" = %s', key(row.pk))
    return first


def insert_without_link(rows):
    columns = ", ".join(f'"{field.column}"' for field in AuditEvent._meta.concrete_fields if field.name != "id")
    new = "f" * 32 if is_sqlite else "ffffffff-ffff-ffff-ffff-ffffffffffff"
    run(f'INSERT INTO "{AUDIT}" ("id", {columns}) SELECT %s, {columns} FROM "{AUDIT}" LIMIT 1', new)
    return None


def swap_two(rows):
    """Two rows change places: what the one says stands under the id of the other."""
    one, other = rows[10], rows[12]
    for row, says in ((one, other.action), (other, one.action)):
        run(f'UPDATE "{AUDIT}" SET "action" = %s WHERE "id" = %s', says, key(row.pk))
    return link_of(one).seq


def reorder(rows):
    """Two links change places in the chain."""
    first, second = link_of(rows[10]).seq, link_of(rows[11]).seq
    for old, new in ((first, 10**9), (second, first), (10**9, second)):
        run(f'UPDATE "{LINKS}" SET "seq" = %s WHERE "seq" = %s', new, old)
    return first


def recompute_everything_after_an_edit(rows):
    seq = edit(rows)
    one = next(one for one in all_chained() if one.label == "common.AuditEvent")
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT {one.content(connection.vendor, "r")} FROM "{AUDIT}" r WHERE r."id" = %s', [key(rows[10].pk)]
        )
        text = cursor.fetchone()[0]
    rewrite(seq, row_hash=sha256(text.encode()).hexdigest())
    return link_of(rows[-1]).seq  # the first link that an anchor outside knows


TAMPERING = [
    *(edit, delete_middle, delete_middle_with_link, delete_tail, insert_without_link, swap_two, reorder),
    recompute_everything_after_an_edit,
]


@pytest.mark.parametrize("tamper", TAMPERING, ids=lambda tamper: tamper.__name__)
def test_tampering_is_found(rows, tamper):
    append_anchor(timezone.now())
    assert verify_chain().count == 0
    with commanding(AUDIT, LINKS):
        first_bad = tamper(rows)
    report = verify_chain()
    assert report.count
    assert report.first_bad == first_bad, [str(finding) for finding in report.findings]


def test_the_command_names_the_first_bad_row_and_ends_with_one(rows):
    told = StringIO()
    call_command("verify_chain", stdout=told)
    commit()
    assert "The chain holds." in told.getvalue()
    with commanding(AUDIT, LINKS):
        seq = edit(rows)
    with pytest.raises(CommandError, match=f"first at link {seq}:\n.*{rows[10].pk}: the row was altered") as refused:
        call_command("verify_chain", stdout=told)
    assert refused.value.returncode == 1
    assert AuditEvent.objects.filter(action="common.verify_chain", outcome="failed").exists()


@pytest.mark.parametrize("wrong", ["seq", "previous"])
def test_a_link_out_of_turn_is_refused(rows, wrong):
    last = ChainLink.objects.order_by("-seq").first()
    told = {"seq": last.seq + 1, "previous": last.hash} | {wrong: {"seq": last.seq + 2, "previous": "a" * 64}[wrong]}
    other = {"at": last.at, "label": "x", "row_id": rows[0].pk, "version": 1, "row_hash": "b" * 64, "hash": "c" * 64}
    with pytest.raises(DatabaseError, match="record is refused: turn"), transaction.atomic():
        ChainLink.objects.create(**told, **other)


@pytest.mark.parametrize("statement", [f'UPDATE "{LINKS}" SET "hash" = \'x\'', f'DELETE FROM "{LINKS}"'])
def test_links_are_kept_by_the_database(rows, statement):
    with pytest.raises(DatabaseError, match="record is frozen"), transaction.atomic():
        run(statement)


def test_sealed_columns_are_never_linked():
    """They are sealed anew when keys change, and bound by their own seal."""
    for one in all_chained():
        one.content(connection.vendor, "NEW")


class TestAnchors:
    KINDS = ("edit", "remove the first", "remove one", "swap", "add", "no signature", "not JSON")

    def lines(self):
        return anchor_file().read_bytes().splitlines()

    def more(self, rows):
        for turn in range(3):
            audit.record(accounts.clinic_with_staff().nurse, f"sample.more_{turn}", at=timezone.now())
            commit()
            append_anchor(timezone.now())

    def test_one_is_written_when_there_is_something_new(self, rows):
        assert append_anchor(timezone.now()).seq == ChainLink.objects.count()
        assert append_anchor(timezone.now()) is None
        assert len(self.lines()) == 1
        assert anchor_file().stat().st_mode & 0o777 == 0o600

    def test_genuine_lines_are_read(self, rows):
        append_anchor(timezone.now())
        self.more(rows)
        assert [anchor.line for anchor in read_anchors()] == [1, 2, 3, 4]
        assert newest_anchor().seq == ChainLink.objects.count()
        assert verify_chain().count == 0

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_line_that_was_touched_is_found(self, rows, kind):
        append_anchor(timezone.now())
        self.more(rows)
        lines = self.lines()
        changed = {
            "edit": [lines[0], lines[1].replace(b'"seq":', b'"seq":9'), *lines[2:]],
            "remove the first": lines[1:],
            "remove one": [lines[0], *lines[2:]],
            "swap": [lines[1], lines[0], *lines[2:]],
            "add": [*lines, lines[-1]],
            "no signature": [json.dumps({"seq": 1, "hash": "x"}).encode(), *lines[1:]],
            "not JSON": [b"anchor", *lines[1:]],
        }[kind]
        anchor_file().write_bytes(b"\n".join(changed) + b"\n")
        report = verify_chain()
        assert report.count == 1
        assert str(report.findings[0]).startswith("no link: anchors: line ")

    def test_a_line_that_the_power_tore_is_written_anew(self, rows):
        append_anchor(timezone.now())
        self.more(rows)
        whole = anchor_file().read_bytes()
        anchor_file().write_bytes(whole[:-40])
        assert [anchor.line for anchor in read_anchors()] == [1, 2, 3]
        assert append_anchor(timezone.now()).line == 4
        assert verify_chain().count == 0

    def test_a_new_key_keeps_old_anchors_readable(self, rows, settings):
        append_anchor(timezone.now())
        old = settings.ANCHOR_KEY
        settings.ANCHOR_KEY = f"k2:{'another key of anchors ' * 3},k1:{old}".replace(" ", "-")
        self.more(rows)
        assert [json.loads(line)["key"] for line in self.lines()] == ["k1", "k2", "k2", "k2"]
        assert verify_chain().count == 0
        assert set(public_keys()) == {"k1", "k2"}
        settings.ANCHOR_KEY = "k3:" + "a key that signed nothing here " * 3
        assert verify_chain().count == 1

    def test_links_without_an_anchor_are_noticed_after_a_quarter_of_an_hour(self, rows):
        now = timezone.now()
        assert is_anchored(now + timedelta(minutes=14))
        assert not is_anchored(now + timedelta(minutes=16))
        append_anchor(now)
        assert is_anchored(now + timedelta(days=1))


def test_rows_from_before_the_chain_are_linked_by_the_migration(rows):
    """A clinic that ran before there was a chain: its rows get their links once, the oldest first."""
    with commanding(AUDIT, LINKS):
        run(f'DELETE FROM "{LINKS}"')
    assert verify_chain().count
    assert begin_chain("default") == sum(one.model._base_manager.count() for one in all_chained())
    assert verify_chain().count == 0
    assert begin_chain("default") == 0
