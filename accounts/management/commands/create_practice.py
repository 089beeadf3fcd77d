"""Opens a practice and its first admin from the command line; the rest is done in the browser."""

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts import actions
from accounts.actor import system_actor
from accounts.roles import Role
from common.errors import InvalidInput

QUESTIONS = {
    "name": ("Name of the practice", ""),
    "time_zone": ("Its time zone", "America/New_York"),
    "admin_name": ("Full name of the first admin", ""),
    "admin_email": ("E-mail of the first admin", ""),
    "admin_initials": ("Initials of the first admin (two to four letters)", ""),
}


class Command(BaseCommand):
    help = "Open a practice with its first admin and print the admin's temporary password. Asks for what is missing."

    def add_arguments(self, parser):
        for name, (question, default) in QUESTIONS.items():
            parser.add_argument(f"--{name.replace('_', '-')}", help=f"{question}. {default}".strip())
        parser.add_argument("--no-input", action="store_true", help="ask nothing; use the defaults")

    def handle(self, **options):
        answers = {name: self._answer(name, options) for name in QUESTIONS}
        try:
            practice, secret = self._create(answers)
        except InvalidInput as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"\n{practice.name} is open. Sign in with {answers['admin_email'].lower()}")
        self.stdout.write(f"Temporary password: {secret}" if secret else "and the password this person has already.")

    def _answer(self, name: str, options: dict) -> str:
        question, default = QUESTIONS[name]
        if options[name] or options["no_input"]:
            return options[name] or default
        return input(f"{question}{f' [{default}]' if default else ''}: ").strip() or default

    @transaction.atomic
    def _create(self, answers: dict):
        at = timezone.now()
        practice = actions.open_practice(name=answers["name"], time_zone=answers["time_zone"], at=at)
        _, secret = actions.add_staff(
            by=system_actor("create_practice", practice.pk),
            at=at,
            email=answers["admin_email"],
            full_name=answers["admin_name"],
            credentials="",
            initials=answers["admin_initials"],
            roles=[Role.ADMIN],
        )
        return practice, secret
