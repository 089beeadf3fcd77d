"""How several containers are told in few words: the numbers of vials, and what a draw is taken from."""

from collections.abc import Iterable
from decimal import Decimal


def spans(numbers: Iterable[int]) -> str:
    """'1, 3-5 and 9' for 1, 3, 4, 5, 9."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    told = [str(first) if first == last else f"{first}-{last}" for first, last in runs]
    return f"{', '.join(told[:-1])} and {told[-1]}" if len(told) > 1 else "".join(told)


def labels_of(movements) -> str:
    """'vial 3' or 'devices 4-6': what these rows of the ledger name, each once. No query with containers joined."""
    found = {row.container.number: row.container for row in movements if row.container_id}
    if not found:
        return ""
    word = next(iter(found.values())).product.container_word
    return f"{word}{'s' if len(found) > 1 else ''} {spans(found)}"


def parts_of(containers: Iterable, amount_mg: Decimal, first=None) -> list[tuple]:
    """(container, mg) for an amount taken from containers in their order, the one with the id `first` before them."""
    parts, left = [], amount_mg
    for container in sorted(containers, key=lambda row: row.pk != first):
        if left <= 0:
            break
        parts.append((container, min(left, container.balance_mg)))
        left -= container.balance_mg
    return parts
