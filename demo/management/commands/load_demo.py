"""Fill an empty clinic with made-up patients, and write the sign-ins to a file in the clinic's folder."""

import gc
import os

from celery import current_app
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.test.utils import override_settings
from django.utils import timezone

from accounts.models import Authenticator, Practice, User
from accounts.one_time_codes import new_secret
from demo.clinic import PASSWORD, STAFF
from demo.load import load

QUICK_HASHER = "django.contrib.auth.hashers.MD5PasswordHasher"


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--seed", type=int, default=2026)
        parser.add_argument("--patients", type=int, default=40)

    def handle(self, *args, **options):
        if Practice.objects.exists():
            raise CommandError("This clinic already has a practice. Demonstration data is only for an empty one.")
        current_app.conf.broker_url = "memory://"  # what happened in the past needs no doorbell
        gc.disable()  # a tenth of the time went into looking for garbage; the process ends after this
        now = timezone.now().replace(second=0, microsecond=0)
        with transaction.atomic():
            with override_settings(PASSWORD_HASHERS=[QUICK_HASHER]):
                load(options["seed"], now, options["patients"])
            self._store_passwords_properly()
            secret = self._give_factors(now)
        self._write_sign_ins(secret)

    def _store_passwords_properly(self) -> None:
        """Thousands of made-up signatures were checked quickly; what stays in the database is Argon2id."""
        hashed = make_password(PASSWORD)
        User.objects.filter(email__in=[row[3] for row in STAFF]).update(password=hashed)

    def _give_factors(self, now) -> str:
        """One made-up authenticator secret for everybody, new with each demonstration; `make code` shows its codes."""
        secret, people = new_secret(), User.objects.filter(email__endswith="@demo.invalid")
        for user in people:
            Authenticator(user=user, secret=secret, made_at=now, confirmed_at=now).save(force_insert=True)
        people.update(has_second_factor=True)
        return secret

    def _write_sign_ins(self, secret: str) -> None:
        lines = [f"  {', '.join(r.label for r in roles):<18} {email:<28} {PASSWORD}" for _, _, _, email, roles in STAFF]
        code = f"Then a code: make code (the authenticator secret of all of them is {secret})"
        text = "\n".join(["Sign in with:", *lines, code, ""])
        path = settings.HOME / "demo-sign-ins.txt"
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        self.stdout.write(text)
