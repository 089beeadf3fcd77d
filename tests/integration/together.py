"""Several people doing something in the same moment, each over a database connection of their own."""

import threading
import time
from collections.abc import Callable, Sequence

from django.db import OperationalError, connections


def all_at_once(acts: Sequence[Callable[[], object]]) -> list:
    """What each act returned or raised, in no order. An in-memory SQLite refuses at once where a file would wait."""
    outcomes, gate = [], threading.Barrier(len(acts))

    def run(act):
        gate.wait(30)
        try:
            outcomes.append(_patiently(act))
        except Exception as error:
            outcomes.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def _patiently(act):
    until = time.monotonic() + 30
    while True:
        try:
            return act()
        except OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)
