"""What an emergency access asks for, and when its review is due; pure rules (R13)."""

SHORTEST_REASON = 20


def problems_of_opening(category: str, reason: str, categories) -> dict[str, str]:
    """Field → sentence for what is missing before anything is looked up."""
    problems = {}
    if category not in categories:
        problems["category"] = "Choose why you need this chart now."
    if len(" ".join(reason.split())) < SHORTEST_REASON:
        problems["reason"] = f"Write at least {SHORTEST_REASON} characters: what happened, and what you need to know."
    return problems
