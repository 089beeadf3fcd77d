"""Writes fresh keys into the private key file; a key that is there is never touched."""

from importlib import import_module

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Write the keys that keys.env (mode 0600) does not have yet; what is there stays."
    requires_system_checks = []

    def handle(self, **options):
        env = import_module(f"{settings.SETTINGS_MODULE.rpartition('.')[0]}.env")
        path = env.keys_file(settings.HOME)
        made = env.make_keys(settings.HOME)
        self.stdout.write(f"Keys were written into {path}." if made else f"Keys are in {path} already; kept.")
