"""A provider of text messages on this machine: it speaks Twilio's Messages API and answers as it is told."""

import json
import socket
import struct
import threading
import time
from base64 import b64encode
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

ACCOUNT, TOKEN, SENDER = "AC0123456789", "made-up token of a test", "+15550100999"


class TextProvider(ThreadingHTTPServer):
    """Runs while the block lasts. `calls` are the forms it took, `answers` what it says next, then 201 for ever.

    An answer is a status, (status, error code), (429, seconds to wait), "hang", or "reset": the connection is cut
    after the request was read. `answers_to` says the same by number.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.calls: list[dict] = []
        self.headers: list[dict] = []
        self.answers: list = []
        self.answers_to: dict[str, object] = {}
        self.hang_seconds, self.slow_seconds = 2.0, 0.0
        self.lock = threading.Lock()

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=[0.05], daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def settings(self) -> dict[str, str]:
        """The clinic's settings.TWILIO."""
        return {"url": self.url, "account": ACCOUNT, "token": TOKEN, "sender": SENDER, "service": ""}

    @property
    def environment(self) -> dict[str, str]:
        """What a clinic of its own process is told."""
        names = {"TWILIO_API_URL": self.url, "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN}
        return {**names, "TWILIO_FROM": SENDER}

    def calls_by_number(self) -> Counter:
        with self.lock:
            return Counter(call["To"] for call in self.calls)

    def take(self, form: dict, headers: dict):
        with self.lock:
            self.calls.append(form)
            self.headers.append(headers)
            return self.answers.pop(0) if self.answers else self.answers_to.get(form["To"], 201)

    def handle_error(self, request, client_address):
        """A client that was killed in the middle is no error here."""


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers["Content-Length"])
        form = dict(parse_qsl(self.rfile.read(length).decode()))
        answer = self.server.take(form, dict(self.headers) | {"path": self.path})
        time.sleep(self.server.slow_seconds)
        if answer == "hang":
            time.sleep(self.server.hang_seconds)
        elif answer == "reset":
            self._cut()
        else:
            status, detail = answer if isinstance(answer, tuple) else (answer, None)
            self._say(status, detail, form)

    def _cut(self):
        """RST instead of an orderly end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def _say(self, status: int, detail, form: dict):
        told = {"sid": "SM" + b64encode(form["To"].encode()).decode()[:30], "status": "queued"}
        if status >= 400:
            told = {"code": detail if status == 400 else status, "message": f"No: {form['To']}", "status": status}
        body = json.dumps(told).encode()
        self.send_response(status)
        if status == 429:
            self.send_header("Retry-After", str(detail))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass
