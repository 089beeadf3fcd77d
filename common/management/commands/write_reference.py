"""Writes the reference pages (addresses, states, roles, requirements) that are drawn from the code."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from common.reference import FOLDER, all_pages


class Command(BaseCommand):
    help = "Write docs/reference/*.md and docs/security.md from the code; with --check only say whether they are fresh."

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="write nothing; fail when a page is stale")

    def handle(self, check, **options):
        folder = Path(settings.BASE_DIR) / FOLDER
        stale = [name for name, text in all_pages().items() if _stored(folder / name) != text]
        if check and stale:
            raise CommandError(f"Stale: {', '.join(stale)}. Run manage.py write_reference and commit {FOLDER}.")
        if not check:
            folder.mkdir(parents=True, exist_ok=True)
            for name in stale:
                (folder / name).write_text(all_pages()[name])
        self.stdout.write(f"{len(stale)} page(s) written." if not check else "All pages are fresh.")


def _stored(path: Path) -> str:
    return path.read_text() if path.exists() else ""
