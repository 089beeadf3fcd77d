"""How many earlier treatments failed, and whether that is enough for the indication (KAP-SCR-TRD)."""

import pytest

from patients.trials import trials_missing, words_of_failed


@pytest.mark.parametrize(
    ("failed", "missing"),
    [
        ({}, 2),
        ({"antidepressant": ["Sertraline"]}, 1),
        ({"antidepressant": ["Sertraline", "sertraline "]}, 1),
        ({"antidepressant": ["Sertraline", "Venlafaxine"]}, 0),
        ({"antidepressant": ["Sertraline", "Venlafaxine", "Bupropion"]}, 0),
        ({"psychotherapy": ["CBT", "EMDR"], "medicine": ["Lithium"]}, 2),
    ],
)
def test_two_antidepressants_for_esketamine_in_resistant_depression(failed, missing):
    assert trials_missing(failed, "ESK", "TRD") == missing


@pytest.mark.parametrize(("route", "indication"), [("ESK", "MDSI"), ("ESK", "PTSD"), ("IV", "TRD"), (None, None)])
def test_nothing_is_asked_for_elsewhere(route, indication):
    assert trials_missing({}, route, indication) == 0


@pytest.mark.parametrize(
    ("failed", "words"),
    [
        ({}, "no adequate trials failed"),
        ({"psychotherapy": ["CBT"]}, "one adequate trial failed"),
        ({"psychotherapy": ["CBT"], "antidepressant": ["Sertraline"]}, "two adequate trials failed"),
        ({"antidepressant": ["a", "b", "c", "d"]}, "4 adequate trials failed"),
    ],
)
def test_count_in_words(failed, words):
    assert words_of_failed(failed) == words
