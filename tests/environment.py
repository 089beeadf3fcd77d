"""Sets what `clinic.settings` reads before anything imports it: a private home that is removed afterwards."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path


def _own_home() -> None:
    """One home for this run; the processes of pytest-xdist inherit it from the one that made it."""
    if os.environ.get("CLINIC_TEST_HOME"):
        return
    home = tempfile.mkdtemp(prefix="clinic-tests-")
    os.environ["CLINIC_TEST_HOME"] = home
    maker = os.getpid()
    atexit.register(lambda: os.getpid() == maker and shutil.rmtree(home, ignore_errors=True))
    Path(home, "static").mkdir()


_own_home()
os.environ["CLINIC_HOME"] = os.environ["CLINIC_TEST_HOME"]
os.environ["CLINIC_TESTING"] = "1"
os.environ["CLINIC_ONE_MACHINE"] = "1"
os.environ.pop("REDIS_URL", None)  # tests that need Redis ask for TEST_REDIS_URL
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in the test's thread


def pytest_collection_finish(session) -> None:
    from clinic.garbage import leave_out_what_stays

    leave_out_what_stays()


def pytest_configure(config) -> None:
    """Property tests judge answers, not speed, since other tests run beside them; with CI set they repeat exactly."""
    from hypothesis import HealthCheck, settings

    settings.register_profile(
        "clinic",
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        derandomize=bool(os.environ.get("CI")),
        print_blob=True,
    )
    settings.load_profile("clinic")
