#!/usr/bin/env python3
"""Writes the bill of materials of a release, as CycloneDX JSON: every pinned package with its hashes (R98)."""

import argparse
import subprocess
import sys
from pathlib import Path

import bootstrap

DEFAULT = bootstrap.REPOSITORY / ".build" / "sbom.json"


def write(lock: Path, out: Path) -> None:
    """Raises CalledProcessError when the lock cannot be read or the bill is no valid CycloneDX."""
    out.parent.mkdir(parents=True, exist_ok=True)
    program = bootstrap.PYTHON.parent / "cyclonedx-py"
    words = ["requirements", str(lock), "--output-reproducible", "--output-format", "JSON", "--output-file", str(out)]
    subprocess.run([str(program), *words], cwd=bootstrap.REPOSITORY, check=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=DEFAULT, help="default: .build/sbom.json")
    options = parser.parse_args()
    bootstrap.ensure(dev=True)
    write(bootstrap.REPOSITORY / bootstrap.RUNTIME_LOCK, options.out)
    print(options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
