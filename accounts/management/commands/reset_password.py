"""Gives a person who lost the password a temporary one, for when no admin can do it in the browser."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import actions
from accounts.actor import system_actor
from accounts.models import Membership


class Command(BaseCommand):
    help = "Print a new temporary password for the person with this e-mail; every sign-in of that person ends."

    def add_arguments(self, parser):
        parser.add_argument("email")

    def handle(self, email, **options):
        found = Membership.objects.active().filter(user__email=email.strip().lower()).select_related("user")
        membership = found.first()
        if membership is None:
            raise CommandError("Nobody who works here has this e-mail.")
        by = system_actor("reset_password", membership.practice_id)
        secret = actions.reset_staff_password(membership=membership, by=by, at=timezone.now())
        self.stdout.write(f"Temporary password: {secret}")
