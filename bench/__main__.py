"""What a measurement does with the database: `python -m bench data FOLDER`, then `measure`, `pack` or `sign-ins`.

Started by scripts/bench.py and bench/live.py with the clinic's environment.
"""

import argparse
import json
import sys
from pathlib import Path

import django


def main() -> None:
    options = _options()
    django.setup()
    {"data": _data, "measure": _measure, "pack": _pack, "sign-ins": _sign_ins}[options.what](options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["data", "measure", "pack", "sign-ins"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--number", type=int, default=50, help="of sign-ins")
    parser.add_argument("--patients", type=int, default=10_000)
    return parser.parse_args()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _data(options) -> None:
    from django.core.management import call_command

    from accounts.models import Practice
    from bench.data import load

    call_command("migrate", verbosity=0, interactive=False)
    if Practice.objects.filter(name="Large Practice").exists():
        _say("The large clinic is already there.")
        return
    load(options.patients, options.folder, _say)


def _measure(options) -> None:
    """Prints one JSON object: statements by call, and the pages."""
    from django.conf import settings
    from django.test.utils import override_settings

    from bench.data import FACTS
    from bench.measure import events_in, page_times, statements_of

    facts = json.loads((options.folder / FACTS).read_text())
    plain = {**settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with override_settings(STORAGES=plain, ALLOWED_HOSTS=["testserver"]):
        pages = [page.__dict__ | {"is_within": page.is_within} for page in page_times()]
        _say(json.dumps({"statements": statements_of(facts), "events": events_in(facts), "pages": pages}))


def _sign_ins(options) -> None:
    """Prints one JSON object: the cookie's name and its values."""
    from bench.data import FACTS
    from bench.live_setup import sign_ins

    facts = json.loads((options.folder / FACTS).read_text())
    _say(json.dumps(sign_ins(facts["nurse"], options.number)))


def _pack(options) -> None:
    from bench.pack import measure_pack

    for line in measure_pack():
        _say(line)


if __name__ == "__main__":
    main()
