"""Turns a person's answers into a score, a severity word and flags; same answers, same result."""

from assessments.scoring.answers import InvalidAnswers
from assessments.scoring.engine import score, score_answers, score_result
from assessments.scoring.result import Flag, Result, plain

__all__ = ["Flag", "InvalidAnswers", "Result", "plain", "score", "score_answers", "score_result"]
