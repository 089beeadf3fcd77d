"""The audit trail is copied off the host, each row once and in order, also after a turn was missed (R57)."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import tasks
from common import audit
from common.models import AuditEvent
from common.shipping import ship_audit_trail
from tests.builders import accounts
from tests.builders.chain import commit

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings, tmp_path):
    settings.AUDIT_SHIP_FOLDER = str(tmp_path / "copy")
    return tmp_path / "copy"


@pytest.fixture
def nurse():
    return accounts.clinic_with_staff().nurse


def lines(folder) -> list[dict]:
    return [json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_text().splitlines()]


def look(nurse, number=1):
    for _ in range(number):
        audit.record(nurse, "sample.look", at=timezone.now())
    commit()


def test_each_row_is_copied_once_in_order(folder, nurse):
    now = timezone.now()
    for day in range(3):
        look(nurse, 4)
        ship_audit_trail(now + timedelta(days=day))
        assert ship_audit_trail(now + timedelta(days=day)) == 0
    copied = lines(folder)
    assert [row["seq"] for row in copied] == sorted({row["seq"] for row in copied})
    assert {row["id"] for row in copied} == {str(pk) for pk in AuditEvent.objects.values_list("pk", flat=True)}
    assert len(list(folder.glob("*.jsonl"))) == 3
    assert all((path.stat().st_mode & 0o777) == 0o600 for path in folder.glob("*.jsonl"))


def test_a_torn_line_is_written_again(folder, nurse):
    """The power failed in the middle of a line: what was not whole is copied again after it."""
    look(nurse, 3)
    ship_audit_trail(timezone.now())
    (path,) = folder.glob("*.jsonl")
    whole = path.read_text().splitlines()
    path.write_text("\n".join(whole[:-1]) + "\n" + whole[-1][:20])
    assert ship_audit_trail(timezone.now()) == 1
    text = path.read_text()
    assert text.splitlines()[-1] == whole[-1]
    assert text.endswith("\n")


def test_a_folder_out_of_reach_stops_nothing(settings, nurse, caplog):
    settings.AUDIT_SHIP_FOLDER = "/dev/null/elsewhere"
    look(nurse)
    tasks.ship_audit_trail()
    assert "the audit trail was not copied" in caplog.text


def test_nothing_is_copied_unless_asked(settings, nurse):
    settings.AUDIT_SHIP_FOLDER = ""
    look(nurse)
    assert ship_audit_trail(timezone.now()) == 0
