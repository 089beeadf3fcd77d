"""A retry is the same row: a client-made id that already exists answers with the stored row (F10, R4)."""

import uuid

from common.errors import InvalidInput


def replayed(queryset, row_id: uuid.UUID | None, *, by, **values):
    """The row stored earlier under `row_id` by the same person with the same values, or None if there is none.

    Raises InvalidInput when the id belongs to somebody else or to another content; nothing about the stored row
    is told.
    """
    if row_id is None:
        return None
    row = queryset.filter(pk=row_id).first()
    if row is None:
        return None
    same = row.recorded_by_id == by.membership_id and all(getattr(row, name) == value for name, value in values.items())
    if not same:
        raise InvalidInput({"id": "This id was used before for something else. Make a new one."})
    return row
