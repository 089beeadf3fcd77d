"""Approves a waiting role from the operator's command line, for a practice in which nobody else may (R15)."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import actions
from accounts.actor import system_actor
from accounts.models import RoleRequest
from common.errors import ClinicError


class Command(BaseCommand):
    help = "Approve the waiting roles of the person with this e-mail; the audit log names this command."

    def add_arguments(self, parser):
        parser.add_argument("email")

    def handle(self, email, **options):
        waiting = RoleRequest.objects.waiting().filter(membership__user__email=email.strip().lower())
        rows = list(waiting.select_related("membership__user"))
        if not rows:
            raise CommandError("No role of this person waits for approval.")
        for row in rows:
            by = system_actor("approve_role", row.membership.practice_id)
            try:
                actions.approve_role(request=row, by=by, at=timezone.now())
            except ClinicError as refusal:
                raise CommandError(str(refusal)) from None
            self.stdout.write(f"{row.membership.user.full_name} is {row.role_label} from now on.")
