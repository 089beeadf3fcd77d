"""Pages of stock, products and limits: works, anonymous, wrong role, other practice, bad input; constant queries."""

import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dosing import actions
from dosing.models import Product, RouteLimit, StockLot
from tests.builders import accounts, dosing

pytestmark = pytest.mark.django_db
READERS = {
    "dosing:stock": {"prescriber", "nurse", "admin", "compliance"},
    "dosing:products": {"prescriber", "nurse", "admin", "compliance"},
    "dosing:limits": {"prescriber", "nurse", "therapist", "admin", "compliance"},
    "dosing:receive_stock": {"prescriber", "nurse", "admin"},
    "dosing:product_new": {"prescriber"},
    "dosing:amounts": {"prescriber", "nurse"},
}
ROLES = ("prescriber", "nurse", "therapist", "admin", "compliance")


@pytest.fixture(scope="module")
def now():
    return timezone.now() - timedelta(minutes=10)


@pytest.fixture(scope="module")
def staffed(shared, now):
    return shared(lambda: accounts.clinic_with_staff(at=now))


@pytest.fixture
def nurse(client, clinic):
    return accounts.sign_in(client, clinic.nurse)


@pytest.fixture
def prescriber(client, clinic):
    return accounts.sign_in(client, clinic.prescriber)


@pytest.mark.parametrize("route", READERS)
@pytest.mark.parametrize("role", ROLES)
def test_who_may_open(client, clinic, route, role):
    accounts.sign_in(client, getattr(clinic, role))
    assert client.get(reverse(route)).status_code == (200 if role in READERS[route] else 403)


@pytest.mark.parametrize("route", READERS)
def test_nobody_opens_without_signing_in(client, route):
    assert client.get(reverse(route)).url.startswith(reverse("accounts:sign_in"))


def test_lot_shows_its_ledger(nurse, clinic, now):
    lot = dosing.stock_lot(clinic.nurse, now, amount_mg=Decimal(500), invoice="INV-7")
    dosing.given_dose(clinic, dosing.dosing_record(clinic, now), now, lot)
    page = nurse.get(reverse("dosing:lot", args=[lot.pk])).content.decode()
    for words in ("465", "INV-7", "Received", "Drawn", "9.3"):
        assert words in page


@pytest.mark.parametrize(("role", "status"), [("compliance", 200), ("therapist", 403)])
def test_who_may_open_a_lot(client, clinic, now, role, status):
    lot = dosing.stock_lot(clinic.nurse, now)
    accounts.sign_in(client, getattr(clinic, role))
    assert client.get(reverse("dosing:lot", args=[lot.pk])).status_code == status


def test_other_practice_sees_no_lot_product_or_limit(client, clinic, now):
    lot = dosing.stock_lot(clinic.nurse, now, lot_number="OURS")
    product = dosing.product(clinic.practice)
    elsewhere = accounts.clinic_with_staff(name="Elsewhere")
    accounts.sign_in(client, elsewhere.prescriber)
    assert client.get(reverse("dosing:lot", args=[lot.pk])).status_code == 404
    assert client.post(reverse("dosing:product_in_use", args=[product.pk]), {"is_active": "no"}).status_code == 404
    assert "OURS" not in client.get(reverse("dosing:stock")).content.decode()
    given = client.get(reverse("dosing:amounts"), {"lot": str(lot.pk), "drawn_amount": "1"})
    assert given.content.decode().strip() == ""
    product.refresh_from_db()
    assert product.is_active


def test_list_is_filtered(nurse, clinic, now):
    today = timezone.localdate()
    dosing.stock_lot(clinic.nurse, now, lot_number="FAR")
    dosing.stock_lot(clinic.nurse, now, lot_number="SOON", expires_on=today + timedelta(days=90))
    dosing.stock_lot(clinic.nurse, now, lot_number="LATER", expires_on=today + timedelta(days=91))
    old = now - timedelta(days=30)
    dosing.stock_lot(clinic.nurse, old, lot_number="GONE", expires_on=today - timedelta(days=1))

    def shown(**query):
        page = nurse.get(reverse("dosing:stock"), query).content.decode()
        return {name for name in ("FAR", "SOON", "LATER", "GONE") if f">{name}<" in page}

    assert shown() == {"FAR", "SOON", "LATER", "GONE"}
    assert shown(show="expiring") == {"SOON"}
    assert shown(show="expired") == {"GONE"}
    assert shown(show="empty") == set()
    assert shown(q="oo") == {"SOON"}
    assert shown(product=str(dosing.product(clinic.practice, "Spravato").pk)) == set()
    assert shown(show="'; DROP TABLE", product="x") == {"FAR", "SOON", "LATER", "GONE"}


def delivery(clinic, **change):
    values = {
        "id": str(uuid.uuid4()),
        "product_id": str(dosing.product(clinic.practice).pk),
        "lot_number": "A1",
        "expires_on": (timezone.localdate() + timedelta(days=300)).isoformat(),
        "amount": "12.5",
        "location": "Safe A",
        "supplier": "Pharmacy",
    }
    return {**values, **change}


def test_delivery_is_typed_in_millilitres_and_kept_in_milligrams(nurse, clinic):
    assert "whole vials" in nurse.post(reverse("dosing:receive_stock"), delivery(clinic)).text
    answer = nurse.post(reverse("dosing:receive_stock"), delivery(clinic, containers="1"))
    lot = StockLot.objects.get()
    assert answer.url == reverse("dosing:lot", args=[lot.pk])
    assert lot.balance_mg == 625


def test_devices_are_counted(nurse, clinic):
    product = dosing.product(clinic.practice, "Spravato")
    data = delivery(clinic, product_id=str(product.pk), amount="10")
    assert nurse.post(reverse("dosing:receive_stock"), data).status_code == 302
    assert StockLot.objects.get().balance_mg == 280
    half = nurse.post(reverse("dosing:receive_stock"), {**data, "amount": "1.5", "id": str(uuid.uuid4())})
    assert half.status_code == 422


@pytest.mark.parametrize(
    "change",
    [
        {"amount": ""},
        {"amount": "-1"},
        {"amount": "0.0001"},
        {"amount": "10001"},
        {"lot_number": ""},
        {"expires_on": "2001-01-01"},
        {"expires_on": "soon"},
        {"product_id": str(uuid.uuid4())},
        {"supplier": ""},
        {"location": ""},
        {"occurred_at": "2999-01-01T10:00"},
        {"occurred_at": "2020-01-01T10:00"},
        {"id": "x"},
    ],
)
def test_bad_delivery_is_refused(nurse, clinic, change):
    assert nurse.post(reverse("dosing:receive_stock"), delivery(clinic, **change)).status_code == 422
    assert not StockLot.objects.exists()


@pytest.mark.parametrize("role", ["therapist", "compliance"])
def test_who_may_not_receive(client, clinic, role):
    accounts.sign_in(client, getattr(clinic, role))
    assert client.post(reverse("dosing:receive_stock"), delivery(clinic)).status_code == 403


def test_amounts_are_worked_out_for_the_lot(nurse, clinic, now):
    lot = dosing.stock_lot(clinic.nurse, now, amount_mg=Decimal(500))
    url = reverse("dosing:amounts")
    page = nurse.get(url, {"lot": str(lot.pk), "drawn_amount": "0.82", "given_amount": "0.7"}).content.decode()
    for words in ("41", "35", "then holds 459", "6\xa0mg is left over"):
        assert words in page
    more = nurse.get(url, {"lot": str(lot.pk), "drawn_amount": "11", "given_amount": "12"}).content.decode()
    assert "more than the lot holds" in more
    assert "more given than drawn" in more
    for odd in ({}, {"lot": "x"}, {"lot": str(uuid.uuid4())}):
        assert nurse.get(url, odd).content.decode().strip() == ""
    assert nurse.get(url, {"lot": str(lot.pk), "drawn_amount": "NaN"}).status_code == 200


def test_product_is_added_and_taken_out_of_use(prescriber, clinic):
    data = {"name": "Ketamine 20 mg/mL", "form": "solution", "strength": "20", "routes": ["IM"], "ndc": "12345-678-90"}
    assert prescriber.post(reverse("dosing:product_new"), data).status_code == 302
    product = Product.objects.get(name="Ketamine 20 mg/mL")
    url = reverse("dosing:product_in_use", args=[product.pk])
    prescriber.post(url, {"is_active": "no"})
    product.refresh_from_db()
    assert not product.is_active
    prescriber.post(url, {"is_active": "yes"})
    product.refresh_from_db()
    assert product.is_active
    assert prescriber.get(url).status_code == 405


@pytest.mark.parametrize(
    "change", [{"name": ""}, {"strength": "0"}, {"routes": []}, {"routes": ["ESK"]}, {"ndc": "1"}, {"form": "x"}]
)
def test_bad_product_is_refused(prescriber, change):
    data = {"name": "New", "form": "solution", "strength": "20", "routes": ["IM"], **change}
    assert prescriber.post(reverse("dosing:product_new"), data).status_code == 422
    assert not Product.objects.filter(name="New").exists()


@pytest.mark.parametrize("role", ["nurse", "therapist", "admin", "compliance"])
def test_who_may_not_change_products_or_limits(client, clinic, role):
    accounts.sign_in(client, getattr(clinic, role))
    product = dosing.product(clinic.practice)
    assert client.post(reverse("dosing:product_new"), {}).status_code == 403
    assert client.post(reverse("dosing:product_in_use", args=[product.pk]), {}).status_code == 403
    assert client.get(reverse("dosing:limits_new", args=["IM"])).status_code == 403
    assert client.post(reverse("dosing:limits_new", args=["IM"]), {}).status_code == 403


def limits_typed(prescriber, route, **change):
    page = prescriber.get(reverse("dosing:limits_new", args=[route]))
    form = page.context["form"]
    values = {name: form[name].value() for name in form.fields}
    values |= {"source": "Medical director", "note": "Reviewed in the June meeting.", **change}
    return {name: "" if value is None else value for name, value in values.items()}


@pytest.mark.parametrize("route", ["ALL", "IV", "IM", "SC", "IN_RACEMIC", "ESK", "SL", "PO"])
def test_new_version_of_each_route(prescriber, clinic, route):
    url = reverse("dosing:limits_new", args=[route])
    answer = prescriber.post(url, limits_typed(prescriber, route))
    assert answer.url == reverse("dosing:limits_of_route", args=[route])
    first, second = RouteLimit.objects.filter(practice=clinic.practice, route=route).order_by("version")
    assert {**second.values, "source": ""} == {**first.values, "source": ""}
    page = prescriber.get(answer.url).content.decode()
    assert "Version 2" in page
    assert "holds now" in page


def test_changed_limit_shows_before_and_after(prescriber):
    prescriber.post(reverse("dosing:limits_new", args=["IM"]), limits_typed(prescriber, "IM", soft_max_mg="100"))
    page = prescriber.get(reverse("dosing:limits_of_route", args=["IM"])).content.decode()
    assert ">125<" in page
    assert ">100<" in page


@pytest.mark.parametrize(
    "change",
    [
        {"soft_max_mg": "500"},
        {"hard_max_mg": ""},
        {"hard_max_mg": "lots"},
        {"note": "short"},
        {"source": ""},
        {"replaces_version": "x"},
    ],
)
def test_bad_limits_are_refused(prescriber, clinic, change):
    answer = prescriber.post(reverse("dosing:limits_new", args=["IM"]), limits_typed(prescriber, "IM", **change))
    assert answer.status_code == 422
    assert RouteLimit.objects.filter(practice=clinic.practice, route="IM").count() == 1


def test_stale_limits_are_refused(prescriber):
    data = limits_typed(prescriber, "IM")
    url = reverse("dosing:limits_new", args=["IM"])
    assert prescriber.post(url, data).status_code == 302
    assert prescriber.post(url, data).status_code == 409


def test_unknown_route_of_limits(prescriber):
    for name in ("limits_of_route", "limits_new"):
        assert prescriber.get(reverse(f"dosing:{name}", args=["XX"])).status_code == 404


def queries(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_queries_do_not_grow(nurse, clinic, now):
    lot = dosing.stock_lot(clinic.nurse, now, lot_number="X")
    urls = [reverse(name) for name in ("dosing:stock", "dosing:products", "dosing:limits", "accounts:home")]
    urls.append(reverse("dosing:lot", args=[lot.pk]))
    for number in range(3):
        dosing.stock_lot(clinic.nurse, now, lot_number=f"A{number}", expires_on=timezone.localdate())
    few = [queries(nurse, url) for url in urls]
    for number in range(30):
        dosing.stock_lot(clinic.nurse, now, lot_number=f"B{number}", expires_on=timezone.localdate())
        dosing.stock_lot(clinic.nurse, now, lot_number="X", amount_mg=Decimal(50))
    assert [queries(nurse, url) for url in urls] == few


def test_home_shows_what_the_drug_needs(client, clinic, now):
    record = dosing.dosing_record(clinic, now)
    dosing.given_dose(clinic, record, now, drawn_mg=Decimal(50))
    dosing.stock_lot(clinic.nurse, now, lot_number="SOON", expires_on=timezone.localdate())
    for role in ("nurse", "admin", "compliance"):
        page = accounts.sign_in(client, getattr(clinic, role)).get(reverse("accounts:home")).content.decode()
        assert "Remainder open" in page
        assert "SOON" in page
    page = accounts.sign_in(client, clinic.therapist).get(reverse("accounts:home")).content.decode()
    assert "Remainder open" not in page


def test_home_is_quiet_when_nothing_is_open(nurse, clinic, now):
    dosing.stock_lot(clinic.nurse, now)
    actions.set_product_in_use(
        product=dosing.product(clinic.practice, "Spravato"), by=clinic.prescriber, at=now, is_active=False
    )
    assert "panel-stock" not in nurse.get(reverse("accounts:home")).content.decode()
