"""Server-sent events as the clinic would have them, only for the comparison with polling; no person is served by it.

One process holds every connection. It asks each second, in one statement for all who watch sessions and one for each
open board, what hangs on them, and tells those whose answer changed; the page then fetches its fragment as it does
today. A sign-in is asked for at the start of a connection and every 15 seconds (R8, R29).
"""

import asyncio
import os
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
django.setup()

from asgiref.sync import sync_to_async  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth import SESSION_KEY  # noqa: E402
from django.db import close_old_connections  # noqa: E402
from django.http import HttpRequest  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.actor import Actor  # noqa: E402
from accounts.middleware import actor_of  # noqa: E402
from accounts.models import Membership  # noqa: E402
from accounts.session_store import MEMBERSHIP_KEY, SessionStore  # noqa: E402
from sessions_app.board_page import on_board  # noqa: E402
from sessions_app.changes import BOARD, digest_of, marks_of  # noqa: E402
from sessions_app.models import Session  # noqa: E402

ASK_SECONDS, SIGN_IN_SECONDS = 1.0, 15.0


@dataclass(eq=False)
class Watcher:
    """One open connection; `session` is None for a board."""

    key: str
    actor: Actor
    session: UUID | None
    queue: asyncio.Queue = field(default_factory=asyncio.Queue)
    digest: str = ""


watchers: set[Watcher] = set()
asking: list[asyncio.Task] = []


def _actor(key: str) -> Actor | None:
    close_old_connections()
    stored = SessionStore(key)
    if SESSION_KEY not in stored or MEMBERSHIP_KEY not in stored:
        return None
    rows = Membership.objects.active().filter(pk=stored[MEMBERSHIP_KEY], user_id=stored[SESSION_KEY])
    member = rows.select_related("user", "practice").first()
    if member is None:
        return None
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = "127.0.0.1"
    return actor_of(member, request)


def _may_see(actor: Actor, session: UUID) -> bool:
    return Session.objects.visible_to(actor).filter(pk=session).exists()


def _read(sessions: set[UUID], boards: dict[str, Actor]) -> dict:
    """Session or sign-in → digest of what hangs on it."""
    close_old_connections()
    found = (
        {mark[0]: digest_of([mark]) for mark in marks_of(Session.objects.filter(pk__in=sessions))} if sessions else {}
    )
    at = timezone.now()
    return found | {key: digest_of(marks_of(on_board(actor, at), BOARD)) for key, actor in boards.items()}


async def _ask() -> None:
    while True:
        await asyncio.sleep(ASK_SECONDS)
        now = list(watchers)
        sessions = {one.session for one in now if one.session}
        boards = {one.key: one.actor for one in now if one.session is None}
        found = await sync_to_async(_read)(sessions, boards)
        for one in now:
            digest = found.get(one.session or one.key, "")
            if one.digest and digest != one.digest:
                one.queue.put_nowait(b"event: changed\ndata: 1\n\n")
            one.digest = digest


async def application(scope, receive, send):
    if scope["type"] != "http":
        return
    cookies = SimpleCookie(dict(scope["headers"]).get(b"cookie", b"").decode())
    name = settings.SESSION_COOKIE_NAME
    key = cookies[name].value if name in cookies else ""
    place = scope["path"].strip("/").split("/")
    if place == ["ping"]:
        await _answer(send, 200)
        return
    actor = await sync_to_async(_actor)(key)
    session = UUID(place[1]) if place[0] == "session" else None
    if actor is None or (session and not await sync_to_async(_may_see)(actor, session)):
        await _answer(send, 401)
        return
    if not asking:
        asking.append(asyncio.create_task(_ask()))
    watcher = Watcher(key, actor, session)
    watchers.add(watcher)
    try:
        await _stream(watcher, receive, send)
    finally:
        watchers.discard(watcher)


async def _stream(watcher: Watcher, receive, send) -> None:
    headers = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b": open\n\n", "more_body": True})
    gone = asyncio.create_task(_until_gone(receive))
    while not gone.done():
        try:
            told = await asyncio.wait_for(watcher.queue.get(), SIGN_IN_SECONDS)
        except TimeoutError:
            if await sync_to_async(_actor)(watcher.key) is None:
                break
            told = b": still here\n\n"
        await send({"type": "http.response.body", "body": told, "more_body": True})
    gone.cancel()
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _until_gone(receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer(send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
