"""Writes fresh keys into the private key file, once; an existing file is never touched."""

from importlib import import_module

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Write SECRET_KEY, FIELD_KEY and ANCHOR_KEY into keys.env (mode 0600) unless the file exists."
    requires_system_checks = []

    def handle(self, **options):
        env = import_module(f"{settings.SETTINGS_MODULE.rpartition('.')[0]}.env")
        path = env.keys_file(settings.HOME)
        made = env.make_keys(settings.HOME)
        self.stdout.write(f"Keys were written into {path}." if made else f"Keys are in {path} already; kept.")
