"""Opens a backup into a folder, and refuses one that is torn, altered, or not meant for the key (F20)."""

import hashlib
import json
import tarfile
import zlib
from pathlib import Path, PurePosixPath

import pyrage

from common.backups.making import BLOCK, FORMAT, MANIFEST

PACKED = "packed"
LONGEST_MANIFEST = 16 * 1024 * 1024


class BackupRefused(Exception):
    """A sentence: why this file is no backup that can be restored with this key."""


def open_backup(file: Path, identities: list, into: Path) -> dict:
    """Decrypt and unpack `file` into the empty folder `into`; its manifest. Raises BackupRefused, and then what was
    unpacked must not be used."""
    packed = into / PACKED
    _decrypt(file, identities, packed)
    try:
        with tarfile.open(packed, "r:gz") as tar:
            manifest = _manifest(tar)
            known = {described["name"]: described for described in manifest["files"]}
            for member in tar:
                if member.name != MANIFEST:
                    _unpack(tar, member, known.pop(member.name, None), into)
    except (tarfile.TarError, EOFError, zlib.error, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupRefused("What this file holds is no backup of a clinic.") from error
    finally:
        packed.unlink(missing_ok=True)
    if known:
        raise BackupRefused(f"{len(known)} files that the backup names are missing in it.")
    return manifest


def _decrypt(file: Path, identities: list, packed: Path) -> None:
    packed.touch(mode=0o600)
    try:
        with file.open("rb") as source, packed.open("wb") as target:
            pyrage.decrypt_io(source, target, identities)
    except pyrage.DecryptError as error:
        raise BackupRefused(_why_not(str(error))) from error
    except OSError as error:  # also what the library says of a block that does not open
        if error.errno is not None:
            raise BackupRefused(f"The file cannot be read: {error.strerror}.") from error
        raise BackupRefused("The file is torn, or was altered.") from error


def _why_not(said: str) -> str:
    if "matching" in said.lower():
        return "This key does not open this backup: it was encrypted for another one."
    return "The file is torn, was altered, or is no backup."


def _manifest(tar: tarfile.TarFile) -> dict:
    first = tar.next()
    if first is None or first.name != MANIFEST or not first.isreg() or first.size > LONGEST_MANIFEST:
        raise ValueError("no manifest")
    manifest = json.loads(tar.extractfile(first).read())
    if manifest["format"] != FORMAT:
        raise BackupRefused(f"Format {manifest['format']} is of another version of this program.")
    return manifest


def _unpack(tar: tarfile.TarFile, member: tarfile.TarInfo, described: dict | None, into: Path) -> None:
    """Only plain files that the manifest names, each compared with what it says."""
    path = PurePosixPath(member.name)
    if described is None or not member.isreg() or path.is_absolute() or ".." in path.parts:
        raise BackupRefused("The backup holds something that its manifest does not name.")
    target = into / path
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, source = hashlib.sha256(), tar.extractfile(member)
    target.touch(mode=0o600)
    with target.open("wb") as file:
        while block := source.read(BLOCK):
            digest.update(block)
            file.write(block)
    if (member.size, digest.hexdigest()) != (described["size"], described["sha256"]):
        raise BackupRefused(f"{member.name} in the backup is not what its manifest says.")
