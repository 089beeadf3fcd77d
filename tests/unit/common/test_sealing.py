"""A sealed text opens in its own place by its own ring, and nowhere else (R93)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.sealing import Ring, SealBroken, key_id_of, parse_keys

OLD, NEW = ("a1", "old secret " * 5), ("b2", "new secret " * 5)
RING = Ring("record", (NEW, OLD))
PLACE = "patients_allergy|substance|7b0c"


@given(st.text())
def test_comes_back_as_it_was(text):
    assert RING.open(RING.seal(text, PLACE), PLACE) == text


def test_the_first_key_seals_and_every_key_opens():
    before = Ring("record", (OLD,)).seal("latex", PLACE)
    assert (key_id_of(before), RING.open(before, PLACE)) == ("a1", "latex")
    assert key_id_of(RING.seal("latex", PLACE)) == "b2"


def test_the_same_text_never_looks_the_same():
    assert RING.seal("latex", PLACE) != RING.seal("latex", PLACE)


def test_nothing_opens_that_was_altered_moved_or_sealed_by_another_ring():
    token = RING.seal("latex", PLACE)
    middle = len(token) - 20
    flipped = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]
    refused = [
        (RING, flipped, PLACE),
        (RING, token[:-8], PLACE),
        (RING, token, "patients_allergy|substance|other"),
        (RING, token, "patients_allergy|reaction|7b0c"),
        (RING, token.replace(".b2.", ".a1."), PLACE),
        (Ring("psychotherapy", (NEW, OLD)), token, PLACE),
        (Ring("record", (OLD,)), token, PLACE),
        (RING, "latex", PLACE),
        (RING, "sealed1.b2.!", PLACE),
    ]
    for ring, text, place in refused:
        with pytest.raises(SealBroken) as refusal:
            ring.open(text, place)
        assert "latex" not in str(refusal.value)


def test_keys_are_read_in_order():
    assert parse_keys("b2:two, a1:one") == (("b2", "two"), ("a1", "one"))
    for wrong in ("no-colon", "b 2:x", "b2:", ":x"):
        with pytest.raises(ValueError, match="id:secret"):
            parse_keys(wrong)
