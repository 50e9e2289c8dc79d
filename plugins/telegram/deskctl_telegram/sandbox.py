"""A local Bot API server to try a bot without Telegram: `python -m deskctl_telegram.sandbox`.

Set a channel's `api` to its address; any token works. Act as a customer with HTTP requests:

    curl -d text=Hello http://127.0.0.1:8081/chats/42      customer 42 writes (name=… sets the customer's name)
    curl -d press=1 http://127.0.0.1:8081/chats/42         the customer presses the first button of the newest message
    curl http://127.0.0.1:8081/chats/42                    print the chat, one JSON object per line

The sandbox serves one bot with the part of https://core.telegram.org/bots/api that a channel without a webhook uses. It
keeps its data in memory only.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from .json_access import as_dicts

BOT: Final = {"id": 1, "is_bot": True, "first_name": "Desk", "username": "desk_sandbox_bot", "can_join_groups": False}
#: https://core.telegram.org/bots/api#sendmessage
MAX_TEXT: Final = 4096
#: The largest request, in bytes.
MAX_REQUEST: Final = 64 * 1024**2
FILE_FIELDS: Final = ("document", "photo")


class RequestError(Exception):
    """An error response of the server."""

    def __init__(self, status: int, description: str) -> None:
        super().__init__(description)
        self.status = status


@dataclass(slots=True)
class Sandbox:
    """The messages of all chats and the unconfirmed updates of the bot. Safe to use from any thread."""

    chats: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    updates: list[dict[str, Any]] = field(default_factory=list)
    numbers: int = 0
    poller: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    # --- customers

    def write(self, user: int, text: str, name: str) -> dict[str, Any]:
        """Add a customer's message and return it in the form of the chat."""
        shown = self._add_to_chat(user, {"from": name, "text": text})
        self._add_update({"message": {**self._head(user, shown["id"]), "from": _person(user, name), "text": text}})
        return shown

    def press(self, user: int, button: int, name: str) -> dict[str, Any]:
        """Press a button, counted from 1, of the newest message with buttons. Raises RequestError."""
        with self.changed:
            offered = next((m for m in reversed(self.chats.get(user, [])) if m.get("buttons")), None)
        if offered is None or not 1 <= button <= len(offered["buttons"]):
            raise RequestError(404, f"no button {button} in chat {user}")
        under = {
            **self._head(user, offered["id"]),
            "from": BOT,
            "text": offered["text"],
            "reply_markup": offered["markup"],
        }
        pressed: dict[str, Any] = as_dicts([b for row in offered["markup"]["inline_keyboard"] for b in row])[button - 1]
        query = {"id": str(self._number()), "from": _person(user, name), "message": under}
        self._add_update({"callback_query": {**query, "data": pressed["callback_data"]}})
        return {"id": offered["id"], "pressed": pressed["text"]}

    def chat(self, user: int) -> list[dict[str, Any]]:
        with self.changed:
            return [{k: v for k, v in message.items() if k != "markup"} for message in self.chats.get(user, [])]

    # --- the bot

    def perform(self, method: str, params: Mapping[str, str], filename: str | None) -> Any:
        """Return the result of a Bot API method. Raises RequestError."""
        match method:
            case "getMe":
                return BOT
            case "getUpdates":
                return self._get_updates(params)
            case "getWebhookInfo":
                with self.changed:
                    return {"url": "", "pending_update_count": len(self.updates)}
            case "deleteWebhook" | "answerCallbackQuery":
                return True
            case "sendMessage" | "sendPhoto" | "sendDocument":
                return self._send(params, filename)
            case "setWebhook":
                raise RequestError(400, "Bad Request: the sandbox has no webhooks; remove `webhook` from the channel")
        raise RequestError(404, f"Not Found: the sandbox has no method {method[:40]}")

    def _send(self, params: Mapping[str, str], filename: str | None) -> dict[str, Any]:
        user = int(params["chat_id"])
        text = params.get("text", params.get("caption", ""))
        if filename is None and not text.strip():
            raise RequestError(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > MAX_TEXT:
            raise RequestError(400, "Bad Request: message is too long")
        with self.changed:
            if user not in self.chats:
                raise RequestError(400, "Bad Request: chat not found")
        message: dict[str, Any] = {"from": "bot", "text": text}
        if filename is not None:
            message["file"] = filename
        if markup := json.loads(params.get("reply_markup", "{}")):
            message["buttons"] = [button["text"] for row in markup["inline_keyboard"] for button in row]
            message["markup"] = markup
        return self._head(user, self._add_to_chat(user, message)["id"])

    def _get_updates(self, params: Mapping[str, str]) -> list[dict[str, Any]]:
        """Wait for updates and return them; an offset confirms all updates before it."""
        offset, wait = int(params.get("offset", 0)), min(int(params.get("timeout", 0)), 50)
        with self.changed:
            self.poller += 1
            poller = self.poller
            self.changed.notify_all()
            if offset:
                self.updates = [update for update in self.updates if update["update_id"] >= offset]
            self.changed.wait_for(lambda: bool(self.updates) or self.poller != poller, wait)
            if self.poller != poller:
                raise RequestError(409, "Conflict: terminated by other getUpdates request")
            return self.updates[: int(params.get("limit", 100))]

    def _add_update(self, update: dict[str, Any]) -> None:
        with self.changed:
            self.updates.append({"update_id": self._number(), **update})
            self.changed.notify_all()

    def _add_to_chat(self, user: int, message: dict[str, Any]) -> dict[str, Any]:
        with self.changed:
            shown = {"id": self._number(), **message}
            self.chats.setdefault(user, []).append(shown)
        print(f"{user} {'<' if message['from'] == 'bot' else '>'} {message['text']!a}", flush=True)  # noqa: T201
        return shown

    def _number(self) -> int:
        with self.changed:
            self.numbers += 1
            return self.numbers

    @staticmethod
    def _head(user: int, number: int) -> dict[str, Any]:
        return {"message_id": number, "date": int(time.time()), "chat": {"id": user, "type": "private"}}


def _person(user: int, name: str) -> dict[str, Any]:
    return {"id": user, "is_bot": False, "first_name": name}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 90
    server: _Server

    def log_message(self, *_: object) -> None:
        """Log nothing, because request URLs contain the token."""

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def _handle(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        if size > MAX_REQUEST:
            self.close_connection = True
            self._answer(413, {"ok": False, "error_code": 413, "description": "Request Entity Too Large"})
            return
        params, filename = _params(self.headers.get("Content-Type", ""), self.rfile.read(size))
        words = urlsplit(self.path).path.strip("/").split("/")
        try:
            if len(words) == 2 and words[0] == "chats":
                self._chat(words[1], params)
            elif len(words) == 2 and words[0].startswith("bot"):
                self._answer(200, {"ok": True, "result": self.server.sandbox.perform(words[1], params, filename)})
            else:
                raise RequestError(404, "Not Found")
        except RequestError as error:
            self._answer(error.status, {"ok": False, "error_code": error.status, "description": str(error)})
        except (KeyError, TypeError, ValueError) as error:
            description = f"Bad Request: {type(error).__name__}: {error}"
            self._answer(400, {"ok": False, "error_code": 400, "description": description})

    def _chat(self, user: str, params: Mapping[str, str]) -> None:
        sandbox, name = self.server.sandbox, params.get("name", f"Customer {user}")
        if self.command == "GET":
            lines = "".join(json.dumps(message, ensure_ascii=False) + "\n" for message in sandbox.chat(int(user)))
            self._write(200, lines.encode())
        elif "press" in params:
            self._answer(200, sandbox.press(int(user), int(params["press"]), name))
        else:
            self._answer(200, sandbox.write(int(user), params["text"], name))

    def _answer(self, status: int, document: Mapping[str, Any]) -> None:
        self._write(status, json.dumps(document, ensure_ascii=False).encode() + b"\n")

    def _write(self, status: int, content: bytes) -> None:
        with contextlib.suppress(ConnectionError):
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    sandbox: Sandbox


def _params(kind: str, body: bytes) -> tuple[dict[str, str], str | None]:
    """Return the parameters of a request and the name of its file, if it has one."""
    if not kind.startswith("multipart/form-data"):
        return {name: values[-1] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}, None
    form = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    params: dict[str, str] = {}
    filename = None
    for part in form.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        if part.get_filename() is not None or name in FILE_FIELDS:
            filename = part.get_filename() or name
        else:
            content = part.get_payload(decode=True)
            params[name] = content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
    return params, filename


def main(argv: list[str] | None = None) -> int:
    """Run the server until SIGTERM or Ctrl-C. Print its address as the first line."""
    parser = argparse.ArgumentParser(
        prog="python -m deskctl_telegram.sandbox", description="A local Bot API server to try a bot without Telegram"
    )
    parser.add_argument("--port", type=int, default=8081, help="port on 127.0.0.1; 0 for any free port (default 8081)")
    port = parser.parse_args(argv).port
    try:
        server = _Server(("127.0.0.1", port), _Handler)
    except (OSError, OverflowError) as error:
        print(f"cannot listen on 127.0.0.1:{port}: {error}", file=sys.stderr)  # noqa: T201
        return 6
    server.sandbox = Sandbox()
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)  # noqa: T201
    with server, contextlib.suppress(KeyboardInterrupt):
        server.serve_forever(0.1)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
