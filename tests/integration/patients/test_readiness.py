"""What of the chart holds a dose: each rule with both answers, and who may override it."""

from datetime import timedelta

import pytest

from accounts.roles import Permission
from common.clinical import Route
from patients import actions
from patients.contraindications import ITEMS
from patients.readiness import dose_blockers
from tests.builders import patients as build
from tests.builders.copies import deepcopy

OVERRIDE = Permission.OVERRIDE_BLOCKER.value


@pytest.fixture(scope="module")
def screened(shared, staffed, at):
    """Screened with no to everything, treatment consent signed."""
    return shared(lambda: build.ready_patient(staffed, at))


@pytest.fixture
def ready(clinic, screened):
    return deepcopy(screened)


def standing(patient, at, route=Route.IM) -> dict[str, str | None]:
    """Blocker code → who may override it."""
    return {blocker.code: blocker.override for blocker in dose_blockers(patient, at, route=route)}


def answer(clinic, patient, at, **answers):
    given = {item: (word, "") for item, word in answers.items()}
    actions.answer_contraindications(patient=patient, by=clinic.nurse, at=at, answers=given)


def test_nothing_stands_for_a_ready_patient(ready, at):
    for route in (*Route, None):
        assert standing(ready, at, route) == {}


def test_everything_stands_for_a_new_patient_and_nobody_may_override(patient, at):
    assert standing(patient, at) == {"CONSENT_MISSING": None, "SCREEN_UNANSWERED": None}


def test_the_whole_is_one_query(ready, at, django_assert_num_queries):
    with django_assert_num_queries(1):
        dose_blockers(ready, at, route=Route.IV)


@pytest.mark.parametrize("code", ITEMS)
def test_an_unknown_item_is_named_and_nobody_may_override(clinic, ready, at, code):
    answer(clinic, ready, at + timedelta(minutes=1), **{code: "unknown"})
    (blocker,) = dose_blockers(ready, at, route=Route.IM)
    assert (blocker.code, blocker.override) == ("SCREEN_UNKNOWN", None)
    assert ITEMS[code].label in blocker.sentence


@pytest.mark.parametrize("code", ITEMS)
def test_an_unanswered_item_is_named_and_nobody_may_override(clinic, patient, at, code):
    build.consent(patient, clinic.nurse, at)
    answer(clinic, patient, at, **{other: "no" for other in ITEMS if other != code})
    (blocker,) = dose_blockers(patient, at, route=Route.IM)
    assert (blocker.code, blocker.override) == ("SCREEN_UNANSWERED", None)
    assert ITEMS[code].label in blocker.sentence


@pytest.mark.parametrize("route", [*Route, None])
@pytest.mark.parametrize("code", ITEMS)
def test_a_yes_forbids_or_goes_to_the_prescriber(clinic, ready, at, code, route):
    answer(clinic, ready, at + timedelta(minutes=1), **{code: "yes"})
    expected = (
        {f"CONTRAINDICATED_{code.upper()}": None}
        if ITEMS[code].forbids(route)
        else {f"CAUTION_{code.upper()}": OVERRIDE}
    )
    assert standing(ready, at, route) == expected


def test_the_answer_written_last_counts_also_when_it_is_a_late_entry(clinic, ready, at):
    later = at + timedelta(hours=2)
    actions.answer_contraindications(
        patient=ready,
        by=clinic.nurse,
        at=later,
        answers={"avm": ("yes", "")},
        occurred_at=at - timedelta(days=1),
        late_reason="Letter of the hospital",
    )
    assert "CAUTION_AVM" in standing(ready, later)
    answer(clinic, ready, later + timedelta(minutes=1), avm="no")
    assert standing(ready, later) == {}


def test_a_withdrawn_treatment_consent_stands_until_a_newer_one(clinic, ready, at):
    consent = ready.consents.get(scope="treatment")
    hour = timedelta(hours=1)
    actions.withdraw_consent(consent=consent, by=clinic.nurse, at=at + hour, reason="")
    assert standing(ready, at) == {"CONSENT_WITHDRAWN": None}
    older = {"occurred_at": at - hour, "late_reason": "Found the paper"}
    build.consent(ready, clinic.nurse, at + 2 * hour, **older)
    assert standing(ready, at) == {"CONSENT_WITHDRAWN": None}
    build.consent(ready, clinic.nurse, at + 3 * hour)
    assert standing(ready, at) == {}


def test_other_consents_do_not_stand_for_treatment(clinic, patient, at):
    for scope in ("therapy", "messages", "touch"):
        build.consent(patient, clinic.nurse, at, scope=scope)
    assert "CONSENT_MISSING" in standing(patient, at)


@pytest.mark.parametrize(
    ("substance", "stands"), [("Ketamine", True), ("Spravato", True), ("Esketamine", True), ("Penicillin", False)]
)
def test_a_ketamine_allergy_forbids_every_route_until_it_is_ended(clinic, ready, at, substance, stands):
    row = actions.add_allergy(patient=ready, by=clinic.nurse, at=at, substance=substance, severity="mild")
    expected = {"KETAMINE_ALLERGY": None} if stands else {}
    for route in Route:
        assert standing(ready, at, route) == expected
    actions.end_fact(fact=row, by=clinic.nurse, at=at, ended_on=at.date())
    assert standing(ready, at) == {}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Theophylline", {"MEDICINE_THEOPHYLLINE": None}),
        ("Lorazepam", {"MEDICINE_BENZODIAZEPINE": OVERRIDE}),
        ("Oxycodone", {"MEDICINE_CNS_DEPRESSANT": OVERRIDE}),
        ("Methylphenidate", {"MEDICINE_STIMULANT": OVERRIDE}),
        ("Phenelzine", {"MEDICINE_MAOI": OVERRIDE}),
        ("Pseudoephedrine", {"MEDICINE_SYMPATHOMIMETIC": OVERRIDE}),
        ("Sertraline", {}),
    ],
)
def test_medicines_by_class(clinic, ready, at, name, expected):
    row = actions.add_medicine(patient=ready, by=clinic.nurse, at=at, name=name)
    assert standing(ready, at) == expected
    actions.end_fact(fact=row, by=clinic.nurse, at=at, ended_on=at.date())
    assert standing(ready, at) == {}


def test_two_medicines_of_one_class_are_one_blocker_that_names_both(clinic, ready, at):
    for name in ("Lorazepam", "Diazepam"):
        actions.add_medicine(patient=ready, by=clinic.nurse, at=at, name=name)
    (blocker,) = dose_blockers(ready, at, route=Route.IM)
    assert "Lorazepam" in blocker.sentence
    assert "Diazepam" in blocker.sentence


def test_every_blocker_has_a_source_and_a_page(clinic, patient, at):
    answer(clinic, patient, at, avm="yes", aneurysm="unknown")
    actions.add_medicine(patient=patient, by=clinic.nurse, at=at, name="Lorazepam")
    actions.add_allergy(patient=patient, by=clinic.nurse, at=at, substance="Ketamine", severity="severe")
    blockers = dose_blockers(patient, at)
    assert len({blocker.code for blocker in blockers}) == len(blockers) == 6
    for blocker in blockers:
        assert blocker.source.startswith("KAP-")
        assert str(patient.pk) in blocker.link


def tried(clinic, patient, at, *names, **more):
    told = {"what": "antidepressant", "was_adequate": True, "outcome": "none", "source": "patient"} | more
    for name in names:
        actions.add_trial(patient=patient, by=clinic.nurse, at=at, treatment=name, **told)


@pytest.mark.parametrize(
    ("route", "indication", "names", "codes"),
    [
        (Route.ESK, "TRD", [], {"TRIALS_TOO_FEW": OVERRIDE}),
        (Route.ESK, "TRD", ["Sertraline"], {"TRIALS_TOO_FEW": OVERRIDE}),
        (Route.ESK, "TRD", ["Sertraline", "Venlafaxine"], {}),
        (Route.ESK, "MDSI", [], {}),
        (Route.IV, "TRD", [], {}),
    ],
)
def test_esketamine_asks_for_two_failed_trials(clinic, ready, at, route, indication, names, codes):
    tried(clinic, ready, at, *names)
    blockers = dose_blockers(ready, at, route=route, indication=indication)
    assert {blocker.code: blocker.override for blocker in blockers} == codes


def test_the_number_on_record_stands_in_the_sentence(clinic, ready, at):
    tried(clinic, ready, at, "Sertraline")
    (blocker,) = dose_blockers(ready, at, route=Route.ESK, indication="TRD")
    assert blocker.sentence.startswith("1 of 2 failed antidepressants")
    assert (blocker.source, str(ready.pk) in blocker.link) == ("KAP-SCR-TRD", True)
