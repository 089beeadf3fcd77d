"""A licensed form with minutes, hours and a list: loaded by a practice, answered on the phone, scored as published."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.catalogue import get_instrument
from assessments.definitions import answers_by_question
from assessments.models import Assessment
from tests.builders import accounts
from tests.builders import assessments as build
from tests.integration.portal.conftest import Phone
from tests.integration.portal.test_links import body_of

VECTORS = Path(__file__).parents[2] / "data" / "instrument_vectors.json"
EXAMPLES = json.loads(VECTORS.read_text(encoding="utf-8"))["PSQI"]
PSQI = get_instrument("PSQI")


@pytest.fixture
def given(clinic, patient):
    build.loaded_wording(clinic.admin, timezone.now(), code="PSQI")
    return build.given_set(patient, clinic.nurse, timezone.now(), instruments=("PSQI",))


def told(responses: dict, **changed) -> dict[str, str]:
    """As a browser sends it: one field for each question."""
    fields = answers_by_question(PSQI.items, responses) | changed
    return {key: str(value) for key, value in fields.items() if value is not None}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one["id"])
@pytest.mark.parametrize("channel", ["handed", "tablet"])
def test_the_examples_of_the_sleep_index_pass_over_the_phone(clinic, patient, given, example, channel):
    _, token = build.link(given, clinic.nurse, timezone.now(), channel=channel)
    phone = Phone(patient, token)
    assert phone.enter().post("part", 1, **told(example["responses"])).status_code == 303
    row, expected = Assessment.objects.get(), example["expect"]
    assert row.total == expected["global_"]
    assert {key: row.details[key] for key in expected} == expected
    assert row.answers == example["responses"]
    assert row.is_complete


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: one["id"])
def test_the_examples_pass_where_a_clinician_enters_them(clinic, given, example):
    nurse = accounts.sign_in(Client(), clinic.members["nurse"])
    address = reverse("assessments:answer", args=[given.pk, "PSQI"])
    assert "17 of 17" in body_of(nurse.get(address))
    assert nurse.post(address, told(example["responses"])).status_code == 302
    row = Assessment.objects.get()
    assert row.total == example["expect"]["global_"]
    page = body_of(nurse.get(reverse("assessments:assessment", args=[row.pk])))
    assert "Made-up question q5j?" in page
    assert f"{Decimal(str(example['responses']['hours_in_bed'])).normalize()} h" in page


def test_each_question_of_the_list_is_asked_alone_with_a_name(clinic, patient, given):
    _, token = build.link(given, clinic.nurse, timezone.now())
    page = body_of(Phone(patient, token).enter().get("part", 1))
    assert page.count("data-question") == len(PSQI.questions) + page.count("data-questionnaire") == 18
    assert "Made-up question q5b?" in page
    assert "4 of 17" in page
    assert "0 to 1440 minutes" in page
    assert "0 to 24 hours" in page
    assert 'aria-describedby="hours_slept-reach"' in page


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("latency_min", "1441", "Enter a number from 0 to 1440 min."),
        ("latency_min", "-1", "Enter a number from 0 to 1440 min."),
        ("hours_slept", "24.5", "Enter a number from 0 to 24 h."),
        ("hours_slept", "a while", "Enter a number from 0 to 24 h."),
        ("hours_slept", "NaN", "Enter a number from 0 to 24 h."),
        ("hours_slept", "8.5", "Hours asleep cannot be more than the hours in bed."),
        ("hours_in_bed", "0", "Enter more than 0 hours in bed."),
        ("hours_in_bed", "", "Please enter a number."),
        ("q5e", "", "Please choose an answer."),
        ("q5e", "4", "Choose one of 0, 1, 2, 3."),
    ],
)
def test_what_cannot_be_is_refused_beside_its_question(clinic, patient, given, field, value, words):
    _, token = build.link(given, clinic.nurse, timezone.now())
    answer = Phone(patient, token).enter().post("part", 1, **told(EXAMPLES[0]["responses"], **{field: value}))
    page = body_of(answer)
    assert answer.status_code == 422
    beside = page.partition(f'id="{field}-errors"')[2].partition("</ul>")[0]
    assert words in beside
    assert page.count('class="field-errors"') == 1
    assert not Assessment.objects.submitted().exists()


def test_what_was_kept_is_there_again_and_a_part_of_the_list_may_stay_open(clinic, patient, given):
    _, token = build.link(given, clinic.nurse, timezone.now())
    phone = Phone(patient, token).enter()
    assert phone.post("keep", 1, latency_min="12,5", hours_in_bed="8.0", q5c="2").status_code == 204
    assert phone.post("keep", 1, hours_in_bed="25").status_code == 422
    assert Assessment.objects.get().answers == {
        "latency_min": 12.5,
        "hours_in_bed": 8.0,
        "q5b_j": [None, 2, *[None] * 7],
    }
    page = body_of(Phone(patient, token).enter().get("part", 1))
    for shown in ('value="12.5"', 'value="8"', 'name="q5c" value="2" checked'):
        assert shown in page
    assert page.count(" checked") == 1
    assert phone.post("part", 1, **told({}, q5c="2", leave_open="1")).status_code == 303
    row = Assessment.objects.get()
    assert (row.total, row.is_complete) == (None, False)
    assert "q5b_j" in row.details["missing"]


def test_the_practice_loads_a_text_for_each_of_seventeen_questions(clinic):
    admin = accounts.sign_in(Client(), clinic.members["admin"])
    load = reverse("assessments:load_wording", args=["PSQI"])
    page = body_of(admin.get(load))
    assert "sleep disturbance 9 of 9" in page
    assert '"q5j": "…"' in page.replace("&quot;", '"')
    assert '"0": "…", "1": "…", "2": "…", "3": "…"' in page.replace("&quot;", '"')
    told = {"licence_holder": "Made-up Press", "licence_reference": "No. 7", "licensed_on": "2026-01-05"}
    told |= {"is_attested": "on", "texts": "\n".join(f"Text {n}?" for n in range(1, 18)), "labels": "0 = never"}
    assert admin.post(load, told).status_code == 302
    page = body_of(admin.get(reverse("assessments:licensed_preview", args=["PSQI"])))
    assert "Text 17?" in page
    assert "never" in page
