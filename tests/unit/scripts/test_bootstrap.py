"""The environment is made again exactly when what it holds would differ."""

import bootstrap
import lock_requirements
import pytest


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An installation of its own: lock files, and an environment that looks complete."""
    monkeypatch.setattr(bootstrap, "REPOSITORY", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / ".venv" / "installed")
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / ".venv" / "python")
    for name in (bootstrap.INSTALLER_LOCK, bootstrap.RUNTIME_LOCK, bootstrap.DEV_LOCK):
        (tmp_path / name).write_text(f"{name}==1\n")
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "python").touch()
    return tmp_path


def _stamp(dev: bool) -> None:
    bootstrap.STAMP.write_text(bootstrap._fingerprint(dev) + "\n")


@pytest.mark.parametrize(
    ("made_for_dev", "asked_for_dev", "is_current"),
    [(False, False, True), (True, True, True), (True, False, True), (False, True, False)],
)
def test_environment_serves_what_it_was_made_for(place, made_for_dev, asked_for_dev, is_current):
    _stamp(made_for_dev)

    assert bootstrap._is_current(asked_for_dev) is is_current


def test_environment_without_a_stamp_is_not_trusted(place):
    assert not bootstrap._is_current(dev=False)


def test_changed_lock_file_is_noticed(place):
    _stamp(dev=False)

    (place / bootstrap.RUNTIME_LOCK).write_text("django==0\n")

    assert not bootstrap._is_current(dev=False)


def test_moved_environment_is_noticed(place, monkeypatch):
    _stamp(dev=False)

    monkeypatch.setattr(bootstrap, "VENV", place / "elsewhere")

    assert not bootstrap._is_current(dev=False)


def test_nothing_is_installed_into_a_current_environment(place, monkeypatch):
    _stamp(dev=True)
    monkeypatch.setattr(bootstrap, "_run", lambda command, env=None: pytest.fail(f"ran {command}"))

    assert bootstrap.ensure(dev=True) == bootstrap.PYTHON


def test_lock_says_who_uses_a_direct_package():
    users = lock_requirements.users_of("# heading\nPyYAML>=6   # common: instruments\n-c other.txt\n")
    lock = "pyyaml==6.0 \\\n    --hash=sha256:00\nvine==5.1\n"

    assert users == {"pyyaml": "common: instruments"}
    assert lock_requirements.commented(lock, users) == f"# used by common: instruments\n{lock}"


@pytest.mark.parametrize("name", [bootstrap.INSTALLER_LOCK, bootstrap.RUNTIME_LOCK, bootstrap.DEV_LOCK])
def test_lock_files_pin_hashes_and_name_no_address(name):
    lock = (bootstrap.REPOSITORY / name).read_text()
    pinned = [block for block in lock.split("\n") if "==" in block and not block.lstrip().startswith("#")]

    assert pinned
    assert all(line.endswith("\\") for line in pinned), "a package without hashes"
    assert "://" not in lock
    assert "psycopg==" not in lock, "Django would use psycopg 3 instead of psycopg2"
