"""The bill of materials names each pinned package with its version and hashes (R98)."""

import json
import re

import bootstrap
import sbom


def test_bill_names_what_the_lock_pins(tmp_path):
    lock = (bootstrap.REPOSITORY / bootstrap.RUNTIME_LOCK).read_text()
    blocks = re.findall(r"^([A-Za-z0-9_.-]+)==(\S+) \\\n((?:\s+--hash=sha256:\w+(?: \\)?\n)+)", lock, re.MULTILINE)
    few = tmp_path / "few.txt"
    few.write_text("".join(f"{name}=={version} \\\n{hashes}" for name, version, hashes in blocks[:3]))
    sbom.write(few, tmp_path / "sbom.json")
    bill = json.loads((tmp_path / "sbom.json").read_text())
    assert bill["bomFormat"] == "CycloneDX"
    found = {
        part["name"]: (part["version"], {one["content"] for one in part["externalReferences"][0]["hashes"]})
        for part in bill["components"]
    }
    assert found == {name: (version, set(re.findall(r"sha256:(\w+)", hashes))) for name, version, hashes in blocks[:3]}
