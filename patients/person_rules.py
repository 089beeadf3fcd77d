"""What makes a person's details acceptable, how a name is searched, and when two people may be one; pure rules."""

import re
import unicodedata
from datetime import date

from common.time_zones import known_time_zones

OLDEST_YEARS = 120
MOBILE = re.compile(r"^\+[1-9]\d{7,14}$")  # E.164
PHONE = re.compile(r"^[+()\d][\d\s().+\-x]{4,30}$")
EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
LENGTHS = {
    "given_name": 80,
    "family_name": 80,
    "preferred_name": 80,
    "pronouns": 40,
    "email": 254,
    "phone": 32,
    "mobile": 32,
    "address": 240,
    "emergency_name": 120,
    "emergency_phone": 32,
    "emergency_relation": 60,
}
SEXES = ("female", "male", "unknown")
WAYS = ("email", "text")


def fold(text: str) -> str:
    """The form in which two spellings of a name compare: no case, no accents, single spaces."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return " ".join(bare.casefold().split())


def mobile_of(typed: str) -> str:
    """A mobile number without what people type between its digits: "+1 (555) 010-0100" is "+15550100100"."""
    return re.sub(r"[\s().\-]", "", typed)


def search_text_of(*, given_name: str, family_name: str, preferred_name: str, mrn: str) -> str:
    """What name search reads: each name as typed and without accents, and the MRN; at most 300 signs."""
    names = f"{given_name} {preferred_name} {family_name}"
    typed = " ".join(names.casefold().split())
    folded = fold(names)
    return f"{mrn} {folded if typed == folded else f'{typed} {folded}'}"[:300]


def problems_of_person(values: dict, today: date) -> dict[str, str]:
    """Field → sentence for every detail that cannot be accepted; only the fields present in `values` are judged.

    `today` is the practice's local day. `height_cm` is whole centimetres, 50 to 250.
    """
    found = dict(_required(values))
    for name, length in LENGTHS.items():
        if len(values.get(name) or "") > length:
            found[name] = f"Use at most {length} characters."
    for name, sentence in (*_dates(values, today), *_shapes(values)):
        found.setdefault(name, sentence)
    return found


def _required(values):
    for name, word in (("given_name", "legal given name"), ("family_name", "legal family name")):
        if name in values and not (values[name] or "").strip():
            yield name, f"Enter the {word}."


def _dates(values, today):
    if "birth_date" not in values:
        return
    born = values["birth_date"]
    if born is None:
        yield "birth_date", "Enter the birth date."
    elif born > today:
        yield "birth_date", "This birth date is in the future. Enter the day the patient was born."
    elif today.year - born.year > OLDEST_YEARS:
        yield "birth_date", f"This birth date is more than {OLDEST_YEARS} years ago. Check the year."


def _shapes(values):
    if "time_zone" in values and values["time_zone"] not in known_time_zones():
        yield "time_zone", "Choose the time zone the patient lives in."
    if "sex_at_birth" in values and values["sex_at_birth"] not in SEXES:
        yield "sex_at_birth", "Choose female, male or not recorded."
    if values.get("email") and not EMAIL.match(values["email"]):
        yield "email", "Enter an e-mail address such as name@example.org, or leave it empty."
    for name in ("phone", "emergency_phone"):
        if values.get(name) and not PHONE.match(values[name]):
            yield name, "Enter a telephone number with digits, such as 555 010 0100, or leave it empty."
    if values.get("mobile") and not MOBILE.match(values["mobile"]):
        yield "mobile", "Enter the number with its country code, such as +1 555 010 0100, or leave it empty."
    if values.get("contact_by", "email") not in WAYS:
        yield "contact_by", "Choose e-mail or text message."
    if values.get("contact_by") == "text" and not values.get("mobile"):
        yield "mobile", "Enter the mobile number that text messages go to."
    height = values.get("height_cm")
    if height is not None and not 50 <= height <= 250:
        yield "height_cm", "Enter the height in whole centimetres between 50 and 250."
