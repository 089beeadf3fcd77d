"""Files that hold health information wait encrypted: AES-256-GCM in pieces, bound to their order and their end (R87).

A piece that was altered, moved, left out or cut off does not open. The key is worked out from the current key of the
record ring and the file's own id; the id of that key stands at the head.
"""

import os
import struct
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from common.sealing import SealBroken

PIECE = 256 * 1024
MORE, LAST = b"more", b"last"


class SealedWriter:
    """A file to write plain bytes into; what reaches the disk is sealed. Without `close` it does not open."""

    def __init__(self, path: Path, file_id: str):
        ring = settings.SEAL_RINGS["record"]
        self._cipher, self._file_id, self._place = _cipher(ring.secrets[0][1], file_id), file_id, 0
        self._waiting = bytearray()
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(handle, "wb")
        head = ring.current.encode()
        self._file.write(struct.pack(">H", len(head)) + head)

    def write(self, data: bytes) -> int:
        self._waiting += data
        while len(self._waiting) > PIECE:
            self._seal(bytes(self._waiting[:PIECE]), MORE)
            del self._waiting[:PIECE]
        return len(data)

    def flush(self) -> None:
        """Nothing: pieces go out when they are full."""

    def close(self) -> None:
        self._seal(bytes(self._waiting), LAST)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def abandon(self) -> None:
        """Close without an end."""
        self._file.close()

    def _seal(self, piece: bytes, mark: bytes) -> None:
        nonce = os.urandom(12)
        sealed = self._cipher.encrypt(nonce, piece, _place(self._file_id, self._place, mark))
        self._file.write(struct.pack(">I", len(sealed)) + mark + nonce + sealed)
        self._place += 1


def open_sealed(path: Path, file_id: str) -> Iterator[bytes]:
    """The plain bytes, piece by piece. Raises SealBroken for a file that is not whole as it was sealed."""
    with path.open("rb") as file:
        key_id = _read(file, struct.unpack(">H", _read(file, 2))[0]).decode()
        secrets = dict(settings.SEAL_RINGS["record"].secrets)
        if key_id not in secrets:
            raise SealBroken(f"no key “{key_id}” for a file")
        cipher, place, mark = _cipher(secrets[key_id], file_id), 0, MORE
        while mark == MORE:
            length = struct.unpack(">I", _read(file, 4))[0]
            mark, nonce, sealed = _read(file, 4), _read(file, 12), _read(file, length)
            try:
                yield cipher.decrypt(nonce, sealed, _place(file_id, place, mark))
            except InvalidTag as error:
                raise SealBroken("a piece of a file was altered or moved") from error
            place += 1


def _read(file, length: int) -> bytes:
    data = file.read(length)
    if len(data) < length:
        raise SealBroken("a file was cut off")
    return data


def _place(file_id: str, place: int, mark: bytes) -> bytes:
    return f"{file_id}|{place}|{mark.decode()}".encode()


def _cipher(secret: str, file_id: str) -> AESGCM:
    derived = HKDF(SHA256(), 32, salt=file_id.encode(), info=b"clinic sealed file").derive(secret.encode())
    return AESGCM(derived)
