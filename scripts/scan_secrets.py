"""Looks for passwords and keys in every tracked file and in the history (R99), with detect-secrets.

What looks like a secret and is none (a made-up password of a test) is listed in `scripts/made_up_secrets.txt` by file
and SHA-1; `--accept` writes that list anew, which a reviewer then reads.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from detect_secrets.core.scan import scan_file
from detect_secrets.settings import default_settings, transient_settings

REPOSITORY = Path(__file__).resolve().parent.parent
KNOWN = REPOSITORY / "scripts" / "made_up_secrets.txt"
HASHES = {"requirements.txt", "requirements-dev.txt", "requirements-installer.txt"}  # full of digests of packages
# In a history, words and digests are everywhere: only what has the form of a real key counts.
FORMS = (
    "AWSKeyDetector",
    "AzureStorageKeyDetector",
    "GitHubTokenDetector",
    "GitLabTokenDetector",
    "JwtTokenDetector",
    "NpmDetector",
    "OpenAIDetector",
    "PrivateKeyDetector",
    "PypiTokenDetector",
    "SendGridDetector",
    "SlackDetector",
    "StripeDetector",
    "TwilioKeyDetector",
)


def found_in_files() -> set[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    names = [name for name in listed.stdout.split("\0") if name and name not in HASHES]
    with default_settings():
        return {f"{name} {secret.secret_hash}" for name in names for secret in scan_file(str(REPOSITORY / name))}


def found_in_history() -> list[str]:
    history = subprocess.run(["git", "log", "-p", "--all"], cwd=REPOSITORY, capture_output=True, check=True).stdout
    with tempfile.NamedTemporaryFile(suffix=".txt") as file:
        file.write(history)
        file.flush()
        with transient_settings({"plugins_used": [{"name": name} for name in FORMS]}):
            return [f"history, line {secret.line_number}: {secret.type}" for secret in scan_file(file.name)]


def main(arguments: list[str]) -> int:
    found = found_in_files()
    if "--accept" in arguments:
        KNOWN.write_text("".join(f"{line}\n" for line in sorted(found)))
        return 0
    known = set(KNOWN.read_text().splitlines()) if KNOWN.exists() else set()
    faults = [f"{line.partition(' ')[0]}: looks like a password or key" for line in sorted(found - known)]
    faults += found_in_history()
    print("\n".join(faults) or f"No secret in the files or the history ({len(known)} made-up ones are known).")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
