"""The practice's time points in words, with a caution where a questionnaire looks back too far."""

from dataclasses import dataclass

from assessments.practice_catalogue import Catalogue
from assessments.recall import looks_back_too_far
from followups.models import FollowUpPoint
from followups.schedule import in_words


@dataclass(frozen=True)
class PointRow:
    point: FollowUpPoint
    when: str
    window: str
    reminder: str
    instruments: list[str]
    looks_back_too_far: list[str]


def point_rows(points, catalogue: Catalogue) -> list[PointRow]:
    return [_row(point, catalogue) for point in points]


def _row(point: FollowUpPoint, catalogue: Catalogue) -> PointRow:
    instruments = [catalogue.get(code) for code in point.instruments]
    return PointRow(
        point=point,
        when=in_words(point.offset_hours),
        window=f"{in_words(point.window_before_h)} before to {in_words(point.window_after_h)} after",
        reminder=f"{in_words(point.remind_after_h)} after asking" if point.remind_after_h else "none",
        instruments=[each.name for each in instruments],
        looks_back_too_far=[each.name for each in instruments if looks_back_too_far(each.recall, point.offset_hours)],
    )
