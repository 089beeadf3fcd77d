"""Made-up people: names, dates and contacts that belong to nobody."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

GIVEN = {
    "female": [
        "Amara",
        "Beatriz",
        "Chloe",
        "Dalia",
        "Elena",
        "Farah",
        "Greta",
        "Hana",
        "Imani",
        "Jolene",
        "Keiko",
        "Leila",
        "Maren",
        "Noor",
        "Odette",
        "Priya",
        "Rosa",
        "Sunniva",
        "Talia",
        "Uma",
        "Vera",
        "Wren",
        "Ximena",
        "Yara",
        "Zadie",
    ],
    "male": [
        "Anders",
        "Bashir",
        "Caleb",
        "Dmitri",
        "Emeka",
        "Felix",
        "Gael",
        "Hugo",
        "Idris",
        "Jonas",
        "Kofi",
        "Luca",
        "Mateo",
        "Nikhil",
        "Oskar",
        "Pavel",
        "Quentin",
        "Rafael",
        "Soren",
        "Tomas",
        "Ulises",
        "Viktor",
        "Wesley",
        "Yusuf",
        "Zane",
    ],
}
FAMILY = [
    "Abbott",
    "Baptiste",
    "Castellanos",
    "Dempsey",
    "Eriksen",
    "Fontaine",
    "Gallagher",
    "Hashimoto",
    "Ibarra",
    "Jansen",
    "Kowalski",
    "Lindqvist",
    "Mbeki",
    "Novak",
    "Okafor",
    "Petrov",
    "Quintero",
    "Rasmussen",
    "Silveira",
    "Thornton",
    "Ueda",
    "Vasquez",
    "Whitaker",
    "Yamamoto",
    "Zielinski",
    "Ashdown",
    "Brandt",
    "Cordero",
    "Delacroix",
    "Ellery",
    "Farrow",
    "Grimaldi",
    "Holloway",
    "Ivers",
    "Jurado",
    "Kessler",
    "Larkin",
    "Moreau",
    "Nakamura",
    "Ostrander",
]
PRONOUNS = {"female": ("she/her", "she/her", "they/them"), "male": ("he/him", "he/him", "they/them")}
ZONES = ("America/New_York",) * 7 + ("America/Chicago", "America/Los_Angeles", "Europe/Lisbon")
STREETS = ("Alder Street", "Birch Lane", "Cedar Court", "Harbor Road", "Juniper Way", "Quarry Street")


@dataclass(frozen=True)
class Person:
    given_name: str
    family_name: str
    preferred_name: str
    pronouns: str
    sex_at_birth: str
    birth_date: date
    email: str
    phone: str
    mobile: str
    contact_by: str
    address: str
    time_zone: str
    emergency_name: str
    emergency_phone: str
    emergency_relation: str
    height_cm: int


def make_person(rng: Random, number: int, today: date) -> Person:
    """One adult between 21 and 68; `number` keeps names and addresses apart. Every fifth gets text messages."""
    sex = rng.choice(("female", "female", "male"))
    given, family = rng.choice(GIVEN[sex]), FAMILY[number % len(FAMILY)]
    return Person(
        given_name=given,
        family_name=family,
        preferred_name=given[:4] if rng.random() < 0.15 else "",
        pronouns=rng.choice(PRONOUNS[sex]),
        sex_at_birth=sex,
        birth_date=today - timedelta(days=rng.randint(21 * 366, 68 * 365)),
        email=f"{given.lower()}.{family.lower()}{number}@patients.invalid",
        phone=f"555 01{number:02d} {rng.randint(1000, 9999)}",
        mobile=f"+1555{number:03d}0142" if number % 5 == 2 else "",
        contact_by="text" if number % 5 == 2 else "email",
        address=f"{rng.randint(1, 240)} {rng.choice(STREETS)}, Port Alder",
        time_zone=rng.choice(ZONES),
        emergency_name=f"{rng.choice(GIVEN[rng.choice(('female', 'male'))])} {family}",
        emergency_phone=f"555 01{number:02d} {rng.randint(1000, 9999)}",
        emergency_relation=rng.choice(("partner", "sibling", "parent", "friend")),
        height_cm=rng.randint(154, 178) if sex == "female" else rng.randint(165, 192),
    )
