"""Scores a file of answers from the command line, without a database."""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from assessments.catalogue import UnknownInstrument
from assessments.scoring.answer_file import UnreadableAnswers, score_text
from assessments.scoring.answers import InvalidAnswers


class Command(BaseCommand):
    help = "Print the score of the answers in FILE (JSON) for the instrument CODE."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser):
        parser.add_argument("code", metavar="CODE", help="instrument, such as PHQ9")
        parser.add_argument("file", metavar="FILE", help="JSON file of answers, or - for standard input")

    def handle(self, *, code, file, **options):
        text = self._read(file)
        try:
            scored = score_text(code, text)
        except (UnknownInstrument, UnreadableAnswers) as fault:
            raise CommandError(str(fault)) from None
        except InvalidAnswers as fault:
            lines = [f"{key}: {message}" for key, message in fault.errors.items()]
            raise CommandError(f"These answers cannot be scored for {code}.\n" + "\n".join(lines)) from None
        self.stdout.write(json.dumps(scored, indent=2))

    def _read(self, file):
        try:
            return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as fault:
            raise CommandError(f"Cannot read {file}: {fault}.") from None
