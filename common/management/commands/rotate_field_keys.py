"""Seal every text that an older key sealed with the first key of its ring; safe to stop and start again (R94)."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from common import audit
from common.sealed_fields import SealedTextField
from common.sealed_rows import reseal_batch, sealed_fields, texts_by_key
from common.system import System


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--report", action="store_true", help="only say how many texts each key sealed")

    def handle(self, *args, report=False, **options):
        broken = [] if report else [place for column in sealed_fields() for place in self._rotate(column)]
        self._say_counts()
        if broken:
            raise CommandError(f"{len(broken)} texts do not open and were left as they are:\n" + "\n".join(broken[:20]))

    def _rotate(self, column: SealedTextField) -> list[str]:
        changed, broken, after = 0, [], None
        while True:
            done, torn, after = reseal_batch(column, after)
            changed, broken = changed + done, broken + torn
            if after is None:
                break
        if changed:
            detail = {"column": str(column), "texts": changed, "key": column.ring.current}
            audit.record(System("rotate_field_keys"), "common.rotate_field_keys", at=timezone.now(), detail=detail)
        return broken

    def _say_counts(self) -> None:
        totals: dict[tuple[str, str], int] = {}
        for column in sealed_fields():
            for key_id, count in texts_by_key(column).items():
                totals[column.ring_name, key_id] = totals.get((column.ring_name, key_id), 0) + count
        for (ring, key_id), count in sorted(totals.items()):
            self.stdout.write(f"{ring:<14} {key_id:<10} {count}")
