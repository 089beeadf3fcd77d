"""Walks a clinic's links as one signed-in person: what can be reached from the home page, and by which address."""

import inspect
from collections import defaultdict
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import APIRequestContext

# Most pages look alike whichever record they show; these depend on the state of theirs.
SEEN_PER_PAGE = defaultdict(lambda: 2, {"sessions:session": 20, "sessions:dosing_record": 12, "assessments:set": 30})
SEEN_PER_PAGE |= {"patients:overview": 20, "notes:of_patient": 20, "followups:check_in": 12}
SEEN_PER_PAGE |= {"followups:of_patient": 20, "assessments:of_patient": 20}
SEEN_PER_PAGE |= {"dosing:discrepancy": 8, "sessions:pack": 6}
SEEN_PER_PAGE |= {"notes:note": 12}  # only the author of a signed one may add to it
SEEN_PER_PAGE |= {"assessments:licensed_of": 12}  # one of them is loaded


class _Addresses(HTMLParser):
    """What a page links to, fetches by itself, and sends forms to."""

    def __init__(self, html: str):
        super().__init__()
        self.links: list[str] = []
        self.others: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "a" and found.get("href"):
            self.links.append(found["href"])
        for name, value in attrs:
            if value and value.startswith("/") and name not in ("href", "src"):
                self.others.append(value)


@dataclass
class Reached:
    """Addresses by the name of their route: pages fetched, what they fetch or send to, and answers that failed."""

    pages: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    touched: set[str] = field(default_factory=set)
    failed: list[str] = field(default_factory=list)
    came_from: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        return set(self.pages) | self.touched


def crawl(browser: APIRequestContext, url: str, start: str = "/", only: str = "") -> Reached:
    """Follow every link from `start`, breadth first, a few addresses per kind of page; `only` those named like it."""
    reached, waiting = Reached(), [start]
    while waiting:
        path = waiting.pop(0)
        answer = browser.get(url + path)
        if answer.status >= 400:
            reached.failed.append(f"{answer.status} {path} (linked from {reached.came_from.get(path)})")
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        page = _Addresses(answer.text())
        for link in page.links:
            _follow(reached, waiting, path, link, only)
        for other in page.others:
            if name := route_name(_local(path, other)):
                reached.touched.add(name)
    return reached


def _follow(reached: Reached, waiting: list[str], page: str, link: str, only: str) -> None:
    path = _local(page, link)
    if not path or path in reached.came_from:
        return
    name = route_name(path)
    if not name or not name.startswith((only, "nowhere")):
        return
    seen = reached.pages[name]
    if path not in seen and len(seen) < SEEN_PER_PAGE[name]:
        seen.append(path)
        reached.came_from[path] = page
        waiting.append(path)


def _local(page: str, link: str) -> str:
    """The path and query of a link inside the clinic; "" for another host or a place on the same page."""
    if link.startswith(("#", "mailto:", "tel:")):
        return ""
    parts = urlsplit(urljoin(f"http://clinic{page}", link))
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.path}{query}" if parts.netloc == "clinic" else ""


def route_name(path: str) -> str:
    """The full name of the route behind a path; "" for static files and what leads nowhere."""
    if not path or path.startswith("/static/"):
        return ""
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return f"nowhere: {path}"


def allowed_methods(view) -> set[str]:
    """The methods that Django's decorators let through to a view; without a decorator, all."""
    while view is not None:
        found = inspect.getclosurevars(view).nonlocals.get("request_method_list") if inspect.isfunction(view) else None
        if found:
            return set(found)
        view = getattr(view, "__wrapped__", None)
    return {"GET", "POST"}
