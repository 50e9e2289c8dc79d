"""The peer of a webhook channel on loopback: a client that posts messages, and a server that receives replies."""

from __future__ import annotations

import http.client
import http.server
import json
import threading
from datetime import UTC, datetime
from typing import Any

from deskctl.plugins import Secret
from deskctl.testing.contract import Fault

from deskctl_webhook import signature
from deskctl_webhook.config import Listen, WebhookConfig

SECRET = "a secret that is long enough for the tests"


def post(
    port: int, body: bytes, identity: str = "msg_1", *, path: str = "/", headers: dict[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    """Post a signed message. Return the status and the JSON of the response."""
    sent_headers = signature.sign(SECRET, identity, body, datetime.now(UTC)) | (headers or {})
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", path, body, sent_headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


class Gateway:
    """A server that receives replies and simulates faults."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.faults: list[Fault] = []
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/replies"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()


def _handler(gateway: Gateway) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            fault = gateway.faults.pop(0) if gateway.faults else None
            if fault == "is busy":
                self._answer(429, {"Retry-After": "7"})
            elif fault == "refuses":
                self._answer(422, {})
            else:
                gateway.bodies.append(json.loads(body))
                gateway.headers.append({name.lower(): value for name, value in self.headers.items()})
                if fault == "falls silent":
                    self.close_connection = True
                else:
                    self._answer(200, {})

        def _answer(self, status: int, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": "0"}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Log nothing."""

    return Handler


class WebhookPeer:
    """A `Peer` of the contract. It posts each message until it is accepted, as the specification requires."""

    def __init__(self, port: int) -> None:
        self.gateway = Gateway()
        self.config = WebhookConfig(secret=Secret.of(SECRET), listen=Listen(port=port), url=self.gateway.url)
        self._port = port
        self._accepted = 0
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def put(self, raw: bytes) -> None:
        thread = threading.Thread(target=self._deliver, args=(raw, f"msg_{len(self._threads)}"))
        self._threads.append(thread)
        thread.start()

    def acknowledged(self) -> int:
        return self._accepted

    def received(self) -> list[str]:
        return [body["text"] for body in self.gateway.bodies]

    def fail(self, fault: Fault) -> None:
        self.gateway.faults.append(fault)

    def close(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(10)
        self.gateway.close()

    def _deliver(self, raw: bytes, identity: str) -> None:
        while not self._stop.is_set():
            try:
                status, _ = post(self._port, raw, identity)
            except (OSError, http.client.HTTPException):
                status = 0
            if status == 202:
                self._accepted += 1
            if 200 <= status < 500:
                return
            self._stop.wait(0.05)
