"""Makes the pair of keys for backups: the public one stays here, the private one must not (R101)."""

import os
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from common.backups.keys import add_recipient, make_identity


class Command(BaseCommand):
    help = "Write a private key for backups into a file outside the clinic's folder, and encrypt for it from now on."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="a new file, best on a stick: who has it can open every backup")

    def handle(self, file, **options):
        if file.resolve().is_relative_to(settings.HOME.resolve()):
            raise CommandError("This is inside the clinic's own folder. Whoever takes the machine would have the key.")
        private, public = make_identity()
        try:
            with open(file, "x", opener=_private) as target:
                target.write(f"# Opens the clinic's backups. Keep it away from the clinic's machine.\n{private}\n")
        except FileExistsError:
            raise CommandError(f"{file} exists already; nothing was written.") from None
        except OSError as error:
            raise CommandError(f"{file} could not be written: {error.strerror}.") from None
        known = add_recipient(public)
        self.stdout.write(f"Private key: {file}. Make a second copy and keep both away from this machine.")
        self.stdout.write(f"Public key:  {public}, added to {known}")


def _private(path, flags):
    return os.open(path, flags, 0o600)
