"""Browsers in plain Python: open cockpits and boards that follow what others do, and people who write readings."""

import http.client
import json
import random
import re
import socket
import threading
import time
import uuid
from collections import defaultdict
from dataclasses import dataclass, field

POLL = re.compile(r'hx-get="([^"]+\?stamp=[^"]+)"')
POLL_SECONDS = 1.5  # as the pages do


@dataclass
class Seen:
    """What all clients of one run measured: seconds by kind, and when which change was written and seen."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)
    written: list[tuple[str, float]] = field(default_factory=list)
    shown: dict[str, list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))
    lock: threading.Lock = field(default_factory=threading.Lock)
    opened: threading.Barrier | None = None
    ends: float = 0.0

    def took(self, kind: str, seconds: float) -> None:
        with self.lock:
            self.seconds[kind].append(seconds)

    def failed(self, text: str) -> None:
        with self.lock:
            self.wrong.append(text[:200])

    def delays(self, until: float) -> list[float]:
        """Seconds from each write to the moment at which each page that follows the session showed something newer."""
        found = []
        for session, at in self.written:
            pages = defaultdict(list)
            for client, when in self.shown[session]:
                pages[client].append(when)
            for times in pages.values():
                later = [when for when in times if when > at]
                if later:
                    found.append(min(later) - at)
                elif until - at > 2 * POLL_SECONDS:
                    found.append(until - at)
        return found


class Browser(threading.Thread):
    """One open page. `events` is the port of the events server, None for polling."""

    def __init__(self, number: int, port: int, cookie: str, session: str | None, seen: Seen, events=None):
        super().__init__(daemon=True)
        self.number, self.port, self.cookie, self.session = number, port, cookie, session
        self.seen, self.events = seen, events
        self.page = f"/sessions/{session}/" if session else "/sessions/board/"
        self.poll = ""

    def run(self) -> None:
        try:
            self.web = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            self.take(*self.ask("opening", self.page))
            self.seen.opened.wait()
            time.sleep(random.random() * POLL_SECONDS)  # noqa: S311 (nor do they poll at once)
            self.listen() if self.events else self.keep_polling()
        except (OSError, http.client.HTTPException) as error:
            self.seen.failed(f"{type(error).__name__}: {error}")

    def keep_polling(self) -> None:
        while time.monotonic() + POLL_SECONDS < self.seen.ends:
            time.sleep(POLL_SECONDS)
            self.take(*self.ask("poll", self.poll))

    def listen(self) -> None:
        """The stream is read from the socket itself, so that waiting for nothing can end."""
        place = f"/session/{self.session}" if self.session else "/board"
        words = f"GET {place} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {self.cookie}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", self.events), timeout=1) as stream:
            stream.sendall(words.encode())
            while time.monotonic() < self.seen.ends:
                try:
                    told = stream.recv(65536)
                except TimeoutError:
                    continue
                if not told or b" 401 " in told:
                    self.seen.failed("the events ended")
                    return
                if b"event: changed" in told:
                    self.take(*self.ask("fragment", self.poll))

    def ask(self, kind: str, path: str) -> tuple[int, str]:
        before = time.monotonic()
        headers = {"Cookie": self.cookie} | ({} if "page" in kind or kind == "opening" else {"HX-Request": "true"})
        answer = self.answer(path, headers)
        text = answer.read().decode(errors="replace")
        self.seen.took(kind, time.monotonic() - before)
        if answer.status not in (200, 204):
            self.seen.failed(f"{answer.status} {path}")
        return answer.status, text

    def answer(self, path: str, headers: dict) -> http.client.HTTPResponse:
        """A browser, too, asks again where the server closed a connection that was idle."""
        try:
            self.web.request("GET", path, headers=headers)
            return self.web.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self.web.close()
            self.web.request("GET", path, headers=headers)
            return self.web.getresponse()

    def take(self, status: int, text: str) -> None:
        """Remember what the page will ask with next, and when it showed something newer."""
        if status != 200:
            return
        found = POLL.search(text)
        if found:
            self.poll = found.group(1).replace("&amp;", "&")
        if "hx-swap-oob" in text and self.session:
            with self.seen.lock:
                self.seen.shown[self.session].append((self.number, time.monotonic()))


class Writer(threading.Thread):
    """Somebody who writes a reading into a session that is followed, every `pause` seconds."""

    def __init__(self, port: int, token: str, sessions: list[str], seen: Seen, pause: float):
        super().__init__(daemon=True)
        self.port, self.token, self.sessions = port, token, sessions
        self.seen, self.pause = seen, pause

    def run(self) -> None:
        self.seen.opened.wait()
        headers = {"Authorization": f"Token {self.token}", "Content-Type": "application/json"}
        web = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        while time.monotonic() + 2 * POLL_SECONDS < self.seen.ends:
            session = random.choice(self.sessions)  # noqa: S311 (a measurement)
            body = {"id": str(uuid.uuid4()), "systolic_mmhg": 124, "diastolic_mmhg": 79, "spo2_pct": 98}
            before = time.monotonic()
            web.request("POST", f"/api/v1/sessions/{session}/readings", json.dumps(body), headers)
            answer = web.getresponse()
            text = answer.read().decode(errors="replace")
            if answer.status != 201:
                self.seen.failed(f"write {answer.status} {text}")
            else:
                self.seen.took("write", time.monotonic() - before)
                with self.seen.lock:
                    self.seen.written.append((session, time.monotonic()))
            time.sleep(self.pause)


class Visitor(Browser):
    """Somebody who opens cockpits and the board from anew, so that the first view is measured under load."""

    def run(self) -> None:
        try:
            self.web = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            self.seen.opened.wait()
            while time.monotonic() < self.seen.ends:
                self.ask("page", self.page)
                self.ask("board page", "/sessions/board/")
                time.sleep(1.0)
        except (OSError, http.client.HTTPException) as error:
            self.seen.failed(f"{type(error).__name__}: {error}")
