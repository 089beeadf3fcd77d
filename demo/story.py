"""Runs many made-up lives side by side in the order of time."""

import heapq
from collections.abc import Iterator
from datetime import datetime


def run(lives: list[Iterator[datetime]], later: list[Iterator[datetime]], until: datetime) -> int:
    """Resume each life at the moment it asked for, earliest first, up to `until`; returns how many steps were taken.

    A life may start others by appending to `later`.
    """
    waiting: list[tuple[datetime, int, Iterator[datetime]]] = []
    started = taken = 0

    def add(life: Iterator[datetime]) -> None:
        nonlocal started
        moment = next(life, None)
        if moment is not None and moment <= until:
            heapq.heappush(waiting, (moment, started, life))
            started += 1

    for life in lives:
        add(life)
    while waiting:
        _, _, life = heapq.heappop(waiting)
        add(life)
        taken += 1
        while later:
            add(later.pop())
    return taken
