"""What a browser is asked for passkeys and whether its answer holds, by WebAuthn Level 3. No database, no clock."""

from dataclasses import dataclass

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)


class PasskeyRefused(Exception):
    """The answer does not belong to the question, the site or the key."""


@dataclass(frozen=True)
class Site:
    """Where the browser is: a key works for its `domain` only, and says the `origin` it was used at."""

    domain: str
    origin: str


@dataclass(frozen=True)
class Asked:
    """`options` is JSON for the browser, `challenge` (base64url) what its answer has to name."""

    options: str
    challenge: str


@dataclass(frozen=True)
class Answered:
    """What a right answer holds; `public_key` only when the key is new."""

    credential_id: str
    sign_count: int
    public_key: str = ""


def ask_for_new(site: Site, practice: str, user_id: bytes, email: str, name: str, known: list[str]) -> Asked:
    """`known` are the credential ids that the person has already: their devices refuse to make a second key."""
    options = generate_registration_options(
        rp_id=site.domain,
        rp_name=practice,
        user_id=user_id,
        user_name=email,
        user_display_name=name,
        exclude_credentials=_descriptors(known),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    return Asked(options_to_json(options), bytes_to_base64url(options.challenge))


def new_key(credential: str, challenge: str, site: Site) -> Answered:
    """Raises PasskeyRefused."""
    try:
        found = verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.domain,
            expected_origin=site.origin,
        )
    except (WebAuthnException, ValueError) as error:
        raise PasskeyRefused(str(error)) from error
    key = bytes_to_base64url(found.credential_public_key)
    return Answered(bytes_to_base64url(found.credential_id), found.sign_count, key)


def ask_for_known(site: Site, known: list[str]) -> Asked:
    options = generate_authentication_options(
        rp_id=site.domain,
        allow_credentials=_descriptors(known),
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return Asked(options_to_json(options), bytes_to_base64url(options.challenge))


def known_key(credential: str, challenge: str, site: Site, public_key: str, sign_count: int) -> Answered:
    """Raises PasskeyRefused, also when the key's own count went back: then there are two of it."""
    try:
        found = verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.domain,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(public_key),
            credential_current_sign_count=sign_count,
        )
    except (WebAuthnException, ValueError) as error:
        raise PasskeyRefused(str(error)) from error
    return Answered(bytes_to_base64url(found.credential_id), found.new_sign_count)


def _descriptors(known: list[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known]
