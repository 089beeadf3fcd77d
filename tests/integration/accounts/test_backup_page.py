"""Admin and compliance see how old the newest backup is and when one was restored, and ask for one (R101)."""

import stat
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import actions
from accounts.actor import system_actor
from common.backups import making
from common.backups.checking import check_restored
from common.backups.keys import make_identity
from common.backups.making import BackupFailed, backups_in, make_backup
from common.errors import StaleState
from common.models import AuditEvent, BackupRun, ChainLink, RestoreDrill
from tests.builders import accounts

pytestmark = pytest.mark.django_db
PAGE = "accounts:backups"
BY = system_actor("backups")


@pytest.fixture(autouse=True)
def set_up(settings, tmp_path):
    settings.BACKUP_FOLDER, settings.BACKUP_RECIPIENTS = str(tmp_path / "made"), [make_identity()[1]]


@pytest.fixture
def admin(clinic):
    return accounts.sign_in(Client(), clinic.admin)


def shown(client, page: str = PAGE) -> str:
    return client.get(reverse(page)).content.decode()


def run(at: datetime, *, hours: float = 0, trouble: str = "") -> BackupRun:
    """A backup that was asked for and done so many hours before."""
    moment = at - timedelta(hours=hours)
    what = {"trouble": trouble} if trouble else {"file_name": "20260601T000000Z.clinic.age"}
    return BackupRun.objects.create(asked_at=moment, asked_by_name="the clock", begun_at=moment, done_at=moment, **what)


def drill(at: datetime, *, days: int = 0, faults: int = 0) -> None:
    first = "The chain does not hold: link 4" if faults else ""
    RestoreDrill.objects.create(
        at=at - timedelta(days=days),
        by_name="system:drill_backup",
        file_name="x",
        sha256="0" * 64,
        seconds=12,
        faults=faults,
        first_fault=first,
    )


def test_home_and_menu_lead_to_it_while_something_is_to_be_done(admin):
    home = shown(admin, "accounts:home")
    assert home.count(reverse(PAGE)) == 2
    assert "No backup was made yet." in home
    run(timezone.now())
    home = shown(admin, "accounts:home")
    assert home.count(reverse(PAGE)) == 1
    run(timezone.now(), hours=2, trouble="The disk is full.")
    assert "No backup was made" not in shown(admin, "accounts:home")


def test_without_a_key_it_says_how_to_make_one(admin, settings):
    settings.BACKUP_RECIPIENTS = []
    settings.HOME = settings.HOME / "nowhere"
    text = shown(admin)
    assert "No backup is set up on this server" in text
    assert "make_backup_key" in text
    assert "Back up now" not in text
    assert "No backup is set up" in shown(admin, "accounts:home")
    assert admin.post(reverse("accounts:back_up")).status_code == 409
    assert not BackupRun.objects.exists()


def test_what_is_wrong_stands_on_top(admin):
    now = timezone.now()
    run(now, hours=30)
    assert "older than a day" in shown(admin)
    run(now, hours=1, trouble="The backup could not be written: No space left on device.")
    drill(now, faults=2)
    text = shown(admin)
    assert "The last backup failed" in text
    assert "No space left on device" in text
    assert "A backup did not restore" in text
    assert text.count('role="alert"') == 2


def test_when_all_is_well(admin):
    run(timezone.now(), hours=3)
    drill(timezone.now(), days=40)
    assert "more than a month ago" in shown(admin)
    drill(timezone.now(), days=2)
    text = shown(admin)
    assert "restored and checked" in text
    assert 'role="alert"' not in text


def test_one_is_asked_for(admin, clinic):
    admin.post(reverse("accounts:back_up"))
    asked = BackupRun.objects.get()
    assert (asked.asked_by_name, asked.practice_id) == (clinic.admin.name, clinic.practice.pk)
    assert "under way" in shown(admin)
    with pytest.raises(StaleState):
        actions.ask_for_backup(by=clinic.compliance, at=timezone.now())
    assert AuditEvent.objects.filter(action="accounts.ask_for_backup", object_id=asked.pk).count() == 1


def test_who_treats_has_no_part_in_it(clinic):
    nurse = accounts.sign_in(Client(), clinic.nurse)
    assert nurse.get(reverse(PAGE)).status_code == 403
    assert nurse.post(reverse("accounts:back_up")).status_code == 403
    assert reverse(PAGE) not in shown(nurse, "accounts:home")


def test_what_another_practice_asked_for_is_not_named(admin, clinic):
    other = accounts.clinic_with_staff(name="Elsewhere")
    actions.ask_for_backup(by=other.admin, at=timezone.now())
    assert other.admin.name not in shown(admin)


def test_one_a_day_and_again_an_hour_after_one_that_failed(clinic):
    now = datetime(2026, 6, 2, 2, 0, tzinfo=UTC)
    run(now)
    begun = [hours for hours in (1, 12, 22, 24) if actions.begin_due_backup(by=BY, at=now + timedelta(hours=hours))]
    assert begun == [24]
    assert actions.begin_due_backup(by=BY, at=now + timedelta(hours=60)) is None, "one is under way"
    BackupRun.objects.filter(done_at=None).update(done_at=now + timedelta(hours=24), trouble="The disk is full.")
    assert actions.begin_due_backup(by=BY, at=now + timedelta(hours=24, minutes=30)) is None
    assert actions.begin_due_backup(by=BY, at=now + timedelta(hours=25, minutes=1))


def test_one_that_cannot_be_made_says_why(settings, clinic):
    settings.BACKUP_FOLDER = "/dev/null/backups"
    asked = actions.begin_due_backup(by=BY, at=timezone.now())
    assert not actions.do_backup(run=asked, by=BY, at=timezone.now(), clock=timezone.now)
    asked.refresh_from_db()
    assert asked.trouble == "The backup could not be written: Not a directory."
    assert AuditEvent.objects.filter(action="accounts.back_up", outcome="failed").count() == 1
    settings.BACKUP_RECIPIENTS = ["age1nonsense"]
    with pytest.raises(ValueError, match="Public key 1"):
        make_backup(timezone.now())


def test_two_workers_make_one(clinic, settings):
    settings.BACKUP_FOLDER = "/dev/null/backups"
    asked = actions.begin_due_backup(by=BY, at=timezone.now())
    for _ in range(2):
        actions.do_backup(run=asked, by=BY, at=timezone.now(), clock=timezone.now)
    assert AuditEvent.objects.filter(action="accounts.back_up").count() == 1


def test_what_a_restored_clinic_lacks_is_named(clinic):
    """F20: the check that a drill makes; each thing that is not as the backup says is one sentence."""
    head = ChainLink.objects.order_by("-seq").values("seq", "hash").first() or {"seq": 0, "hash": ""}
    manifest = {"tables": {"accounts_practice": 1, "accounts_user": 99, "gone": 3}, "chain": head, "keys": {}}
    manifest["keys"] = {"record": ["k1", "k7"]}
    text = " ".join(check_restored(manifest).faults)
    assert "accounts_user has" in text
    assert "The table gone is missing." in text
    assert "The key k7 of the record ring is missing." in text
    assert "accounts_practice" not in text
    manifest["chain"] = {"seq": 10**9, "hash": "f" * 64}
    assert "not the one that the backup was made of" in " ".join(check_restored(manifest).faults)


def test_old_ones_go_but_never_the_last_three(settings, tmp_path):
    folder = tmp_path / "made"
    folder.mkdir()
    for day in range(1, 8):
        (folder / f"2026010{day}T000000Z.clinic.age").touch()
    making._remove_old(folder, datetime(2026, 2, 2, tzinfo=UTC))
    assert min(backups_in(folder)).name.startswith("20260103")
    making._remove_old(folder, datetime(2027, 1, 1, tzinfo=UTC))
    assert [path.name[:8] for path in backups_in(folder)] == ["20260105", "20260106", "20260107"]


def test_the_key_is_made_outside_and_never_over_another(settings, tmp_path):
    settings.HOME = tmp_path / "home"
    settings.HOME.mkdir()
    with pytest.raises(CommandError, match="inside the clinic's own folder"):
        call_command("make_backup_key", str(settings.HOME / "key.txt"))
    assert not list(settings.HOME.iterdir())
    said, stick = StringIO(), tmp_path / "stick.txt"
    call_command("make_backup_key", str(stick), stdout=said)
    public = (settings.HOME / "backup-recipients.txt").read_text()
    assert stat.S_IMODE(stick.stat().st_mode) == 0o600
    assert public.strip() in said.getvalue()
    assert "AGE-SECRET-KEY" not in said.getvalue() + public
    with pytest.raises(CommandError, match="exists already"):
        call_command("make_backup_key", str(stick))


def test_without_a_folder_none_is_made(settings):
    settings.BACKUP_FOLDER = ""
    with pytest.raises(BackupFailed, match="No backup is set up"):
        make_backup(timezone.now())


def test_statements_do_not_grow_with_backups(admin, django_assert_max_num_queries):
    for hours in range(30):
        run(timezone.now(), hours=hours)
        drill(timezone.now(), days=hours)
    with django_assert_max_num_queries(10):
        shown(admin)
