#!/usr/bin/env python3
"""Says the sign-in code of the demonstration clinic in var/ (or CLINIC_HOME) for this half minute and the next."""

import base64
import hmac
import os
import re
import sys
import time
from pathlib import Path

STEP_SECONDS = 30
SECRET = re.compile(r"authenticator secret of all of them is ([A-Z2-7]+)")


def code_at(secret: str, step: int) -> str:
    """RFC 6238 with SHA-1 and six digits, as authenticator apps show it."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def secret_of(home: Path) -> str | None:
    """The secret that the demonstration data came with; None where there is no demonstration."""
    told = home / "demo-sign-ins.txt"
    found = SECRET.search(told.read_text()) if told.exists() else None
    return found and found[1]


def main() -> int:
    home = Path(os.environ.get("CLINIC_HOME") or Path(__file__).resolve().parent.parent / "var")
    secret = secret_of(home)
    if secret is None:
        print("There is no demonstration clinic here. Start one with: make demo", file=sys.stderr)
        return 1
    step, left = divmod(int(time.time()), STEP_SECONDS)
    print(f"{code_at(secret, step)}  for {STEP_SECONDS - left} s, then {code_at(secret, step + 1)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
