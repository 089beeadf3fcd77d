"""How made-up patients fare: score courses shaped like the published response rates, and the answers behind them.

About 54 % respond and 29 % remit by the end of a series, a few get worse (clinical.md 6.2: McInnes 2022, n = 537).
"""

from dataclasses import dataclass
from random import Random

from common.clinical import Indication
from demo.questionnaires import ROOM, room_answers


@dataclass(frozen=True)
class Course:
    """A patient's starting scores and the share of them that is left at the end of the series."""

    phq9: int
    gad7: int
    pcl5: int
    share_left: float

    def share_after(self, doses: float) -> float:
        """The share of the starting score after a number of doses: most of the change comes early."""
        return self.share_left + (1 - self.share_left) * 0.62**doses


def make_course(rng: Random, indication: str) -> Course:
    draw = rng.random()
    if draw < 0.30:
        left = rng.uniform(0.08, 0.22)
    elif draw < 0.56:
        left = rng.uniform(0.28, 0.46)
    elif draw < 0.92:
        left = rng.uniform(0.55, 0.92)
    else:
        left = rng.uniform(1.05, 1.25)
    depressed = indication in (Indication.TRD, Indication.MDSI, Indication.MDD)
    return Course(
        phq9=rng.randint(15, 23) if depressed else rng.randint(10, 17),
        gad7=rng.randint(14, 20) if indication == Indication.ANX else rng.randint(8, 15),
        pcl5=rng.randint(42, 66) if indication == Indication.PTSD else rng.randint(12, 30),
        share_left=left,
    )


def spread(rng: Random, total: int, items: int, most: int, spare: int | None = None) -> dict[str, int]:
    """Answers q1…qN that add up to `total` (clipped); the item numbered `spare` stays at zero if that is possible."""
    values = [0] * items
    order = [index for index in range(items) if index + 1 != spare]
    left = max(0, min(total, most * len(order)))
    while left:
        index = rng.choice(order)
        if values[index] < most:
            values[index] += 1
            left -= 1
    return {f"q{index + 1}": value for index, value in enumerate(values)}


def answers_for(
    code: str, rng: Random, course: Course, doses: float, suicidal: int = 0, hours_after: int | None = None
):
    """Believable answers to one instrument after so many doses; `suicidal` is PHQ-9 item 9 (0-3)."""
    share = course.share_after(doses)
    wobble = rng.uniform(0.92, 1.08)
    if code == "PHQ9":
        answers = spread(rng, round(course.phq9 * share * wobble) - suicidal, 9, 3, spare=9)
        answers["q9"] = suicidal
        return answers | {"q10": min(3, round(share * 2))}
    if code == "GAD7":
        return spread(rng, round(course.gad7 * share * wobble), 7, 3) | {"q8": min(3, round(share * 2))}
    if code == "PCL5":
        return spread(rng, round(course.pcl5 * share * wobble), 20, 4)
    if code == "VASMOOD":
        lift = 12 if hours_after is not None else 0
        return {"mood": max(2, min(98, round(100 - 72 * share * wobble) + lift))}
    if code == "SUDS":
        relief = 1 if hours_after is not None else 0
        return {"suds": max(0, min(10, round(8 * share * wobble) - relief))}
    if code == "ASQ":
        positive = 1 if suicidal else 0
        return {"q1": positive, "q2": 0, "q3": positive, "q4": 0} | ({"q5": 0} if positive else {})
    if code == ROOM:
        return room_answers(doses)
    raise KeyError(code)
