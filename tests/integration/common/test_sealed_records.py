"""What is sealed stands nowhere in the database in clear, opens for its own row alone, and outlives a changed key."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from importlib import import_module
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Upper

from common.immutability import missing_triggers
from common.models import AuditEvent
from common.sealed_fields import Unopened, sealed
from common.sealed_rows import sealed_fields, texts_by_key
from common.sealing import MARK, Ring, SealBroken, Sealed
from integration_notes.models import Homework, IntegrationNote
from patients.models import Allergy, ContraindicationAnswer
from sessions_app.models import Observation
from tests.builders import assessments, notes, patients, sessions
from tests.integration.common.rotating import ROWS
from tests.journeys import prepared_home

CANARY = "Featherstonehaugh-canary"
REPOSITORY = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.django_db


def everything() -> str:
    """All that the database holds, as text, read past the models."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        return "\n".join(connection.connection.iterdump())
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            rows += [text for (text,) in cursor.fetchall()]
    return "\n".join(rows)


def raw(row, name: str):
    """The stored text of one column of one row."""
    meta = row._meta
    key = row.pk.hex if connection.vendor == "sqlite" else row.pk
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{meta.get_field(name).column}" FROM "{meta.db_table}" WHERE id = %s', [key])
        return cursor.fetchone()[0]


def check_at_once() -> None:
    """PostgreSQL alters no table while a check of rows made in the same transaction waits, as it does only in tests."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def allergy(clinic, patient=None, reaction=CANARY) -> Allergy:
    from patients import actions

    patient = patient or patients.patient_with_team(clinic)
    return actions.add_allergy(
        patient=patient, by=clinic.nurse, at=sessions.AT, substance="latex", severity="mild", reaction=reaction
    )


def test_no_written_word_stands_in_the_database(clinic):
    """R93: notes, homework, observations, reasons and facts, all with the same canary in them."""
    session = sessions.signed_session(clinic)
    note = notes.signed(clinic, session, session.signed_at)
    IntegrationNote(
        patient=session.patient,
        session=session,
        author=note.author,
        modality=note.modality,
        template_version=note.template_version,
        fields={"meaning": CANARY},
        themes=[CANARY],
        created_at=session.signed_at,
        saved_at=session.signed_at,
    ).save(force_insert=True)
    by = {"recorded_by_id": clinic.nurse.membership_id, "recorded_as": "nurse"}
    moment = {"occurred_at": session.signed_at, "recorded_at": session.signed_at}
    sessions_words = Observation(session=sessions.dosed_session(clinic), what="other", text=CANARY, **by, **moment)
    Observation.objects.bulk_create([sessions_words])
    homework = notes.homework(clinic, note, session.signed_at)
    Homework.objects.filter(pk=homework.pk).update(**sealed(homework, task=CANARY))
    row = allergy(clinic)
    told = everything()
    assert "latex" in told  # the dump is a dump
    assert CANARY not in told
    assert Allergy.objects.get(pk=row.pk).reaction == CANARY
    assert Observation.objects.get(pk=sessions_words.pk).text == CANARY
    stored = IntegrationNote.objects.get(themes__isnull=False, signed_at=None)
    assert (stored.fields, stored.themes) == ({"meaning": CANARY}, [CANARY])


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite checks JSON by a constraint")
def test_no_sealed_column_is_still_checked_for_json():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tbl_name, sql FROM sqlite_master WHERE type = 'table'")
        made = dict(cursor.fetchall())
    wrong = [f for f in sealed_fields() if f'JSON_VALID("{f.column}")' in made[f.model._meta.db_table]]
    assert not wrong


def test_all_that_is_stored_in_sealed_columns_is_sealed(clinic):
    """R93: whatever way a row came in, by the actions of a whole session."""
    session = sessions.signed_session(clinic)
    notes.homework(clinic, notes.signed(clinic, session, session.signed_at), session.signed_at)
    assessments.risk_item(session.patient, clinic.nurse, session.signed_at)
    counts = {str(column): texts_by_key(column) for column in sealed_fields()}
    assert sum(sum(found.values()) for found in counts.values()) >= 12
    assert {name: found["unknown"] for name, found in counts.items() if found["unknown"]} == {}


def test_a_text_moved_to_another_row_or_damaged_is_refused(clinic, caplog):
    """R93, T15: exchanged between two patients, and one letter changed; said loudly, without the words."""
    one, other = allergy(clinic), allergy(clinic, reaction="hives")
    table = Allergy._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{table}" SET reaction = %s', [raw(one, "reaction")])
    assert Allergy.objects.get(pk=one.pk).reaction == CANARY
    with pytest.raises(SealBroken):
        Allergy.objects.get(pk=other.pk).reaction  # noqa: B018  (reading opens it)
    assert "does not open" in caplog.text
    assert CANARY not in caplog.text
    token = raw(one, "reaction")
    damaged = token[:-6] + ("A" if token[-6] != "A" else "B") + token[-5:]
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{table}" SET reaction = %s', [damaged])
    with pytest.raises(SealBroken):
        Allergy.objects.get(pk=one.pk).reaction  # noqa: B018


def test_a_copy_under_another_key_does_not_carry_the_text_along(clinic):
    row = Allergy.objects.get(pk=allergy(clinic).pk)
    row.pk = uuid4()
    row._state.adding = True
    with pytest.raises(SealBroken):
        row.save(force_insert=True)


def test_nothing_reaches_a_sealed_column_unsealed(clinic):
    """Bulk updates, expressions and comparisons are refused on both engines, not written or answered in clear."""
    row = allergy(clinic)
    stored, mine = raw(row, "reaction"), Allergy.objects.filter(pk=row.pk)
    acts = {
        "text": lambda: mine.update(reaction="clear"),
        "expression": lambda: mine.update(reaction=Value("clear")),
        "another column": lambda: mine.update(reaction=F("substance")),
        "function": lambda: mine.update(reaction=Upper(F("substance"))),
        "bulk update": lambda: Allergy.objects.bulk_update([Allergy(pk=row.pk, reaction="clear")], ["reaction"]),
        "new row by expression": lambda: Allergy(patient=row.patient, reaction=Value("clear")).save(),
        "equal": lambda: list(Allergy.objects.filter(reaction=CANARY)),
        "contains": lambda: list(Allergy.objects.filter(reaction__icontains="a")),
        "in": lambda: list(Allergy.objects.filter(reaction__in=["a"])),
        "longer than": lambda: list(Allergy.objects.filter(reaction__gt="a")),
    }
    for name, act in acts.items():
        with pytest.raises((FieldError, TypeError)), transaction.atomic():
            act()
        assert raw(row, "reaction") == stored, name
    assert Allergy.objects.exclude(reaction="").filter(pk=row.pk).exists()
    assert mine.values_list("reaction", flat=True)[0] == Unopened(stored)
    assert CANARY not in f"{mine.values()[0]} {Unopened(stored)}"


def test_text_ids_lazy_reading_and_empty_texts(clinic):
    """An id given as text seals the same place; a deferred column opens when it is asked for; "" stays ""."""
    patient = patients.patient_with_team(clinic)
    row = allergy(clinic, patient)
    assert Allergy.objects.defer("reaction").get(pk=str(row.pk)).reaction == CANARY
    again = Allergy.objects.only("id").get(pk=row.pk)
    again.refresh_from_db(fields=["reaction"])
    assert again.reaction == CANARY
    token = sealed(Allergy(pk=str(row.pk)), reaction="hives")
    assert isinstance(token["reaction"], Sealed)
    Allergy.objects.filter(pk=row.pk).update(**token)
    assert Allergy.objects.get(pk=row.pk).reaction == "hives"
    assert raw(allergy(clinic, reaction=""), "reaction") == ""


def test_rows_from_before_are_sealed_by_the_migration(clinic):
    """R93: a clinic that already has rows: plain texts in event rows are sealed, and their triggers come back."""
    patient = patients.ready_patient(clinic)
    answer = ContraindicationAnswer.objects.filter(patient=patient).first()
    check_at_once()
    table = ContraindicationAnswer._meta.db_table
    from common.sealed_rows import update_triggers_aside

    with connection.cursor() as cursor, update_triggers_aside(cursor, table):
        cursor.execute(f'UPDATE "{table}" SET note = %s', [CANARY])
    step = import_module("patients.migrations.0004_sealed_fields").Migration.operations[-1]
    from django.apps import apps

    step.code(apps, connection.schema_editor())
    assert raw(answer, "note").startswith(MARK)
    assert ContraindicationAnswer.objects.get(pk=answer.pk).note == CANARY
    call_command("migrate", verbosity=0)
    assert missing_triggers() == []


@pytest.fixture
def newer_key(settings):
    rings = settings.SEAL_RINGS
    fresh = {name: Ring(name, (("k2", f"a new key of {name} " * 3), *ring.secrets)) for name, ring in rings.items()}
    settings.SEAL_RINGS = fresh
    return fresh


def test_a_changed_key_seals_everything_anew(clinic, settings, request, capsys):
    """R94: signed and event rows too; afterwards nothing needs the old key, and every row is protected again."""
    session = sessions.signed_session(clinic)
    note = notes.signed(clinic, session, session.signed_at)
    words = {str(column): _opened(column) for column in sealed_fields()}
    check_at_once()
    request.getfixturevalue("newer_key")
    call_command("rotate_field_keys")
    assert "k2" in capsys.readouterr().out
    settings.SEAL_RINGS = {name: Ring(name, ring.secrets[:1]) for name, ring in settings.SEAL_RINGS.items()}
    assert {str(column): _opened(column) for column in sealed_fields()} == words
    assert missing_triggers() == []
    assert AuditEvent.objects.filter(action="common.rotate_field_keys").exists()
    from sessions_app.signed_content import is_intact

    assert is_intact(session)
    with pytest.raises(Exception, match="frozen"), transaction.atomic():
        IntegrationNote.objects.filter(pk=note.pk).update(**sealed(note, fields={}))


def _opened(column) -> dict:
    rows = column.model._base_manager.exclude(**{f"{column.name}__isnull": True})
    return {row.pk: getattr(row, column.name) for row in rows}


def test_a_text_that_does_not_open_is_named_and_left(clinic, newer_key):
    row = allergy(clinic)
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{Allergy._meta.db_table}" SET reaction = %s', [f"{MARK}gone.AAAA"])
    with pytest.raises(Exception, match="1 texts do not open"):
        call_command("rotate_field_keys", verbosity=0)
    assert raw(row, "reaction") == f"{MARK}gone.AAAA"


@pytest.mark.slow
@pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="kills processes of an embedded clinic of its own")
def test_rotation_killed_five_times_beside_a_writer(tmp_path):
    """R94: SIGKILL in the middle, five times, while texts are written; no row is lost, and the end is the new key."""
    home = {"CLINIC_HOME": str(tmp_path), "CLINIC_ONE_MACHINE": "1", "PATH": os.environ["PATH"], "DATABASE_URL": ""}
    manage = [sys.executable, str(REPOSITORY / "manage.py")]
    prepared_home.copy_to(tmp_path, {"PATH": os.environ["PATH"]})
    script = "from tests.integration.common.rotating import {0}; {0}()"
    run = {"env": home, "cwd": REPOSITORY, "text": True}
    subprocess.run([*manage, "shell", "-v0", "-c", script.format("fill")], check=True, **run)
    keys = dict(line.split("=", 1) for line in (tmp_path / "keys.env").read_text().splitlines())
    new = home | {"FIELD_KEYS": f"k2:{'a new key for records ' * 3},{keys['FIELD_KEYS']}"}
    run["env"] = new
    writer = subprocess.Popen([*manage, "shell", "-v0", "-c", script.format("write")], **run)
    try:
        for _ in range(5):
            before = sealed_by("k2", tmp_path)
            job = subprocess.Popen([*manage, "rotate_field_keys"], stdout=subprocess.DEVNULL, **run)
            while sealed_by("k2", tmp_path) < before + 400 and job.poll() is None:
                time.sleep(0.03)
            job.send_signal(signal.SIGKILL)
            assert job.wait() == -signal.SIGKILL, "it was killed in the middle"
    finally:
        writer.wait(60)
    assert writer.returncode == 0
    subprocess.run([*manage, "rotate_field_keys"], check=True, stdout=subprocess.DEVNULL, **run)
    run["env"] = home | {"FIELD_KEYS": f"k2:{'a new key for records ' * 3}"}
    told = subprocess.run([*manage, "shell", "-v0", "-c", script.format("read")], capture_output=True, **run)
    assert told.stdout.split() == [str(ROWS), "readable"], told.stderr


def sealed_by(key_id: str, home: Path) -> int:
    with closing(sqlite3.connect(home / "clinic.sqlite3", timeout=15)) as database:
        mine = f"SELECT count(*) FROM patients_allergy WHERE reaction LIKE '{MARK}{key_id}.%'"
        return database.execute(mine).fetchone()[0]
