"""The OpenAPI document and its page: for staff only, under the content policy (docs/decisions/0004)."""

import re

import pytest

from tests.builders import accounts

pytestmark = pytest.mark.django_db
POLICY = "Content-Security-Policy"


@pytest.fixture
def nurse(client):
    return accounts.sign_in(client, accounts.clinic_with_staff().nurse)


def directives(response) -> dict[str, set[str]]:
    parts = [part.split() for part in response.headers[POLICY].split(";") if part.strip()]
    return {name: set(values) for name, *values in parts}


@pytest.mark.parametrize("address", ["/api/", "/api/schema/"])
def test_anonymous_is_sent_to_sign_in(client, address):
    assert client.get(address).status_code == 302


def test_page_has_one_directive_more_than_others(nurse):
    usual, here = directives(nurse.get("/")), directives(nurse.get("/api/"))
    assert here["img-src"] == {"'self'", "data:"}
    assert {**here, "img-src": usual["img-src"]} == usual
    assert usual["img-src"] == {"'self'"}


def test_page_holds_nothing_inline(nurse):
    page = nurse.get("/api/").text
    assert "<style" not in page
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert "http://" not in page
    assert "https://" not in page


def test_start_script_is_an_address_of_its_own(nurse):
    response = nurse.get("/api/?script=")
    assert response.headers["Content-Type"].startswith("application/javascript")
    assert "/api/schema/" in response.text


def test_document_names_both_ways_in(nurse):
    document = nurse.get("/api/schema/?format=json").json()
    assert document["openapi"].startswith("3.")
    assert set(document["components"]["securitySchemes"]) == {"page_session", "token"}
