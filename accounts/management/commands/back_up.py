"""Makes a backup now, encrypted for keys that are kept elsewhere (R101); the worker makes one a day by itself."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import actions
from accounts.actor import system_actor
from common.errors import ClinicError
from common.models import BackupRun


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options):
        by = system_actor("back_up")
        try:
            run = actions.begin_backup(by=by, at=timezone.now())
        except ClinicError as refusal:
            raise CommandError(str(refusal)) from None
        actions.do_backup(run=run, by=by, at=timezone.now(), clock=timezone.now)
        run = BackupRun.objects.get(pk=run.pk)
        if run.trouble or run.done_at is None:
            raise CommandError(run.trouble or "The worker of this clinic makes it at the moment.")
        seconds = (run.done_at - run.begun_at).total_seconds()
        self.stdout.write(f"{run.file_name}: {run.rows} rows, {run.size / 1e6:.1f} MB, {seconds:.1f} s")
