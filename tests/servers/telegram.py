"""A Bot API server on loopback for tests, which follows https://core.telegram.org/bots/api.

It supports long polling with confirmation by offset, conflicts of two pollers, webhooks with a secret, upload and
download of files, the limits of texts, and scripted faults.
"""

from __future__ import annotations

import contextlib
import email.parser
import email.policy
import json
import select
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

TOKEN = "777:SECRET-token_of-tests"
BOT = {"id": 777, "is_bot": True, "first_name": "Desk", "username": "desk_test_bot", "can_join_groups": True}

#: `answer`: answer with an error. `cut`: close the connection before the call. `lose`: close it after the call.
Fault = Literal["answer", "cut", "lose"]


@dataclass
class Sent:
    """A call by which the bot sent something: the method, its parameters, and the file."""

    method: str
    params: dict[str, Any]
    filename: str | None = None
    content: bytes = b""
    message_id: int = 0

    @property
    def text(self) -> str:
        return str(self.params.get("text", ""))


@dataclass
class _Scripted:
    method: str
    fault: Fault
    status: int = 500
    description: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    times: int = 1
    skip: int = 0


class BotServer:
    """A server that listens until `close`. All methods are safe in any thread."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.answered: list[str] = []
        """The ids of pressed buttons that the bot answered."""
        self.calls: list[str] = []
        self.requested: list[tuple[str, float]] = []
        """All calls, those with a fault included, with their time (`time.monotonic`)."""
        self.blocked: set[int] = set()
        self.unknown: set[int] = set()
        self.files: dict[str, bytes] = {}
        self.webhook: dict[str, Any] = {}
        self.confirmed = 0
        """The number of updates that the bot confirmed."""
        self.handed_over = 0
        """The number of updates in responses of getUpdates, including repetitions."""
        self._updates: list[dict[str, Any]] = []
        self._next_update = 1000
        self._next_message = 1
        self._poller = 0
        self._faults: list[_Scripted] = []
        self._changed = threading.Condition()
        self._closed = False
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.bots = self
        self.port = int(self._server.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._threads = [threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)]
        self._threads.append(threading.Thread(target=self._push, daemon=True))
        for thread in self._threads:
            thread.start()

    # --- customers

    def customer_writes(self, user: int, text: str = "", **more: Any) -> dict[str, Any]:
        """Add a message from `user` in the user's own chat, and return it in Telegram's form."""
        message = {
            "message_id": self._number(),
            "date": int(time.time()),
            "chat": {"id": user, "type": "private", "first_name": "Ana"},
            "from": {"id": user, "is_bot": False, "first_name": "Ana", "language_code": "en"},
            **({"text": text} if text else {}),
            **more,
        }
        self.add_update(message=message)
        return message

    def press_button(self, user: int, under: Sent, data: str, query: str = "q1") -> None:
        """Add the press of a button by `user`."""
        shown = {
            "message_id": under.message_id,
            "date": int(time.time()),
            "chat": {"id": user, "type": "private"},
            "from": BOT,
            "text": under.text,
            "reply_markup": json.loads(under.params["reply_markup"]),
        }
        sender = {"id": user, "is_bot": False, "first_name": "Ana"}
        self.add_update(callback_query={"id": query, "from": sender, "message": shown, "data": data})

    def add_update(self, **kind: Any) -> int:
        """Add an update of any kind and return its number."""
        self.add_updates([kind])
        return self._next_update - 1

    def add_updates(self, kinds: list[dict[str, Any]]) -> None:
        """Add several updates at once."""
        with self._changed:
            for kind in kinds:
                self._updates.append({"update_id": self._next_update, **kind})
                self._next_update += 1
            self._changed.notify_all()

    def add_file(self, file_id: str, content: bytes) -> None:
        self.files[file_id] = content

    # --- faults

    def fail(
        self,
        method: str,
        fault: Fault = "answer",
        status: int = 500,
        description: str = "Internal Server Error",
        *,
        times: int = 1,
        skip: int = 0,
        **parameters: Any,
    ) -> None:
        """Apply a fault to the next calls of `method`, after `skip` successful ones."""
        with self._changed:
            self._faults.append(_Scripted(method, fault, status, description, parameters, times, skip))

    def _due(self, method: str) -> _Scripted | None:
        with self._changed:
            for scripted in self._faults:
                if scripted.method == method and scripted.times > 0:
                    if scripted.skip:
                        scripted.skip -= 1
                        continue
                    scripted.times -= 1
                    return scripted
        return None

    # --- waiting

    def wait_sent(self, count: int, seconds: float = 15) -> list[Sent]:
        """Wait until the bot sent `count` messages, and return all of them."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.sent) >= count, seconds):
                raise AssertionError(f"{len(self.sent)} of {count} messages were sent within {seconds:g} s")
            return list(self.sent)

    def wait_confirmed(self, count: int, seconds: float = 15) -> None:
        with self._changed:
            if not self._changed.wait_for(lambda: self.confirmed >= count, seconds):
                raise AssertionError(f"{self.confirmed} of {count} updates were confirmed within {seconds:g} s")

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._server.shutdown()
        self._server.server_close()
        self._server.cut()

    def __enter__(self) -> BotServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- methods

    def perform(
        self,
        method: str,
        params: dict[str, Any],
        filename: str | None,
        content: bytes,
        gone: Callable[[], bool] = lambda: False,
    ) -> Any:
        """Return the result of a call. `gone` returns True after the client disconnected. Raises ErrorResponse."""
        with self._changed:
            self.calls.append(method)
        match method:
            case "getMe":
                return BOT
            case "getUpdates":
                return self._get_updates(params, gone)
            case "setWebhook":
                with self._changed:
                    self.webhook = params
                    self._changed.notify_all()
                return True
            case "deleteWebhook":
                self.webhook = {}
                return True
            case "getWebhookInfo":
                return {"url": self.webhook.get("url", ""), "pending_update_count": len(self._updates)}
            case "answerCallbackQuery":
                with self._changed:
                    self.answered.append(params["callback_query_id"])
                    self._changed.notify_all()
                return True
            case "getFile":
                known = self.files.get(params["file_id"])
                if known is None:
                    raise ErrorResponse(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
                if len(known) > 20 * 1024 * 1024:
                    raise ErrorResponse(400, "Bad Request: file is too big")
                return {"file_id": params["file_id"], "file_size": len(known), "file_path": f"f/{params['file_id']}"}
            case "sendMessage" | "sendPhoto" | "sendDocument":
                return self._send(method, params, filename, content)
        raise ErrorResponse(404, "Not Found")

    def _send(self, method: str, params: dict[str, Any], filename: str | None, content: bytes) -> dict[str, Any]:
        chat = int(params["chat_id"])
        if chat in self.unknown:
            raise ErrorResponse(400, "Bad Request: chat not found")
        if chat in self.blocked:
            raise ErrorResponse(403, "Forbidden: bot was blocked by the user")
        text = params.get("text", "")
        if method == "sendMessage" and not text.strip():
            raise ErrorResponse(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > 4096:
            raise ErrorResponse(400, "Bad Request: message is too long")
        if method == "sendPhoto" and not content.startswith((b"\x89PNG", b"\xff\xd8")):
            raise ErrorResponse(400, "Bad Request: IMAGE_PROCESS_FAILED")
        sent = Sent(method, params, filename, content, self._number())
        with self._changed:
            self.sent.append(sent)
            self._changed.notify_all()
        return {"message_id": sent.message_id, "date": int(time.time()), "chat": {"id": chat, "type": "private"}}

    def _get_updates(self, params: dict[str, Any], gone: Callable[[], bool]) -> list[dict[str, Any]]:
        if self.webhook:
            raise ErrorResponse(409, "Conflict: can't use getUpdates method while webhook is active")
        allowed = json.loads(params["allowed_updates"]) if "allowed_updates" in params else None
        with self._changed:
            self._poller += 1
            poller = self._poller
            self._changed.notify_all()  # end an older request
            if offset := int(params.get("offset", 0)):
                before = len(self._updates)
                self._updates = [update for update in self._updates if update["update_id"] >= offset]
                self.confirmed += before - len(self._updates)
                self._changed.notify_all()
            deadline = time.monotonic() + min(int(params.get("timeout", 0)), 50)

            def ready() -> bool:
                return bool(self._updates) or self._poller != poller or self._closed

            while not ready() and time.monotonic() < deadline:
                self._changed.wait(min(0.1, max(0.0, deadline - time.monotonic())))
                if gone():
                    return []
            if self._poller != poller:
                raise ErrorResponse(
                    409,
                    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
                )
            batch = self._updates[: int(params.get("limit", 100))]
            self.handed_over += len(batch)
        return [u for u in batch if allowed is None or any(kind in u for kind in allowed)]

    def _number(self) -> int:
        with self._changed:
            self._next_message += 1
            return self._next_message

    def _push(self) -> None:
        """Post updates to the webhook, one after another, and repeat each until the answer is `200`."""
        while not self._closed:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or (self.webhook and self._updates), 0.2)
                if self._closed or not (self.webhook and self._updates):
                    continue
                update, hook = self._updates[0], dict(self.webhook)
            headers = {
                "Content-Type": "application/json",
                "X-Telegram-Bot-Api-Secret-Token": hook.get("secret_token", ""),
            }
            request = urllib.request.Request(hook["url"], json.dumps(update).encode(), headers)
            try:
                with _direct.open(request, timeout=10) as answer:
                    accepted = answer.status == 200
            except OSError:
                accepted = False
            with self._changed:
                if accepted and update in self._updates:
                    self._updates.remove(update)
                    self.confirmed += 1
                    self._changed.notify_all()
            if not accepted:
                time.sleep(0.05)


_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class ErrorResponse(Exception):
    def __init__(self, status: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    bots: BotServer

    def __init__(self, *args: Any) -> None:
        self._connections: set[socket.socket] = set()
        super().__init__(*args)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self._connections.add(connection)
        return connection, address

    def cut(self) -> None:
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, *_: object) -> None:
        """Ignore errors of closed connections."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    timeout = 60

    def log_message(self, *_: object) -> None:
        """Log nothing."""

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def _handle(self) -> None:
        bots = self.server.bots
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        words = urlsplit(self.path).path.strip("/").split("/")
        if words[0] == "file" and words[1:2] == [f"bot{TOKEN}"]:
            self._file(bots, words[-1])
            return
        if words[0] != f"bot{TOKEN}" or len(words) != 2:
            self._answer(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
            return
        method = words[1]
        bots.requested.append((method, time.monotonic()))
        scripted = bots._due(method)
        if scripted is not None and scripted.fault == "cut":
            self._cut()
            return
        try:
            if scripted is not None and scripted.fault == "answer":
                raise ErrorResponse(scripted.status, scripted.description, scripted.parameters)
            params, filename, content = self._params(body)
            result = bots.perform(method, params, filename, content, self._is_disconnected)
        except ErrorResponse as error:
            answer = {"ok": False, "error_code": error.status, "description": error.description}
            if error.parameters:
                answer["parameters"] = error.parameters
            self._answer(error.status, answer)
            return
        if scripted is not None:
            self._cut()
            return
        self._answer(200, {"ok": True, "result": result})

    def _is_disconnected(self) -> bool:
        """Return True if the client closed the connection."""
        if not select.select([self.connection], [], [], 0)[0]:
            return False
        try:
            return not self.connection.recv(1, socket.MSG_PEEK)
        except OSError:
            return True

    def _file(self, bots: BotServer, file_id: str) -> None:
        if (scripted := bots._due("file")) is not None:
            if scripted.fault == "answer":
                self._answer(scripted.status, {"ok": False, "description": scripted.description})
            else:
                self._cut()
            return
        content = bots.files.get(file_id)
        if content is None:
            self._answer(404, {"ok": False, "error_code": 404, "description": "Not Found"})
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _params(self, body: bytes) -> tuple[dict[str, Any], str | None, bytes]:
        kind = self.headers.get("Content-Type", "")
        if kind.startswith("multipart/form-data"):
            return _multipart(kind, body)
        return {name: values[-1] for name, values in parse_qs(body.decode()).items()}, None, b""

    def _answer(self, status: int, answer: dict[str, Any]) -> None:
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


def _multipart(kind: str, body: bytes) -> tuple[dict[str, Any], str | None, bytes]:
    form = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(
        b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body
    )
    params: dict[str, Any] = {}
    filename, content = None, b""
    for part in _parts(form):
        value = part.get_payload(decode=True) or b""
        if part.get_filename() is not None:
            filename, content = part.get_filename(), value
        else:
            params[str(part.get_param("name", header="content-disposition"))] = value.decode()
    return params, filename, content


def _parts(form: Any) -> Iterator[Any]:
    yield from form.iter_parts()
