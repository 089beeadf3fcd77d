"""Inspection packs: what is in them, who gets them, how long they stay, and that size does not matter (R87)."""

import csv
import hashlib
import io
import tracemalloc
import zipfile
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.actor import system_actor
from common.errors import Blocked, InvalidInput, NotPermitted, OutOfScope, StaleState
from common.models import AuditEvent
from common.sealed_files import SealedWriter, open_sealed
from common.sealing import SealBroken
from dosing import actions as stock
from sessions_app import actions, tasks
from sessions_app.inspection.pack import path_of, read_pack
from sessions_app.inspection.pages import ROWS_ON_PAGE, Pages, page_hash
from sessions_app.inspection.sections import Section
from sessions_app.models import InspectionPack
from tests.builders import accounts, dosing, sessions

pytestmark = pytest.mark.django_db
AT = sessions.AT
LATER = AT + timedelta(days=1)


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    settings.HOME = tmp_path
    return tmp_path


def ask(by, at=LATER, **changed) -> InspectionPack:
    told = {"date_from": AT.date(), "date_to": AT.date(), "reason": "Asked by the state board"}
    return actions.ask_for_pack(by=by, at=at, **(told | {"password": accounts.PASSWORD} | changed))


def build(pack, at=LATER) -> InspectionPack:
    actions.build_pack(pack=pack, by=system_actor("inspection-packs", pack.practice_id), at=at)
    pack.refresh_from_db()
    return pack


def opened(pack) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(b"".join(read_pack(pack))))


def rows(archive, name) -> list[dict]:
    return list(csv.DictReader(io.StringIO(archive.read(name).decode())))


@pytest.fixture
def register(clinic):
    """A delivery, a dose with witnessed waste, a transfer, a destruction, a count that differs."""
    witness = accounts.staff(clinic.practice, roles=["nurse"])
    session = sessions.dosed_session(clinic, drawn_mg=Decimal(50))
    draw = session.dosing_record.draws.get()
    dosing.wasted(draw, clinic, witness, session.first_dose_at + timedelta(minutes=20))
    lot = draw.lot
    act = {"lot": lot, "by": clinic.nurse, "at": AT + timedelta(hours=1)}
    stock.transfer_stock(**act, to_location="Room 2", containers=dosing.containers(lot, 2))
    stock.dispose_stock(
        **act,
        what="destroy",
        containers=dosing.containers(lot, 1),
        amount_mg=Decimal(50),
        note="Broken seal",
        taken_by="Return Pharma",
        form_number="41-1",
        witness_email=witness.user.email,
        witness_password=accounts.PASSWORD,
    )
    dosing.discrepancy(clinic.nurse, lot, AT + timedelta(hours=2))
    return session


def test_everything_of_the_register_is_in_it(clinic, register):
    archive = opened(build(ask(clinic.compliance)))
    receipts, given = rows(archive, "receipts.csv"), rows(archive, "administration.csv")
    assert [(row["Received mg"], row["Balance after mg"]) for row in receipts] == [("1000.000", "1000.000")]
    assert [(row["Drawn mg"], row["Given mg"], row["Wasted mg"]) for row in given] == [("50.000", "35.000", "15.000")]
    assert ([row["Containers"] for row in receipts], given[0]["Container"]) == (["2"], "vial 1")
    assert given[0]["Patient"] == register.patient.legal_name
    gone = rows(archive, "waste.csv")
    assert [(row["What"], row["Amount mg"]) for row in gone] == [
        ("Wasted", "15.000"),
        ("Handed over for destruction", "50.000"),
    ]
    assert all(row["Witness"] and row["Container"] == "vial 1" for row in gone)
    moved = rows(archive, "other.csv")
    assert sorted(row["What"] for row in moved) == ["Moved here", "Moved to another place"]
    assert "Room 2" in {row["To or from"] for row in moved}
    assert {(row["Container"], row["Container before mg"], row["Container after mg"]) for row in moved} == {
        ("vial 2", "500.000", "0.000"),
        ("vial 2", "0.000", "500.000"),
    }
    assert [row["Difference mg"] for row in rows(archive, "inventory.csv")].count("-50.000") == 1
    cases = rows(archive, "discrepancies.csv")
    assert [(row["Container"], row["Closed"]) for row in cases] == [("vial 1", "OPEN")]
    assert "state board" not in archive.read("README.txt").decode()


def test_every_file_and_page_has_its_hash(clinic, register):
    archive = opened(build(ask(clinic.compliance)))
    files = {row["file"]: row["sha256"] for row in rows(archive, "files.csv")}
    assert set(archive.namelist()) - set(files) == {"README.txt", "files.csv"}
    for name, told in files.items():
        assert hashlib.sha256(archive.read(name)).hexdigest() == told
    pages = rows(archive, "pages.csv")
    assert [row["page"] for row in pages] == ["1"] * 6
    assert len({row["sha256"] for row in pages}) == 6
    assert archive.read("receipts-001.pdf").startswith(b"%PDF-")


def test_a_page_hash_covers_its_rows_and_the_page_before():
    first = page_hash("0" * 64, ("a",), [["1"], ["2"]])
    assert first != page_hash("0" * 64, ("a",), [["1"], ["3"]])
    assert first != page_hash("1" * 64, ("a",), [["1"], ["2"]])


@pytest.mark.parametrize(
    ("narrowed", "given"),
    [({}, 1), ({"lot": "NO-SUCH"}, 0), ({"location": "Nowhere"}, 0), ({"staff": "nurse"}, 1), ({"staff": "admin"}, 0)],
)
def test_filters_narrow_it(clinic, register, narrowed, given):
    if narrowed.get("staff"):
        narrowed = {"staff": clinic.members[narrowed["staff"]].pk}
    archive = opened(build(ask(clinic.compliance, **narrowed)))
    assert len(rows(archive, "administration.csv")) == given


def test_one_patient(clinic, register):
    other = sessions.dosed_session(clinic)
    archive = opened(build(ask(clinic.compliance, patient=other.patient_id)))
    assert [row["MRN"] for row in rows(archive, "administration.csv")] == [other.patient.mrn]


def test_another_day_has_empty_parts(clinic, register):
    day = AT.date() - timedelta(days=40)
    archive = opened(build(ask(clinic.compliance, date_from=day, date_to=day)))
    assert rows(archive, "administration.csv") == []
    assert archive.read("administration-001.pdf").startswith(b"%PDF-")


@pytest.mark.parametrize(
    "wrong",
    [{"reason": "because"}, {"password": "wrong"}, {"date_to": AT.date() - timedelta(days=1)}],
)
def test_reason_password_and_days_are_asked(clinic, wrong):
    with pytest.raises(InvalidInput):
        ask(clinic.compliance, **wrong)
    assert not InspectionPack.objects.exists()


def test_five_in_an_hour(clinic):
    for minute in range(5):
        ask(clinic.compliance, LATER + timedelta(minutes=minute))
    with pytest.raises(Blocked):
        ask(clinic.compliance, LATER + timedelta(minutes=59))
    ask(clinic.admin, LATER + timedelta(minutes=59))
    ask(clinic.compliance, LATER + timedelta(minutes=61))


def test_many_patients_wait_for_a_second_person(clinic, register, monkeypatch):
    monkeypatch.setattr("sessions_app.actions.inspection.ALONE_UP_TO", 0)
    pack = ask(clinic.compliance)
    assert pack.state == "waiting"
    build(pack)
    assert pack.state == "waiting"
    with pytest.raises(NotPermitted):
        actions.approve_pack(pack=pack, by=clinic.compliance, at=LATER, password=accounts.PASSWORD)
    with pytest.raises(InvalidInput):
        actions.approve_pack(pack=pack, by=clinic.admin, at=LATER, password="wrong")
    actions.approve_pack(pack=pack, by=clinic.admin, at=LATER, password=accounts.PASSWORD)
    assert build(pack).state == "ready"


def test_only_the_asker_takes_it(clinic, register):
    pack = build(ask(clinic.compliance))
    with pytest.raises(OutOfScope):
        actions.take_pack(pack=pack, by=clinic.admin, at=LATER)
    actions.take_pack(pack=pack, by=clinic.compliance, at=LATER)
    told = AuditEvent.objects.get(action="sessions.take_pack", outcome="done")
    assert told.detail["rows"] == pack.rows_total // 2
    admin = accounts.sign_in(Client(), clinic.admin)
    assert admin.post(reverse("sessions:take_pack", args=[pack.pk])).status_code == 404


def test_a_right_that_is_gone_makes_nothing(clinic, register):
    """R8, R19: the worker asks again for the right of whoever asked."""
    pack = ask(clinic.compliance)
    type(clinic.members["compliance"]).objects.filter(pk=pack.asked_by_id).update(is_active=False, left_at=LATER)
    assert build(pack).state == "failed"
    assert not path_of(pack).exists()
    assert AuditEvent.objects.get(action="sessions.build_pack").outcome == "denied"


def test_a_day_later_it_is_gone(clinic, register):
    pack = build(ask(clinic.compliance))
    assert path_of(pack).exists()
    by = system_actor("inspection-packs")
    assert actions.remove_packs(by=by, at=LATER + timedelta(hours=23)) == 0
    assert actions.remove_packs(by=by, at=LATER + timedelta(hours=24)) == 1
    assert not path_of(pack).exists()
    with pytest.raises(StaleState):
        actions.take_pack(pack=pack, by=clinic.compliance, at=LATER + timedelta(hours=24))


def test_on_the_disk_it_is_sealed(clinic, register):
    pack = build(ask(clinic.compliance))
    raw = path_of(pack).read_bytes()
    assert b"PK\x03\x04" not in raw
    assert register.patient.family_name.encode() not in raw
    assert path_of(pack).stat().st_mode & 0o777 == 0o600


def test_a_worker_that_dies_offers_nothing(clinic, register, monkeypatch):
    pack = ask(clinic.compliance)

    def dies(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("sessions_app.inspection.pages.Pages.documents", dies)
        with pytest.raises(KeyboardInterrupt):
            build(pack)
    pack.refresh_from_db()
    assert pack.state == "building"
    assert list(path_of(pack).parent.iterdir()) == []
    assert not actions.build_pack(pack=pack, by=system_actor("x"), at=LATER + timedelta(minutes=1))
    assert build(pack, LATER + timedelta(minutes=11)).state == "ready"


class TestSealedFiles:
    def sealed(self, path, content=b"x" * 700_000):
        writer = SealedWriter(path, "one")
        for start in range(0, len(content), 1000):
            writer.write(content[start : start + 1000])
        writer.close()
        return content

    def test_what_went_in_comes_out(self, tmp_path):
        path = tmp_path / "file"
        content = self.sealed(path)
        assert b"".join(open_sealed(path, "one")) == content

    @pytest.mark.parametrize("kind", ["cut at a piece", "cut inside", "bit", "other file", "empty"])
    def test_what_is_not_whole_does_not_open(self, tmp_path, kind):
        path, file_id = tmp_path / "file", "one"
        self.sealed(path)
        raw = bytearray(path.read_bytes())
        piece = 4 + 4 + 12 + 256 * 1024 + 16
        head = 2 + int.from_bytes(raw[:2], "big")
        if kind == "cut at a piece":
            raw = raw[: head + piece]
        elif kind == "cut inside":
            raw = raw[:-5]
        elif kind == "bit":
            raw[head + 400] ^= 1
        elif kind == "empty":
            raw = raw[:0]
        else:
            file_id = "two"
        path.write_bytes(raw)
        with pytest.raises(SealBroken):
            b"".join(open_sealed(path, file_id))


def test_ten_years_of_a_busy_clinic_need_no_more_memory(record_property, monkeypatch):
    """What is held at once does not grow with the rows: a document is full after so many pages."""
    monkeypatch.setattr("sessions_app.inspection.pages.PAGES_IN_FILE", 20)

    def peak(number: int) -> int:
        def rows():
            return ((n, "text", "more") for n in range(number))

        section = Section("x", "Rows", ("a", "b", "c"), rows, number, ("a", "b"))
        pages, told = Pages("head", "now"), 0
        tracemalloc.start()
        for _name, document in pages.documents(section, lambda _rows: None):
            told += len(document)
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert len(pages.hashes) == -(-number // ROWS_ON_PAGE)
        return held

    one_file, several = peak(600), peak(2_400)
    record_property("memory of a pack", f"{one_file / 1e6:.1f} MB for 600 rows, {several / 1e6:.1f} MB for 2,400")
    assert several < 1.5 * one_file


def test_rows_are_read_by_the_chunk(clinic, register):
    def asked() -> int:
        pack = ask(clinic.admin, timezone.now() + timedelta(days=asked.turn))
        asked.turn += 1
        with CaptureQueriesContext(connection) as queries:
            build(pack)
        return len(queries)

    asked.turn = 0
    before = asked()
    for _ in range(3):
        sessions.dosed_session(clinic)
    assert asked() == before


def test_on_the_pages(clinic, register):
    officer = accounts.sign_in(Client(), clinic.compliance)
    assert reverse("sessions:packs") in officer.get(reverse("sessions:dosing_records")).text
    assert "None yet" in officer.get(reverse("sessions:packs")).text
    typed = {"date_from": "2026-06-01", "date_to": "2026-06-01", "reason": "Asked by the board", "password": "wrong"}
    refused = officer.post(reverse("sessions:packs"), typed)
    assert refused.status_code == 422
    assert "Asked by the board" in refused.text
    page = officer.post(reverse("sessions:packs"), typed | {"password": accounts.PASSWORD}, follow=True)
    assert "lines written" in page.text
    tasks.make_packs()
    pack = InspectionPack.objects.get()
    progress = officer.get(reverse("sessions:pack_progress", args=[pack.pk]))
    assert "Take the zip" in progress.text
    assert "hx-get" not in progress.text
    taken = officer.post(reverse("sessions:take_pack", args=[pack.pk]))
    body = b"".join(taken.streaming_content)
    assert taken["Content-Disposition"] == 'attachment; filename="inspection-2026-06-01-2026-06-01.zip"'
    assert len(body) == int(taken["Content-Length"])
    assert hashlib.sha256(body).hexdigest() == pack.sha256
    wrong = officer.post(reverse("sessions:packs"), typed | {"mrn": "999999"})
    assert "There is no patient with this number." in wrong.text
