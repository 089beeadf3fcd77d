"""Licensed wording: one practice loads it and only that one gives it; versions stay; withdrawn, nobody reads it."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments import actions
from assessments.drafts import new_draft
from assessments.models import LicensedWording, WordingWithdrawal
from assessments.practice_catalogue import catalogue_of
from common.errors import InvalidInput, OutOfScope, StaleState
from common.models import AuditEvent
from sessions_app.settings_in_force import settings_of
from tests.builders import accounts
from tests.builders import assessments as build

NOW = timezone.now
REASON = "The licence ended this spring"


def text(answer) -> str:
    return answer.content.decode()


def answered_bdi(clinic, patient):
    given = build.given_set(patient, clinic.nurse, NOW(), instruments=("BDI2",))
    answers = build.lowest_answers("BDI2")
    draft = new_draft(given, "BDI2", NOW())
    return actions.submit_assessment(assessment=draft, by=clinic.nurse, at=NOW(), answers=answers)


def test_only_the_practice_with_the_licence_gives_it(clinic, other_clinic, patient):
    with pytest.raises(InvalidInput, match="may not be shown without a licence"):
        build.given_set(patient, clinic.nurse, NOW(), instruments=("BDI2",))
    build.loaded_wording(clinic.admin, NOW())
    row = answered_bdi(clinic, patient)
    assert (row.total, row.instrument_version) == (0, "1996, wording 1")
    assert catalogue_of(clinic.practice.pk).of(row).items[0].text.startswith("Made-up question")
    theirs = catalogue_of(other_clinic.practice.pk)
    assert not theirs.get("BDI2").can_be_given
    assert theirs.get("BDI2").items[0].text is None
    assert "BDI2" not in [each.code for each in theirs.offered()]


def test_each_version_stays_and_answers_keep_theirs(clinic, patient):
    first = build.loaded_wording(clinic.admin, NOW())
    row = answered_bdi(clinic, patient)
    other = build.made_up_wording("BDI2")
    wording = type(other)({key: f"Newer {key}?" for key in other.items}, other.answers)
    build.loaded_wording(clinic.prescriber, NOW(), wording=wording)
    catalogue = catalogue_of(clinic.practice.pk)
    assert catalogue.of(row).items[0].text.startswith("Made-up question")
    assert catalogue.get("BDI2").items[0].text.startswith("Newer")
    for attack in (lambda rows: rows.update(texts={}), lambda rows: rows._raw_delete("default")):
        with pytest.raises(DatabaseError), transaction.atomic():
            attack(LicensedWording.objects.filter(pk=first.pk))
    event = AuditEvent.objects.filter(action="assessments.load_wording").order_by("at").first()
    assert event.detail == {"code": "BDI2", "version": 1, "licence": "Made-up Press, No. 1234"}
    assert event.actor_id == clinic.admin.user_id


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"is_attested": False}, "is_attested"),
        ({"licence_holder": " "}, "licence_holder"),
        ({"licence_reference": "x"}, "licence_reference"),
        ({"licensed_on": None}, "licensed_on"),
        ({"licensed_on": (NOW() + timedelta(days=2)).date()}, "licensed_on"),
        ({"wording": build.made_up_wording("SDS")}, "texts"),
    ],
)
def test_nothing_is_loaded_without_a_licence_or_with_unfit_texts(clinic, changed, field):
    with pytest.raises(InvalidInput) as caught:
        build.loaded_wording(clinic.admin, NOW(), **changed)
    assert list(caught.value.fields) == [field]
    assert not LicensedWording.objects.exists()


@pytest.mark.parametrize("code", ["PHQ9", "OWN-1", "NOPE"])
def test_there_is_nothing_to_load_for_others(clinic, code):
    with pytest.raises(OutOfScope):
        build.loaded_wording(clinic.admin, NOW(), code=code, wording=build.made_up_wording("SDS"))


def test_withdrawn_it_is_shown_to_nobody_and_answers_stay_in_numbers(clinic, patient):
    build.loaded_wording(clinic.admin, NOW())
    row = answered_bdi(clinic, patient)
    in_hand = build.given_set(patient, clinic.nurse, NOW(), instruments=("BDI2",))
    with pytest.raises(InvalidInput, match="1 set that wait"):
        actions.withdraw_wording(by=clinic.admin, at=NOW(), code="BDI2", reason=REASON)
    actions.cancel_set(assessment_set=in_hand, by=clinic.nurse, at=NOW())
    actions.withdraw_wording(by=clinic.admin, at=NOW(), code="BDI2", reason=REASON)
    assert WordingWithdrawal.objects.get().reason == REASON
    with pytest.raises(StaleState):
        actions.withdraw_wording(by=clinic.admin, at=NOW(), code="BDI2", reason=REASON)
    with pytest.raises(InvalidInput, match="may not be shown without a licence"):
        build.given_set(patient, clinic.nurse, NOW(), instruments=("BDI2",))
    page = text(accounts.sign_in(Client(), clinic.nurse).get(reverse("assessments:assessment", args=[row.pk])))
    assert "Made-up" not in page
    assert "item 1" in page
    build.loaded_wording(clinic.admin, NOW(), licence_reference="No. 99")
    assert build.given_set(patient, clinic.nurse, NOW(), instruments=("BDI2",)).versions == {"BDI2": "1996, wording 2"}


def test_the_cockpit_offers_cadss_6_with_the_same_licence(clinic):
    """KAP-SCALE-CADSS: attested once, used in both places."""
    assert settings_of(clinic.practice.pk).cadss6_licence == ""
    row = build.loaded_wording(clinic.admin, NOW(), code="CADSS")
    held = settings_of(clinic.practice.pk).cadss6_licence
    assert held == f"Made-up Press, No. 1234, {row.licensed_on}"
    build.loaded_wording(clinic.admin, NOW(), code="BDI2", licence_holder="Somebody else")
    assert settings_of(clinic.practice.pk).cadss6_licence == held
    actions.withdraw_wording(by=clinic.admin, at=NOW(), code="CADSS", reason=REASON)
    assert settings_of(clinic.practice.pk).cadss6_licence == ""


# the pages


def told(**changed) -> dict:
    values = {"licence_holder": "Made-up Press", "licence_reference": "No. 7", "licensed_on": "2026-01-05"}
    return values | {"is_attested": "on", "texts": "One?\nTwo?\nThree?", "labels": ""} | changed


def test_an_admin_loads_and_withdraws_texts(clinic, other_clinic):
    admin = accounts.sign_in(Client(), clinic.members["admin"])
    of, load = (reverse(f"assessments:{name}", args=["SDS"]) for name in ("licensed_of", "load_wording"))
    assert reverse("assessments:licensed") in text(admin.get(reverse("assessments:own")))
    assert "No texts are loaded" in text(admin.get(of))
    assert "&quot;instrument&quot;" in text(admin.get(load)) or '"instrument": "SDS"' in text(admin.get(load))
    short = admin.post(load, told(texts="One?\nTwo?"))
    assert short.status_code == 422
    assert "SDS has 3 questions; there are 2 texts." in text(short)
    assert "One?" in text(short)
    assert "Without the licence" in text(admin.post(load, told(is_attested="")))
    assert admin.post(load, told())["Location"] == of
    assert "Used under licence" in text(admin.get(reverse("assessments:licensed_preview", args=["SDS"])))
    page = text(admin.get(of))
    assert "Made-up Press" in page
    assert clinic.members["admin"].user.full_name in page
    theirs = accounts.sign_in(Client(), other_clinic.members["admin"])
    assert theirs.get(reverse("assessments:licensed_preview", args=["SDS"])).status_code == 404
    assert "Made-up Press" not in text(theirs.get(of))
    withdraw = reverse("assessments:withdraw_wording", args=["SDS"])
    assert admin.post(withdraw, {"reason": "x"}).status_code == 422
    assert admin.post(withdraw, {"reason": REASON})["Location"] == of
    assert REASON in text(admin.get(of))


def test_json_is_taken_and_what_does_not_fit_is_refused(clinic):
    admin = accounts.sign_in(Client(), clinic.members["prescriber"])
    load = reverse("assessments:load_wording", args=["SDS"])

    def send(document: str):
        return admin.post(load, told(texts="", document=document))

    whole = '{"instrument": "SDS", "items": {"work": "One?", "social": "Two?", "family": "Three?"}}'
    keys = [item.key for item in catalogue_of(clinic.practice.pk).get("SDS").items]
    for name, key in zip(("work", "social", "family"), keys, strict=True):
        whole = whole.replace(f'"{name}"', f'"{key}"')
    assert "This is not JSON." in text(send("no"))
    assert "at most 200000 characters" in text(send("{" * 200_001))
    assert send(whole).status_code == 302
    assert LicensedWording.objects.get().texts["items"][keys[0]] == "One?"


@pytest.mark.parametrize(("member", "status"), [("nurse", 403), ("compliance", 403), ("prescriber", 200)])
def test_who_may_load(clinic, member, status):
    browser = accounts.sign_in(Client(), clinic.members[member])
    assert browser.get(reverse("assessments:licensed")).status_code == 200
    assert browser.get(reverse("assessments:load_wording", args=["SDS"])).status_code == status
    assert browser.post(reverse("assessments:withdraw_wording", args=["SDS"]), {"reason": REASON}).status_code != 302


def test_the_cost_of_the_list_does_not_grow(clinic):
    admin = accounts.sign_in(Client(), clinic.members["admin"])

    def cost():
        with CaptureQueriesContext(connection) as captured:
            admin.get(reverse("assessments:licensed"))
        return len(captured)

    build.loaded_wording(clinic.admin, NOW(), code="SDS")
    few = cost()
    for code in ("BDI2", "WSAS", "EBI", "BDI2"):
        build.loaded_wording(clinic.admin, NOW(), code=code)
    assert cost() == few
