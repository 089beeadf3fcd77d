"""Pages of orders: works, anonymous, wrong role, other practice, bad input; and constant queries."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from common.models import AuditEvent
from dosing.models import DoseOrder
from dosing.titration import StepTerms
from patients.contraindications import ITEMS
from sessions_app.models import RosterEntry
from tests.builders import accounts, dosing, patients

pytestmark = pytest.mark.django_db
REASON = "discussed with the patient and the team"


@pytest.fixture(scope="module")
def now():
    return timezone.now() - timedelta(minutes=10)


@pytest.fixture(scope="module")
def staffed(shared, now):
    return shared(lambda: accounts.clinic_with_staff(at=now))


@pytest.fixture
def series(clinic, now):
    person = patients.patient_with_team(clinic, now)
    patients.screened(person, clinic.prescriber, now)
    return patients.series(person, clinic.prescriber, now, route="IM")


@pytest.fixture
def order(clinic, series, now):
    return dosing.signed_order(series, clinic.prescriber, now)


@pytest.fixture
def prescriber(client, clinic):
    return accounts.sign_in(client, clinic.prescriber)


def typed(clinic, **change):
    today = timezone.localdate()
    values = {
        "product_id": str(dosing.product(clinic.practice).pk),
        "weight": "70",
        "weight_unit": "kg",
        "weighed_on": today.isoformat(),
        "dose": "0.5",
        "dose_unit": "mg/kg",
        "expires_on": (today + timedelta(days=30)).isoformat(),
        "instructions": "Lie down.",
        "password": accounts.PASSWORD,
        "id": str(uuid.uuid4()),
        "replaces": "",
    }
    return {**values, **change}


def new_url(series):
    return reverse("dosing:order_new", args=[series.pk])


def test_form_is_empty_and_shows_the_last_weight_beside_it(prescriber, clinic, series, order):
    page = prescriber.get(new_url(series))
    assert "Last known weight" in page.text
    assert 'name="weight"' in page.text
    assert not page.context["form"]["weight"].value()
    assert AuditEvent.objects.filter(action="dosing.looked_at_order_form").exists()


def test_signing_makes_the_order_and_shows_it(prescriber, clinic, series):
    answer = prescriber.post(new_url(series), typed(clinic))
    order = DoseOrder.objects.get()
    assert answer.url == reverse("dosing:order", args=[order.pk])
    assert (order.dose_mg, order.weight_kg, order.instructions) == (35, 70, "Lie down.")


def test_pounds_are_converted(prescriber, clinic, series):
    prescriber.post(new_url(series), typed(clinic, weight="180", weight_unit="lb"))
    order = DoseOrder.objects.get()
    assert (order.weight_kg, order.dose_mg) == (Decimal("81.65"), Decimal("40.8"))


def test_sent_twice_is_one_order(prescriber, clinic, series):
    data = typed(clinic)
    first = prescriber.post(new_url(series), data)
    assert prescriber.post(new_url(series), data).url == first.url
    assert DoseOrder.objects.count() == 1


def test_soft_limit_asks_for_a_reason_and_keeps_what_was_typed(prescriber, clinic, series):
    answer = prescriber.post(new_url(series), typed(clinic, dose="0.8"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'name="override_DOSE_ABOVE_FIRST_SESSION"' in page
    assert 'value="0.8"' in page
    assert accounts.PASSWORD not in page
    done = prescriber.post(new_url(series), typed(clinic, dose="0.8", override_DOSE_ABOVE_FIRST_SESSION=REASON))
    assert done.status_code == 302
    assert DoseOrder.objects.get().overrides == {"DOSE_ABOVE_FIRST_SESSION": REASON}


def test_hard_limit_is_refused(prescriber, clinic, series):
    answer = prescriber.post(new_url(series), typed(clinic, dose="2.5", override_DOSE_ABOVE_HARD_MG_PER_KG=REASON))
    assert answer.status_code == 422
    assert "Refused" in answer.content.decode()
    assert not DoseOrder.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"weight": ""},
        {"weight": "heavy"},
        {"dose": "-1"},
        {"dose": "NaN"},
        {"dose_unit": "grams"},
        {"product_id": str(uuid.uuid4())},
        {"product_id": "x"},
        {"weighed_on": "2999-01-01"},
        {"expires_on": "2001-01-01"},
        {"password": "wrong one, sorry"},
        {"password": ""},
        {"replaces": "x"},
    ],
)
def test_bad_input_is_refused_and_nothing_is_signed(prescriber, clinic, series, change):
    assert prescriber.post(new_url(series), typed(clinic, **change)).status_code == 422
    assert not DoseOrder.objects.exists()


def test_amending_names_the_version_that_was_seen(prescriber, clinic, series, order):
    stale = prescriber.post(new_url(series), typed(clinic))
    assert stale.status_code == 409
    done = prescriber.post(new_url(series), typed(clinic, replaces=str(order.pk), dose="0.6"))
    assert done.status_code == 302
    assert DoseOrder.objects.get(version=2).replaces_id == order.pk


def test_checking_the_arithmetic_without_javascript_signs_nothing(prescriber, clinic, series):
    answer = prescriber.post(new_url(series), typed(clinic, check="1", password="", expires_on=""))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "70.0 kg × 0.5 mg/kg = 35.0 mg" in page
    assert "is-invalid" not in page
    assert not DoseOrder.objects.exists()


def test_preview_works_out_what_is_typed_so_far(prescriber, clinic, series):
    url = reverse("dosing:order_preview", args=[series.pk])
    page = prescriber.post(url, typed(clinic, dose="0.8", password="")).content.decode()
    assert "70.0 kg × 0.8 mg/kg = 56.0 mg" in page
    assert "override_DOSE_ABOVE_FIRST_SESSION" in page
    assert "<html" not in page
    assert AuditEvent.objects.filter(action="dosing.previewed_order").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"dose": "", "weight": ""}, "Enter weight and dose"),
        ({"weight": ""}, "Enter a weight measured today"),
        ({"weight": "700"}, "outside 30-300 kg"),
        ({"dose": "0.0001"}, "Enter weight and dose"),
        ({"dose": "0.001", "weight": "40"}, "check the decimal point"),
        ({"dose": "<script>"}, "Enter weight and dose"),
    ],
)
def test_preview_of_what_cannot_be(prescriber, clinic, series, change, words):
    page = prescriber.post(reverse("dosing:order_preview", args=[series.pk]), typed(clinic, **change))
    assert page.status_code == 200
    assert words in page.content.decode()


def test_preview_and_signing_say_the_same(prescriber, clinic, now):
    person = patients.patient_with_team(clinic, now)
    patients.screened(person, clinic.prescriber, now)
    course = patients.series(person, clinic.prescriber, now, route="IV")
    data = typed(clinic, final_volume_ml="100", duration_min="40", weight="82.4")
    page = prescriber.post(reverse("dosing:order_preview", args=[course.pk]), data).content.decode()
    prescriber.post(new_url(course), data)
    order = DoseOrder.objects.get()
    assert (order.dose_mg, order.pump_ml_per_h, order.mcg_per_kg_per_min) == (Decimal("41.2"), 150, Decimal("12.5"))
    for words in ("41.2", "0.82", "150", "12.5", "holds 41 mg"):
        assert words in page


def test_order_page_shows_working_limits_and_versions(prescriber, clinic, series, order, now):
    dosing.signed_order(series, clinic.prescriber, now, replaces=order, mg_per_kg=Decimal("0.6"))
    page = prescriber.get(reverse("dosing:order", args=[order.pk])).content.decode()
    for words in (
        "70.0 kg × 0.5 mg/kg = 35.0 mg",
        "replaced by version 2",
        "Version 2",
        order.content_sha256,
        "2.0 mg/kg",
    ):
        assert words in page
    look = AuditEvent.objects.get(action="dosing.looked_at_order")
    assert (look.object_id, look.patient_id) == (order.pk, series.patient_id)


def test_altered_order_says_so(prescriber, order, monkeypatch):
    monkeypatch.setattr("dosing.order_page.is_unaltered", lambda order: False)
    page = prescriber.get(reverse("dosing:order", args=[order.pk])).content.decode()
    assert "altered after it was signed" in page


def test_orders_of_a_patient(prescriber, clinic, series, order):
    page = prescriber.get(reverse("dosing:patient_orders", args=[series.patient_id])).content.decode()
    assert reverse("dosing:order", args=[order.pk]) in page
    assert new_url(series) in page


@pytest.mark.parametrize("role", ["nurse", "therapist", "admin", "compliance"])
def test_others_read_orders_but_write_none(client, clinic, series, order, role):
    accounts.sign_in(client, getattr(clinic, role))
    assert client.get(reverse("dosing:order", args=[order.pk])).status_code == 200
    listed = client.get(reverse("dosing:patient_orders", args=[series.patient_id]))
    assert listed.status_code == 200
    assert new_url(series) not in listed.content.decode()
    assert client.get(new_url(series)).status_code == 403
    assert client.post(new_url(series), typed(clinic)).status_code == 403
    assert client.post(reverse("dosing:order_preview", args=[series.pk]), typed(clinic)).status_code == 403


def addresses(series, order):
    return [
        new_url(series),
        reverse("dosing:order", args=[order.pk]),
        reverse("dosing:patient_orders", args=[series.patient_id]),
    ]


def test_nobody_sees_them_without_signing_in(client, series, order):
    for url in addresses(series, order):
        assert client.get(url).url.startswith(reverse("accounts:sign_in"))
    preview = client.post(reverse("dosing:order_preview", args=[series.pk]))
    assert preview.status_code == 302


def test_other_practice_and_off_the_team_get_not_found(client, clinic, series, order):
    strangers = [
        accounts.clinic_with_staff(name="Elsewhere").prescriber,
        accounts.staff(clinic.practice, roles=["prescriber"]),
    ]
    for stranger in strangers:
        accounts.sign_in(client, stranger)
        for url in addresses(series, order):
            assert client.get(url).status_code == 404
        assert client.post(new_url(series), typed(clinic)).status_code == 404
        assert client.post(reverse("dosing:order_preview", args=[series.pk]), {}).status_code == 404


def test_unknown_order_is_not_found(prescriber):
    assert prescriber.get(reverse("dosing:order", args=[uuid.uuid4()])).status_code == 404


def queries(client, url):
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_queries_do_not_grow_with_the_versions(prescriber, clinic, series, order, now):
    urls = [reverse("dosing:patient_orders", args=[series.patient_id]), reverse("dosing:order", args=[order.pk])]
    few = [queries(prescriber, url) for url in urls]
    newest = order
    for _ in range(12):
        newest = dosing.signed_order(series, clinic.prescriber, now, replaces=newest)
    # A replaced order joins to its follower, so the page of the first version stays the same work.
    assert [queries(prescriber, url) for url in urls] == few


def test_series_page_leads_to_the_order(prescriber, clinic, series):
    page = prescriber.get(reverse("patients:series", args=[series.pk])).content.decode()
    assert new_url(series) in page


@pytest.mark.parametrize("role", ["nurse", "compliance", "therapist"])
def test_doses_given_are_listed_for_those_whose_team_practice_or_roster_reaches_them(client, clinic, now, role):
    """R12: a therapist reads the doses of the sessions whose roster names them, and no others."""
    record = dosing.dosing_record(clinic, now)
    dosing.given_dose(clinic, record, now)
    accounts.sign_in(client, getattr(clinic, role))
    address = reverse("dosing:patient_orders", args=[record.patient_id])
    assert "Doses given" in client.get(address).text
    RosterEntry.objects.filter(duty="therapist").update(left_at=now)
    assert ("Doses given" in client.get(address).text) is (role != "therapist")


FORBIDDEN = next(item for item in ITEMS.values() if item.forbids("IM"))


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (None, "none of its"),
        ({"uncontrolled_hypertension": "unknown"}, "contraindication screen: uncontrolled hypertension"),
        ({FORBIDDEN.code: "yes"}, f"Contraindicated: {FORBIDDEN.label}."),
    ],
)
def test_no_order_over_an_open_screen_or_a_contraindication(prescriber, clinic, now, answers, words):
    """J1: the refusal names what is missing, and what was typed is still there."""
    person = patients.patient_with_team(clinic, now)
    if answers is not None:
        patients.screened(person, clinic.prescriber, now, **answers)
    course = patients.series(person, clinic.prescriber, now, route="IM")
    response = prescriber.post(reverse("dosing:order_new", args=[course.pk]), typed(clinic))
    assert response.status_code == 422
    assert words in response.text
    assert 'value="70"' in response.text
    assert not DoseOrder.objects.filter(series=course).exists()


def plan(**change):
    return {
        "max_mg": "60",
        "step_1_from": "3",
        "step_1_dose": "0.75",
        "step_1_most": "50",
        "step_1_condition": "If tolerated",
        "review_after": "2, 4",
        **change,
    }


def test_plan_is_signed_with_the_order_and_shown(prescriber, clinic, series):
    page = prescriber.get(new_url(series))
    assert page.context["form"]["review_after"].value() == series.review_after
    answer = prescriber.post(new_url(series), typed(clinic, **plan()), follow=True)
    order = DoseOrder.objects.get()
    assert [(step.from_dose, step.dose_mg) for step in order.steps.all()] == [(3, 50)]
    assert [point.after_dose for point in order.review_points.all()] == [2, 4]
    for words in ("Doses 1-2", "Doses 3-6", "If tolerated", "52.5 mg is more than the most of 50 mg", "0 of 6"):
        assert words in answer.text
    shown = prescriber.get(reverse("patients:series", args=[series.pk])).text
    assert "Doses 3-6" in shown
    assert "Review due after dose 2" in shown


def test_preview_works_out_each_step(prescriber, clinic, series):
    address = reverse("dosing:order_preview", args=[series.pk])
    page = prescriber.post(address, typed(clinic, **plan(step_2_from="4", step_2_dose="1.6")))
    assert "70.0 kg × 0.75 mg/kg = 52.5 mg" in page.text
    assert "From dose 4: 1.6 mg/kg" in page.text
    assert 'name="override_DOSE_ABOVE_SOFT_MG_PER_KG_DOSE_4"' in page.text


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"step_1_from": ""}, "step_1_from"),
        ({"step_1_from": "1"}, "step_1_from"),
        ({"step_1_from": "7"}, "step_1_from"),
        ({"step_1_dose": ""}, "step_1_dose"),
        ({"step_1_dose": "much"}, "step_1_dose"),
        ({"step_2_from": "3", "step_2_dose": "0.8"}, "step_2_from"),
        ({"step_3_from": "5", "step_3_dose": "0.8"}, "step_3_from"),
        ({"review_after": "6"}, "review_after"),
        ({"review_after": "two"}, "review_after"),
        ({"review_after": "2 2"}, "review_after"),
        ({"max_mg": "-1"}, "max_mg"),
    ],
)
def test_plan_that_cannot_be_keeps_what_was_typed(prescriber, clinic, series, change, field):
    page = prescriber.post(new_url(series), typed(clinic, **plan(**change)))
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert page.context["form"]["step_1_condition"].value() == "If tolerated"
    assert not DoseOrder.objects.exists()


def test_esketamine_has_steps_in_mg_without_a_most(prescriber, clinic, now):
    person = patients.patient_with_team(clinic, now)
    patients.screened(person, clinic.prescriber, now)
    course = patients.series(person, clinic.prescriber, now, route="ESK")
    assert "step_1_most" not in prescriber.get(new_url(course)).text
    spray = str(dosing.product(clinic.practice, "Spravato").pk)
    dose = {"product_id": spray, "dose": "56", "dose_unit": "mg", "step_1_from": "2", "step_1_dose": "84"}
    prescriber.post(new_url(course), typed(clinic, **dose))
    assert DoseOrder.objects.get().steps.get().dose_mg == 84


@pytest.fixture
def waiting(clinic, series, now):
    """An order whose review after dose 1 is due."""
    order = dosing.signed_order(series, clinic.prescriber, now, review_after=(1,))
    dosing.given_dose(clinic, dosing.dosing_record(clinic, now, order=order), now)
    return order


def reviewed(client, order, **change):
    values = {"after_dose": "1", "note": "Calmer, no adverse event", "password": accounts.PASSWORD, "id": uuid.uuid4()}
    return client.post(reverse("dosing:continue_plan", args=[order.pk]), values | change, follow=True)


def test_review_is_signed_on_the_page_of_the_order(prescriber, waiting):
    page = prescriber.get(reverse("dosing:order", args=[waiting.pk]))
    assert "Plan review after dose 1" in page.text
    assert waiting.patient.name in prescriber.get("/").text
    done = reviewed(prescriber, waiting)
    assert "The plan goes on" in done.text
    assert "Calmer, no adverse event" in done.text
    assert "continue_form" not in done.context


@pytest.mark.parametrize("change", [{"note": ""}, {"note": "short"}, {"password": "not mine"}, {"password": ""}])
def test_review_without_words_or_password_is_refused(prescriber, waiting, change):
    page = reviewed(prescriber, waiting, **change)
    assert page.status_code == 422
    assert page.context["continue_form"].errors.keys() == change.keys()
    assert not waiting.continuations.exists()


def test_second_review_is_stale(prescriber, waiting):
    reviewed(prescriber, waiting)
    assert reviewed(prescriber, waiting).status_code == 409


def test_others_read_that_a_review_is_due(client, clinic, waiting):
    nurse = accounts.sign_in(client, clinic.nurse)
    page = nurse.get(reverse("dosing:order", args=[waiting.pk]))
    assert "review due" in page.text
    assert "Go on with the plan" not in page.text
    assert reviewed(nurse, waiting).status_code == 403


def test_order_page_asks_the_same_however_long_the_plan(prescriber, clinic, series, now):
    steps = [StepTerms(from_dose=number, mg_per_kg=Decimal("0.5")) for number in (2, 3, 4, 5)]
    counts = []
    for terms in ({"steps": steps[:1], "review_after": (1,)}, {"steps": steps, "review_after": (1, 2, 3, 4, 5)}):
        newest = DoseOrder.objects.newest_of(series.pk)
        order = dosing.signed_order(series, clinic.prescriber, now, replaces=newest, **terms)
        address = reverse("dosing:order", args=[order.pk])
        prescriber.get(address)
        with CaptureQueriesContext(connection) as captured:
            prescriber.get(address)
        counts.append(len(captured))
    assert counts[0] == counts[1]
