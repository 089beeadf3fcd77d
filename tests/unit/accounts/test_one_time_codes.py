"""Codes of authenticator apps as RFC 6238 gives them, taken once and only around their half minute."""

import base64
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from demo_code import code_at as code_without_packages

from accounts import one_time_codes as codes

SECRET = base64.b32encode(b"12345678901234567890").decode()  # RFC 6238, appendix B
AT = datetime(2026, 6, 2, 14, 0, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_examples_of_the_standard(seconds, code):
    assert codes.code_at(SECRET, seconds // 30) == code
    assert code_without_packages(SECRET, seconds // 30) == code


@pytest.mark.parametrize(("steps", "is_right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_wrong_by_half_a_minute(steps, is_right):
    shown = codes.code_at(SECRET, codes.step_of(AT) + steps)
    assert (codes.matching_step(SECRET, shown, AT, 0) is not None) is is_right


def test_a_code_is_taken_once_and_no_older_one_after_it():
    now = codes.step_of(AT)
    assert codes.matching_step(SECRET, codes.code_at(SECRET, now), AT, now) is None
    assert codes.matching_step(SECRET, codes.code_at(SECRET, now - 1), AT, now) is None
    later = AT + timedelta(seconds=30)
    assert codes.matching_step(SECRET, codes.code_at(SECRET, now + 1), later, now) == now + 1


def test_recovery_codes_are_read_as_people_type_them():
    code = codes.new_recovery_code()
    user = UUID(int=1)
    assert codes.recovery_hash(user, f" {code.upper().replace('-', ' ')} ") == codes.recovery_hash(user, code)
    assert codes.recovery_hash(UUID(int=2), code) != codes.recovery_hash(user, code)
    assert len({codes.new_recovery_code() for _ in range(200)}) == 200
    assert codes.is_authenticator_code("012345")
    assert not any(map(codes.is_authenticator_code, ("12345", "1234567", "12345a", "١٢٣٤٥٦")))
