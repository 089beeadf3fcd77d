"""A nurse adds a passkey in a real browser and signs in with it; the key itself is Chromium's virtual one (R22)."""

from tests.builders.accounts import PASSWORD
from tests.journeys.pages import Looker
from tests.journeys.people import Someone

KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_is_made_and_shown(clinic, chromium):
    nurse = Someone(chromium, clinic.url.replace("127.0.0.1", "localhost"))
    devtools = nurse.context.new_cdp_session(nurse.page)
    devtools.send("WebAuthn.enable")
    key = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})["authenticatorId"]
    nurse.sign_in(clinic.made["emails"]["nurse"], PASSWORD)
    looker = Looker(nurse.page)
    nurse.go("/account/").tab("Second factor").tab("Add a passkey")
    looker.look_here()
    nurse.fill(name="ward phone", password=PASSWORD).press("Go on")
    looker.look_here()
    nurse.press("Make the passkey").sees("The passkey “ward phone” is in use.").sees("not used yet")

    _second_device_is_refused(nurse)
    nurse.context.clear_cookies()
    nurse.go("/sign-in/").fill(email=nurse.email, password=PASSWORD).press("Sign in")
    nurse.sees("Second step").press("Use a passkey").page.wait_for_url(f"{nurse.url}/")

    devtools.send("WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": key, "enabled": False})
    devtools.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": key})
    nurse.go("/account/factor/").sees("last used").tab("End")
    looker.look_here()
    nurse.fill(password=PASSWORD).press("End this passkey").sees("is ended.")
    assert not nurse.complaints
    assert not looker.faults
    nurse.context.close()


def _second_device_is_refused(nurse: Someone) -> None:
    """The device has a key already: the browser says so, and the page keeps its question."""
    nurse.tab("Add a passkey").fill(name="again", password=PASSWORD).press("Go on").press("Make the passkey")
    nurse.sees("This device has a passkey for the clinic already.")
