"""What every page's shell shows: the navigation a person's roles allow, and crisis help."""

from django.utils.functional import SimpleLazyObject

from accounts.navigation import navigation_for

DEFAULT_CRISIS = {
    "lines": [
        {"label": "Crisis line", "number": "988"},
        {"label": "Emergency", "number": "911"},
    ],
    "clinic_phone": "",
}


def crisis_help(practice) -> dict:
    """The crisis lines a practice shows to patients; 988 and 911 by default."""
    if practice is None:
        return DEFAULT_CRISIS
    lines = [
        {"label": practice.crisis_label, "number": practice.crisis_number},
        {"label": "Emergency", "number": practice.emergency_number},
    ]
    return {"lines": lines, "clinic_phone": practice.phone}


def shell(request) -> dict:
    """The navigation asks the database for its counts, so a fragment that shows none asks nothing."""
    actor = getattr(request, "actor", None)
    practice = actor.practice if actor else getattr(request, "link_practice", None)
    nav = SimpleLazyObject(lambda: navigation_for(actor, request.path)) if actor else []
    return {"nav": nav, "crisis": crisis_help(practice)}
