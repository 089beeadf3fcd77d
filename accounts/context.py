"""What every page's shell shows: the navigation a person's roles allow, and crisis help."""

from django.utils.functional import SimpleLazyObject

from accounts.models import Practice
from accounts.navigation import navigation_for

DEFAULT_CRISIS = {
    "lines": [
        {"label": "Crisis line", "number": "988"},
        {"label": "Emergency", "number": "911"},
    ],
    "clinic_phone": "",
}


SAID_IN_A_CRISIS = ("crisis_label", "crisis_number", "emergency_number", "phone")


def crisis_help(practice) -> dict:
    """The crisis lines a practice shows to patients; 988 and 911 by default."""
    if practice is None:
        return DEFAULT_CRISIS
    lines = [
        {"label": practice.crisis_label, "number": practice.crisis_number},
        {"label": "Emergency", "number": practice.emergency_number},
    ]
    return {"lines": lines, "clinic_phone": practice.phone}


def crisis_help_of_all() -> dict:
    """What the practices of this server say alike, else 988 and 911: for a dead link, which must not tell whose it was
    (R70)."""
    said = list(Practice.objects.values_list(*SAID_IN_A_CRISIS).distinct())
    if len({numbers[:-1] for numbers in said}) != 1:
        return DEFAULT_CRISIS
    label, number, emergency, phone = said[0]
    lines = [{"label": label, "number": number}, {"label": "Emergency", "number": emergency}]
    return {"lines": lines, "clinic_phone": phone if len(said) == 1 else ""}


def shell(request) -> dict:
    """The navigation asks the database for its counts, so a fragment that shows none asks nothing."""
    actor = getattr(request, "actor", None)
    practice = actor.practice if actor else getattr(request, "link_practice", None)
    nav = SimpleLazyObject(lambda: navigation_for(actor, request.path)) if actor else []
    return {"nav": nav, "crisis": crisis_help(practice)}
