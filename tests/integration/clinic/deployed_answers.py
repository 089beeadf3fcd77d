"""Run as a program with the settings of a server: prints status, headers and cookies of each kind of answer as JSON."""

import json
import sys
from unittest.mock import patch

import django


def main() -> None:
    django.setup()
    from django.test import Client
    from django.test.utils import setup_test_environment
    from django.urls import reverse

    setup_test_environment()
    from tests.builders import accounts, patients

    clinic = accounts.clinic_with_staff()
    person = patients.patient_with_team(clinic)
    secure = {"secure": True, "HTTP_HOST": "clinic.example.org"}
    nobody = Client(raise_request_exception=False)
    nurse = Client(raise_request_exception=False)
    shown = {"email": clinic.nurse.user.email, "password": accounts.PASSWORD}
    nurse.post("/sign-in/", shown, **secure)
    token = {"HTTP_AUTHORIZATION": f"Token {accounts.api_token(clinic.nurse)}"}
    told = {
        "redirect": nobody.get("/sign-in/", HTTP_HOST="clinic.example.org"),
        "sign-in": nobody.get("/sign-in/", **secure),
        "a right code": nurse.post("/sign-in/code/", {"code": accounts.code()}, **secure),
        "home of somebody signed in": nurse.get("/", **secure),
        "a patient": nurse.get(reverse("patients:overview", args=[person.pk]), **secure),
        "the staff's list over the API": nobody.get("/api/v1/patients", **secure, **token),
        "the API without a token": nobody.get("/api/v1/patients", **secure),
        "a link that opens nothing": nobody.get(f"/c/{'A' * 43}/", **secure),
        "an unknown address": nobody.get("/no-such-page/", **secure),
        "a style sheet": nobody.get(_style_sheet(), **secure),
    }
    with patch("accounts.views.home.home_page", side_effect=RuntimeError):
        told["a failure inside"] = nurse.get("/", **secure)
    sys.stdout.write(json.dumps({kind: _seen(answer) for kind, answer in told.items()}) + "\n")


def _style_sheet() -> str:
    from django.templatetags.static import static

    return static("css/components.css")


def _seen(answer) -> dict:
    cookies = answer.cookies.output(header="").strip()
    return {"status": answer.status_code, "headers": dict(answer.headers), "cookies": cookies}


if __name__ == "__main__":
    main()
