"""Brings one clinic's folder up to date in one process: keys, tables, static files and, if asked, made-up patients.

Started by run_clinic.py with the clinic's environment; says each step on standard output, details go to the log.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import django
from django.core.management import call_command


def main(log_path: str, demo: bool) -> None:
    django.setup()
    with open(log_path, "a", buffering=1) as log:

        def run(name: str, **options) -> None:
            call_command(name, stdout=log, stderr=log, **options)

        run("make_keys")
        print("Preparing the database", flush=True)
        run("migrate", interactive=False)
        print("Preparing pages", flush=True)
        run("collectstatic", interactive=False)
        if demo and not _has_people():
            print("Making a clinic with made-up patients", flush=True)
            run("load_demo")
            _make_demo_backup_key()


def _has_people() -> bool:
    from django.contrib.auth import get_user_model

    return get_user_model().objects.exists()


def _make_demo_backup_key() -> None:
    """So that a demonstration makes backups too; only there does the private key lie beside what it opens."""
    from django.conf import settings

    from common.backups.keys import add_recipient, make_identity

    private, public = make_identity()
    (settings.HOME / "demo-backup-key.txt").write_text(f"# Never keep a real key on the clinic's machine.\n{private}\n")
    add_recipient(public)


if __name__ == "__main__":
    main(sys.argv[1], demo="--demo" in sys.argv[2:])
