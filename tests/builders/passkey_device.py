"""A device that keeps passkeys: what a browser would answer (WebAuthn Level 3, ES256, no attestation)."""

import hashlib
import json
import secrets

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url

ORIGIN, DOMAIN = "http://testserver", "testserver"
PRESENT, VERIFIED, HOLDS_KEY = 0x01, 0x04, 0x40


class Device:
    """`count` is the key's own counter; a device that has none leaves it at 0."""

    def __init__(self, counts: bool = True):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(32)
        self.counts, self.count = counts, 0

    def make(self, options: str, origin: str = ORIGIN, domain: str = DOMAIN) -> str:
        """The answer to the options of a page that adds a passkey."""
        point = self.key.public_key().public_numbers()
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")})
        data = self._data(domain, HOLDS_KEY) + bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cose
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        told = self._told("webauthn.create", options, origin)
        return self._answer(clientDataJSON=told, attestationObject=attested)

    def show(self, options: str, origin: str = ORIGIN, domain: str = DOMAIN) -> str:
        """The answer to the options of a page that asks for a passkey."""
        self.count += self.counts
        data, told = self._data(domain), self._told("webauthn.get", options, origin)
        signature = self.key.sign(data + hashlib.sha256(told).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=told, authenticatorData=data, signature=signature)

    def _data(self, domain: str, more: int = 0) -> bytes:
        flags = bytes([PRESENT | VERIFIED | more])
        return hashlib.sha256(domain.encode()).digest() + flags + self.count.to_bytes(4, "big")

    @staticmethod
    def _told(kind: str, options: str, origin: str) -> bytes:
        told = {"type": kind, "challenge": json.loads(options)["challenge"], "origin": origin, "crossOrigin": False}
        return json.dumps(told).encode()

    def _answer(self, **response: bytes) -> str:
        told = {name: bytes_to_base64url(value) for name, value in response.items()}
        name = bytes_to_base64url(self.id)
        return json.dumps(
            {"id": name, "rawId": name, "type": "public-key", "response": told, "clientExtensionResults": {}}
        )
