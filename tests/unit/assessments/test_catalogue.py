"""The catalogue: which instruments exist, what may be printed, and what a form can ask of an item."""

import dataclasses
import re
from decimal import Decimal
from pathlib import Path

import pytest

from assessments.catalogue import UnknownInstrument, all_instruments, get_instrument

ROOT = Path(__file__).parents[3]
FILES = ROOT / "assessments" / "instruments"
SOURCES = ROOT / "docs" / "clinical" / "sources_assessments.md"

MAY_BE_PRINTED = {
    "ALDRETE",
    "ASQ",
    "AUDITC",
    "GAD2",
    "GAD7",
    "MOAAS",
    "PCL5",
    "PHQ2",
    "PHQ8",
    "PHQ9",
    "RASS",
    "SUDS",
    "VASMOOD",
}
WITHHELD = {
    "BDI2",
    "CADSS",
    "CSSRS_SCREEN",
    "EBI",
    "MADRS",
    "MEQ30",
    "PSQI",
    "QIDSSR16",
    "SDS",
    "WHO5",
    "WSAS",
}
CODES = sorted(MAY_BE_PRINTED | WITHHELD)


def test_catalogue_has_every_instrument_in_order_of_code():
    assert [instrument.code for instrument in all_instruments()] == CODES


def test_file_names_are_the_codes():
    assert sorted(path.stem for path in FILES.glob("*.json")) == sorted(code.lower() for code in CODES)


def test_unknown_code_names_the_known_ones():
    with pytest.raises(UnknownInstrument, match=r"no instrument phq9.*PHQ9"):
        get_instrument("phq9")


def test_catalogue_is_read_once_and_frozen():
    instrument = get_instrument("PHQ9")

    assert get_instrument("PHQ9") is instrument
    with pytest.raises(dataclasses.FrozenInstanceError):
        instrument.name = "other"
    with pytest.raises(TypeError):
        instrument.thresholds["remission_max"] = 9


@pytest.mark.parametrize("code", sorted(MAY_BE_PRINTED))
def test_printable_instrument_has_every_question(code):
    instrument = get_instrument(code)

    assert instrument.can_be_given
    assert instrument.licence.decision == "ship"
    assert all(item.text for item in instrument.items)


@pytest.mark.parametrize("code", sorted(WITHHELD))
def test_instrument_without_permission_ships_no_wording(code):
    instrument = get_instrument(code)

    assert not instrument.can_be_given
    assert instrument.licence.decision == "withhold"
    assert instrument.instructions is None
    assert instrument.stem is None
    for item in instrument.items:
        assert item.text is None
        assert item.follow_up is None
        assert item.anchors == ()
        assert item.label
        assert len(item.label) <= 60
        assert all(re.fullmatch(r"\d+|Yes|No", label) for _, label in item.choices)


@pytest.mark.parametrize("phrase", ["cheerful", "daily life has been filled", "have you wished to be dead"])
def test_known_sentences_of_withheld_forms_are_nowhere_in_the_files(phrase):
    everything = "".join(path.read_text(encoding="utf-8").lower() for path in FILES.glob("*.json"))

    assert phrase not in everything


@pytest.mark.parametrize("code", CODES)
def test_bands_cover_the_range_without_overlap(code):
    instrument = get_instrument(code)
    step = instrument.scoring.multiplier
    if not instrument.bands:
        return

    assert instrument.bands[0].low == instrument.scoring.low
    assert instrument.bands[-1].high == instrument.scoring.high
    for lower, upper in zip(instrument.bands, instrument.bands[1:], strict=False):
        assert upper.low == lower.high + step


@pytest.mark.parametrize("code", CODES)
def test_items_are_choices_or_numbers_and_keys_are_unique(code):
    fields = get_instrument(code).fields

    assert len({item.key for item in fields}) == len(fields)
    for item in fields:
        assert bool(item.options) != item.is_range
        assert len({option.value for option in item.options}) == len(item.options)


@pytest.mark.parametrize("code", CODES)
def test_scoring_names_only_items_there_are(code):
    instrument = get_instrument(code)
    keys = {item.key for item in instrument.fields}
    named = set(instrument.scoring.items)
    for subscale in instrument.scoring.subscales:
        named |= set(subscale.items)
    for item in instrument.items:
        for condition in (item.ask_if, item.required_if):
            named |= set(condition.items) if condition else set()

    assert named <= keys


@pytest.mark.parametrize("code", CODES)
def test_every_source_id_is_in_the_sources_document(code):
    named = set(re.findall(r"AS-[A-Z0-9_]+-[A-Z]+", (FILES / f"{code.lower()}.json").read_text(encoding="utf-8")))
    listed = set(re.findall(r"AS-[A-Z0-9_]+-[A-Z]+", SOURCES.read_text(encoding="utf-8")))

    assert named <= listed


def test_meq30_subscales_share_out_thirty_items():
    subscales = get_instrument("MEQ30").scoring.subscales

    assert [len(subscale.items) for subscale in subscales] == [15, 6, 6, 3]
    assert len({key for subscale in subscales for key in subscale.items}) == 30


def test_gad7_uses_the_score_code_for_the_total_and_the_right_zero_answer():
    gad7 = get_instrument("GAD7")

    assert gad7.loinc["panel"] == "69737-5"
    assert gad7.loinc["total"] == "70274-6"
    assert gad7.item("q1").choices[0] == (0, "Not at all")


def test_pcl5_has_no_severity_words():
    assert get_instrument("PCL5").bands == ()


@pytest.mark.parametrize(
    ("code", "is_self_report"), [("PHQ9", True), ("CSSRS_SCREEN", True), ("ASQ", False), ("MADRS", False)]
)
def test_self_report_follows_the_kind(code, is_self_report):
    assert get_instrument(code).is_self_report is is_self_report


def asked(code, responses):
    return [item.key for item in get_instrument(code).asked_items(responses)]


@pytest.mark.parametrize(
    ("responses", "keys"),
    [
        ({}, ["q1", "q2", "q6"]),
        ({"q2": 0}, ["q1", "q2", "q6"]),
        ({"q1": 1, "q2": 1}, ["q1", "q2", "q3", "q4", "q5", "q6"]),
        ({"q2": 0, "q6": 1}, ["q1", "q2", "q6", "q6_3mo"]),
        ({"q2": 1, "q6": 1}, ["q1", "q2", "q3", "q4", "q5", "q6", "q6_3mo"]),
    ],
)
def test_cssrs_asks_by_its_skip_rule(responses, keys):
    assert asked("CSSRS_SCREEN", responses) == keys


@pytest.mark.parametrize("key", ["q1", "q2", "q3", "q4"])
@pytest.mark.parametrize(("answer", "asks_q5"), [(0, False), (1, True), ("refused", True), (None, False)])
def test_asq_asks_item_5_only_after_a_yes_or_a_refusal(key, answer, asks_q5):
    assert ("q5" in asked("ASQ", {key: answer})) is asks_q5


@pytest.mark.parametrize(("answer", "keys"), [(0, ["q1"]), (1, ["q1", "q2", "q3"])])
def test_auditc_stops_after_never(answer, keys):
    assert asked("AUDITC", {"q1": answer}) == keys


@pytest.mark.parametrize(("answer", "is_required"), [(0, False), (1, True), (3, True)])
def test_phq9_asks_about_difficulty_only_with_a_problem(answer, is_required):
    required = [item.key for item in get_instrument("PHQ9").required_items({"q3": answer})]

    assert ("q10" in required) is is_required
    assert required[:9] == [f"q{number}" for number in range(1, 10)]


def test_qids_needs_one_of_each_appetite_and_weight_pair():
    required = [item.key for item in get_instrument("QIDSSR16").required_items({"q7": 1, "q8": 0})]

    assert "q6" not in required
    assert "q7" in required
    assert "q9" not in required


def test_slider_has_range_and_anchors():
    mood = get_instrument("VASMOOD").item("mood")

    assert mood.is_range
    assert (mood.low, mood.high) == (0, 100)
    assert [at for at, _ in mood.anchors] == [0, 100]


@pytest.mark.parametrize(
    ("code", "key", "text", "answer"),
    [
        ("PHQ9", "q1", "3", 3),
        ("PHQ9", "q1", "", None),
        ("PHQ9", "q1", "three", "three"),
        ("ASQ", "q1", "refused", "refused"),
        ("RASS", "rass", "-5", -5),
        ("VASMOOD", "mood", "40", 40),
        ("PSQI", "hours_slept", "6.5", Decimal("6.5")),
        ("PSQI", "hours_slept", "long", "long"),
    ],
)
def test_form_text_becomes_the_answer(code, key, text, answer):
    assert get_instrument(code).item(key).answer_from_text(text) == answer


def test_unknown_item_key_is_refused_by_name():
    with pytest.raises(LookupError, match="PHQ9 has no question q11"):
        get_instrument("PHQ9").item("q11")


@pytest.mark.parametrize(
    ("code", "key", "wording"),
    [
        ("SUDS", "suds", "How much distress do you feel right now?"),
        ("MADRS", "m4", "sleep"),
        ("BDI2", "b1", "item 1"),
    ],
)
def test_wording_is_the_question_or_its_neutral_tag(code, key, wording):
    assert get_instrument(code).item(key).wording == wording


@pytest.mark.parametrize(("code", "key"), [("PHQ9", "q1"), ("ASQ", "q1"), ("SUDS", "suds")])
def test_choice_is_not_a_range(code, key):
    assert not get_instrument(code).item(key).is_range
