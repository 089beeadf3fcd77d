"""Both sides of every band and cut-off, and the mood scales' own rules, as truth tables."""

import pytest

from assessments.catalogue import all_instruments
from assessments.scoring import score, score_result
from tests.unit.assessments.answer_sets import answers_with_total, codes_of, flat

BAND_EDGES = [
    pytest.param(instrument.code, edge, band.label, id=f"{instrument.code}-{edge}")
    for instrument in all_instruments()
    if instrument.scoring.method in ("sum", "sum_scaled")
    for band in instrument.bands
    for edge in (band.low, band.high)
]


@pytest.mark.parametrize(("code", "total", "label"), BAND_EDGES)
def test_band_holds_at_both_of_its_edges(code, total, label):
    result = score_result(code, answers_with_total(code, total))

    assert result.total == total
    assert result.severity == label


@pytest.mark.parametrize(
    ("code", "total", "label"),
    [
        ("PHQ9", 4, "minimal"), ("PHQ9", 5, "mild"), ("PHQ9", 9, "mild"), ("PHQ9", 10, "moderate"),
        ("PHQ9", 14, "moderate"), ("PHQ9", 15, "moderately severe"), ("PHQ9", 19, "moderately severe"),
        ("PHQ9", 20, "severe"), ("GAD7", 4, "minimal"), ("GAD7", 5, "mild"), ("GAD7", 14, "moderate"),
        ("GAD7", 15, "severe"), ("MADRS", 6, "normal"), ("MADRS", 7, "mild"), ("MADRS", 34, "moderate"),
        ("MADRS", 35, "severe"), ("BDI2", 13, "minimal"), ("BDI2", 14, "mild"), ("BDI2", 28, "moderate"),
        ("BDI2", 29, "severe"), ("WSAS", 9, "subclinical"), ("WSAS", 10, "significant functional impairment"),
        ("WSAS", 20, "significant functional impairment"), ("WSAS", 21, "moderately severe or worse"),
    ],
)  # fmt: skip
def test_band_edges_as_published(code, total, label):
    assert score_result(code, answers_with_total(code, total)).severity == label


@pytest.mark.parametrize(
    ("code", "total", "is_positive"),
    [
        ("PHQ9", 9, False), ("PHQ9", 10, True), ("PHQ8", 9, False), ("PHQ8", 10, True),
        ("PHQ2", 2, False), ("PHQ2", 3, True), ("GAD7", 9, False), ("GAD7", 10, True),
        ("GAD2", 2, False), ("GAD2", 3, True), ("PCL5", 32, False), ("PCL5", 33, True),
    ],
)  # fmt: skip
def test_screen_is_positive_from_its_cut_off(code, total, is_positive):
    assert score(code, answers_with_total(code, total))["screen_positive"] is is_positive


@pytest.mark.parametrize(
    ("open_items", "total", "prorated"), [((), 9, False), (("q4",), 9, True), (("q4", "q5"), 9, True)]
)
def test_phq9_fills_at_most_two_blanks(open_items, total, prorated):
    result = score_result("PHQ9", flat("PHQ9", 1, **dict.fromkeys(open_items)))

    assert (result.total, result.prorated, result.missing) == (total, prorated, open_items)


@pytest.mark.parametrize("code", ["PHQ9", "GAD7"])
def test_three_blanks_give_no_total_severity_or_screen(code):
    result = score_result(code, flat(code, 3, q2=None, q3=None, q4=None))

    assert result.total is None
    assert result.severity is None
    assert result.details["screen_positive"] is None
    assert not result.prorated
    assert not result.is_complete


def test_phq9_half_rounds_up():
    # Eight answers sum to 4: 4 / 8 x 9 = 4.5, which is 5 and crosses into mild.
    result = score_result("PHQ9", flat("PHQ9", 0, q1=2, q2=2, q3=None))

    assert (result.total, result.severity) == (5, "mild")


def test_phq9_below_a_half_rounds_down():
    # Seven answers sum to 1: 9 / 7 = 1.29.
    assert score_result("PHQ9", flat("PHQ9", 0, q1=1, q3=None, q4=None)).total == 1


def test_phq9_subscale_with_a_blank_is_not_estimated():
    result = score_result("PHQ9", flat("PHQ9", 1, q3=None))

    assert result.subscales == {"phq2": 2, "phq8": None}


def test_absent_key_and_none_are_the_same_blank():
    absent = {f"q{number}": 1 for number in range(1, 9)}

    assert score("PHQ9", absent) == score("PHQ9", absent | {"q9": None})


@pytest.mark.parametrize(
    ("item9", "flags"),
    [(0, []), (1, ["SI_POSITIVE"]), (2, ["SI_URGENT"]), (3, ["SI_URGENT"]), (None, ["RISK_ITEM_MISSING"])],
)
def test_phq9_item_9_speaks_whatever_the_total(item9, flags):
    low = score_result("PHQ9", flat("PHQ9", 0, q9=item9))
    unscorable = score_result("PHQ9", {"q9": item9})

    assert codes_of(low) == codes_of(unscorable) == flags
    assert low.details["item9"] == item9


def test_phq9_flags_carry_severity_and_a_sentence():
    (flag,) = score_result("PHQ9", flat("PHQ9", 0, q9=2)).flags

    assert flag.severity == "urgent"
    assert "clinician now" in flag.sentence


@pytest.mark.parametrize(
    ("symptoms", "major", "other"),
    [
        ({}, False, False),
        ({"q1": 2}, False, False),
        ({"q1": 2, "q3": 2}, False, True),
        ({"q2": 2, "q3": 2}, False, True),
        ({"q1": 2, "q3": 2, "q4": 2, "q5": 2}, False, True),
        ({"q1": 2, "q3": 2, "q4": 2, "q5": 2, "q6": 2}, True, False),
        ({"q1": 2, "q3": 2, "q4": 2, "q5": 2, "q9": 1}, True, False),
        ({"q3": 2, "q4": 2, "q5": 2, "q6": 2, "q7": 2}, False, False),
        ({"q1": 1, "q3": 2, "q4": 2, "q5": 2, "q6": 2}, False, False),
    ],
)
def test_phq9_algorithm_needs_a_core_symptom_and_enough_in_all(symptoms, major, other):
    details = score_result("PHQ9", flat("PHQ9", 0, **symptoms)).details

    assert (details["algorithm_major"], details["algorithm_other"]) == (major, other)


def test_difficulty_question_is_not_scored():
    assert score_result("PHQ9", flat("PHQ9", 0, q10=3)).total == 0
    assert score_result("GAD7", flat("GAD7", 0, q8=3)).total == 0


@pytest.mark.parametrize(("total", "flags"), [(14, []), (15, ["ANX_SEVERE"])])
def test_gad7_flags_severe_anxiety(total, flags):
    assert codes_of(score_result("GAD7", answers_with_total("GAD7", total))) == flags


PCL5_PATTERN = {"q1": 2, "q6": 2, "q8": 2, "q9": 2, "q15": 2, "q17": 2}


@pytest.mark.parametrize(
    ("change", "is_provisional"),
    [({}, True), ({"q1": 1}, False), ({"q6": 1}, False), ({"q8": 1}, False), ({"q17": 1}, False)],
)
def test_pcl5_pattern_needs_each_cluster(change, is_provisional):
    result = score_result("PCL5", flat("PCL5", 0, **(PCL5_PATTERN | change)))

    assert result.details["provisional_dsm5"] is is_provisional


def test_pcl5_with_a_blank_gives_no_total_and_no_pattern():
    result = score_result("PCL5", flat("PCL5", 2, q6=None))

    assert result.total is None
    assert result.subscales == {"B": 10, "C": None, "D": 14, "E": 12}
    assert result.details["symptoms_endorsed"] == {"B": 5, "C": None, "D": 7, "E": 6}
    assert result.details["screen_positive"] is None
    assert result.details["provisional_dsm5"] is None


@pytest.mark.parametrize(("item16", "flags"), [(2, []), (3, ["HARM_RISK_REVIEW"]), (None, [])])
def test_pcl5_item_16_asks_for_review(item16, flags):
    assert codes_of(score_result("PCL5", flat("PCL5", 0, q16=item16))) == flags


@pytest.mark.parametrize(
    ("total", "label"),
    [
        (5, "none"), (6, "mild"), (10, "mild"), (11, "moderate"), (15, "moderate"), (16, "severe"),
        (20, "severe"), (21, "very severe"),
    ],
)  # fmt: skip
def test_qids_bands_on_domain_totals(total, label):
    one_per_domain = ("q1", "q5", "q6", "q10", "q11", "q12", "q13", "q14", "q15")
    answers, left = flat("QIDSSR16", 0), total
    for key in one_per_domain:
        answers[key] = min(left, 3)
        left -= answers[key]

    result = score_result("QIDSSR16", answers)

    assert (result.total, result.severity) == (total, label)


def test_qids_domain_is_its_highest_answer_not_its_sum():
    result = score_result("QIDSSR16", flat("QIDSSR16", 0, q1=1, q2=3, q3=2, q15=2, q16=1))

    assert result.subscales["sleep"] == 3
    assert result.subscales["psychomotor"] == 2
    assert result.total == 5


def test_qids_needs_only_one_of_a_pair():
    result = score_result("QIDSSR16", flat("QIDSSR16", 1, q6=None, q9=None))

    assert (result.total, result.is_complete) == (9, True)


def test_qids_names_the_open_item_of_a_scored_domain():
    result = score_result("QIDSSR16", flat("QIDSSR16", 1, q2=None))

    assert (result.total, result.missing) == (9, ("q2",))


@pytest.mark.parametrize(
    ("code", "key", "answer", "flags"),
    [
        ("QIDSSR16", "q12", 0, []), ("QIDSSR16", "q12", 1, ["SI_POSITIVE"]), ("QIDSSR16", "q12", 2, ["SI_URGENT"]),
        ("MADRS", "m10", 1, []), ("MADRS", "m10", 2, ["SI_POSITIVE"]), ("MADRS", "m10", 3, ["SI_POSITIVE"]),
        ("MADRS", "m10", 4, ["SI_URGENT"]), ("BDI2", "b9", 0, []), ("BDI2", "b9", 1, ["SI_POSITIVE"]),
        ("BDI2", "b9", 2, ["SI_URGENT"]),
    ],
)  # fmt: skip
def test_suicide_item_flags_without_a_total(code, key, answer, flags):
    result = score_result(code, {key: answer})

    assert result.total is None
    assert codes_of(result) == flags


@pytest.mark.parametrize(("total", "in_remission"), [(10, True), (11, False)])
def test_madrs_remission(total, in_remission):
    assert score_result("MADRS", answers_with_total("MADRS", total)).details["remission"] is in_remission
