"""Scores an answer's headers by the rules of Mozilla's Observatory, release 1.6.3 (algorithm 6), offline (R84).

A score begins at 100. Bonuses count only where the penalties left at least 90; 100 and more is an A+. Left out is what
one answer cannot show: preloading of HSTS (+5) and integrity of scripts from elsewhere (+5), of which there are none.
"""

from http.cookies import SimpleCookie

PRIVATE_REFERRERS = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
DENIED = ("camera", "microphone", "geolocation", "payment", "usb")
HALF_A_YEAR = 15_768_000


def directives(headers) -> dict[str, set[str]]:
    parts = [part.split() for part in headers.get("Content-Security-Policy", "").split(";") if part.strip()]
    return {name: set(values) for name, *values in parts}


def score(headers, cookies: SimpleCookie, is_redirected: bool) -> tuple[int, list[str]]:
    """Points, and each penalty in words. `is_redirected`: plain HTTP leads to HTTPS."""
    lost = _penalties(headers, cookies, is_redirected)
    points = 100 - sum(number for number, _ in lost)
    return points + (_bonus(headers, cookies) if points >= 90 else 0), [words for _, words in lost]


def _penalties(headers, cookies: SimpleCookie, is_redirected: bool) -> list[tuple[int, str]]:
    policy = directives(headers)
    framing = headers.get("X-Frame-Options", "").upper() in ("DENY", "SAMEORIGIN") or "frame-ancestors" in policy
    answers = [
        (25, "no content policy", bool(policy)),
        (20, "unsafe words in the content policy", not _unsafe(policy)),
        (20, "HSTS is missing or short", _hsts_seconds(headers) >= HALF_A_YEAR),
        (20, "HTTP does not lead to HTTPS", is_redirected),
        (50, "any origin may read with credentials", headers.get("Access-Control-Allow-Origin") != "*"),
        (5, "types may be guessed", headers.get("X-Content-Type-Options") == "nosniff"),
        (20, "may be framed", framing),
        (5, "the referrer tells addresses", headers.get("Referrer-Policy", "unsafe-url") in PRIVATE_REFERRERS),
        *_cookie_answers(cookies),
    ]
    return [(number, words) for number, words, is_right in answers if not is_right]


def _cookie_answers(cookies: SimpleCookie) -> list[tuple[int, str, bool]]:
    answers = []
    for name, cookie in cookies.items():
        answers.append((40, f"{name} travels without TLS", bool(cookie["secure"])))
        answers.append((30, f"{name} is read by scripts", bool(cookie["httponly"])))
        answers.append((20, f"{name} is sent from other sites", cookie["samesite"] in ("Lax", "Strict")))
    return answers


def _bonus(headers, cookies: SimpleCookie) -> int:
    policy = directives(headers)
    points = 0
    if policy and not _unsafe(policy):
        points += 10 if policy.get("default-src") == {"'none'"} else 5
    points += 5 if cookies and not [one for one in _cookie_answers(cookies) if not one[2]] else 0
    points += 5 if headers.get("Referrer-Policy") in PRIVATE_REFERRERS else 0
    points += 5 if "frame-ancestors" in policy else 0
    points += 10 if headers.get("Cross-Origin-Resource-Policy") in ("same-origin", "same-site") else 0
    points += 10 if headers.get("Cross-Origin-Opener-Policy") == "same-origin" else 0
    points += 10 if headers.get("Cross-Origin-Embedder-Policy") in ("require-corp", "credentialless") else 0
    return points


def _unsafe(policy: dict[str, set[str]]) -> bool:
    words = set().union(*(policy.get(name, set()) for name in ("default-src", "script-src", "style-src", "object-src")))
    return any(word.startswith("'unsafe") or word in ("*", "data:", "http:", "https:") for word in words)


def _hsts_seconds(headers) -> int:
    parts = [part.strip() for part in headers.get("Strict-Transport-Security", "").split(";")]
    return next((int(part.partition("=")[2]) for part in parts if part.startswith("max-age=")), 0)


def page_faults(headers) -> list[str]:
    """What every answer of the clinic carries, with or without TLS: the policy of R83, the refusals of R85."""
    policy = directives(headers)
    strict = {name: {"'none'"} for name in ("default-src", "base-uri", "frame-ancestors", "object-src")}
    strict |= {name: {"'self'"} for name in ("script-src", "style-src", "font-src", "connect-src", "form-action")}
    found = [f"{name} is {sorted(policy.get(name, ()))}" for name, words in strict.items() if policy.get(name) != words]
    allowed = headers.get("Permissions-Policy", "")
    found += [f"{name} is not denied" for name in DENIED if f"{name}=()" not in allowed]
    if "no-store" not in headers.get("Cache-Control", ""):
        found.append("may be stored")
    if headers.get("X-Content-Type-Options") != "nosniff":
        found.append("types may be guessed")
    return found
