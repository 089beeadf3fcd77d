"""The environment tests run in, set before Django reads its settings (loaded by pytest with `-p`)."""

import os
import tempfile

os.environ.setdefault("CLINIC_ONE_MACHINE", "1")
os.environ.setdefault("CLINIC_TESTING", "1")
if "CLINIC_HOME" not in os.environ:
    os.environ["CLINIC_HOME"] = tempfile.mkdtemp(prefix="clinic-tests-")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
