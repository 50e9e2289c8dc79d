"""A Bot API of your own on loopback, to try a desk's bot without Telegram: `python -m deskctl_telegram.sandbox`.

Point a channel's `api` at it; any token will do. What a customer does is a request, and so is looking into their chat:

    curl -d text=Hello http://127.0.0.1:8081/chats/42      customer 42 writes (name=… tells what they are called)
    curl -d press=1 http://127.0.0.1:8081/chats/42         they press the first button of the newest message with some
    curl http://127.0.0.1:8081/chats/42                    all that was said in their chat, one JSON object a line

It speaks the part of https://core.telegram.org/bots/api that a channel without a webhook uses, for one bot, keeps
nothing on disk and forgets everything when it ends.
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

from .reading import tables

BOT: Final = {"id": 1, "is_bot": True, "first_name": "Desk", "username": "desk_sandbox_bot", "can_join_groups": False}
#: https://core.telegram.org/bots/api#sendmessage
LONGEST: Final = 4096
#: Bytes of one request; more is not read.
LARGEST: Final = 64 * 1024**2
FILE_FIELDS: Final = ("document", "photo")


class Refusal(Exception):
    """What the server answers instead of a result."""

    def __init__(self, status: int, description: str) -> None:
        super().__init__(description)
        self.status = status


@dataclass(slots=True)
class Bots:
    """What was said in every chat, and which updates the bot has not confirmed yet. Safe in any thread."""

    chats: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    updates: list[dict[str, Any]] = field(default_factory=list)
    numbers: int = 0
    poller: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    # --- customers

    def says(self, user: int, text: str, name: str) -> dict[str, Any]:
        """A customer writes; the message as their chat shows it."""
        shown = self._show(user, {"from": name, "text": text})
        self._happens({"message": {**self._head(user, shown["id"]), "from": _person(user, name), "text": text}})
        return shown

    def presses(self, user: int, button: int, name: str) -> dict[str, Any]:
        """A customer presses the button with that number, from 1, of the newest message that has any.
        Raises Refusal."""
        with self.changed:
            offered = next((m for m in reversed(self.chats.get(user, [])) if m.get("buttons")), None)
        if offered is None or not 1 <= button <= len(offered["buttons"]):
            raise Refusal(404, f"there is no button {button} in the chat of {user}")
        under = {
            **self._head(user, offered["id"]),
            "from": BOT,
            "text": offered["text"],
            "reply_markup": offered["markup"],
        }
        pressed: dict[str, Any] = tables([b for row in offered["markup"]["inline_keyboard"] for b in row])[button - 1]
        query = {"id": str(self._number()), "from": _person(user, name), "message": under}
        self._happens({"callback_query": {**query, "data": pressed["callback_data"]}})
        return {"id": offered["id"], "pressed": pressed["text"]}

    def chat(self, user: int) -> list[dict[str, Any]]:
        with self.changed:
            return [{k: v for k, v in message.items() if k != "markup"} for message in self.chats.get(user, [])]

    # --- the bot

    def perform(self, method: str, params: Mapping[str, str], filename: str | None) -> Any:
        """The result of a method of the Bot API. Raises Refusal."""
        match method:
            case "getMe":
                return BOT
            case "getUpdates":
                return self._updates(params)
            case "getWebhookInfo":
                with self.changed:
                    return {"url": "", "pending_update_count": len(self.updates)}
            case "deleteWebhook" | "answerCallbackQuery":
                return True
            case "sendMessage" | "sendPhoto" | "sendDocument":
                return self._sends(params, filename)
            case "setWebhook":
                raise Refusal(400, "Bad Request: the sandbox has no webhooks; leave `webhook` out")
        raise Refusal(404, f"Not Found: the sandbox does not know {method[:40]}")

    def _sends(self, params: Mapping[str, str], filename: str | None) -> dict[str, Any]:
        user = int(params["chat_id"])
        text = params.get("text", params.get("caption", ""))
        if filename is None and not text.strip():
            raise Refusal(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > LONGEST:
            raise Refusal(400, "Bad Request: message is too long")
        with self.changed:
            if user not in self.chats:
                raise Refusal(400, "Bad Request: chat not found")
        message: dict[str, Any] = {"from": "bot", "text": text}
        if filename is not None:
            message["file"] = filename
        if markup := json.loads(params.get("reply_markup", "{}")):
            message["buttons"] = [button["text"] for row in markup["inline_keyboard"] for button in row]
            message["markup"] = markup
        return self._head(user, self._show(user, message)["id"])

    def _updates(self, params: Mapping[str, str]) -> list[dict[str, Any]]:
        """Held open until there is something to tell; asking with an offset confirms what was before it."""
        offset, wait = int(params.get("offset", 0)), min(int(params.get("timeout", 0)), 50)
        with self.changed:
            self.poller += 1
            mine = self.poller
            self.changed.notify_all()
            if offset:
                self.updates = [update for update in self.updates if update["update_id"] >= offset]
            self.changed.wait_for(lambda: bool(self.updates) or self.poller != mine, wait)
            if self.poller != mine:
                raise Refusal(409, "Conflict: terminated by other getUpdates request")
            return self.updates[: int(params.get("limit", 100))]

    def _happens(self, update: dict[str, Any]) -> None:
        with self.changed:
            self.updates.append({"update_id": self._number(), **update})
            self.changed.notify_all()

    def _show(self, user: int, message: dict[str, Any]) -> dict[str, Any]:
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
        """Addresses hold the token."""

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def _handle(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        if size > LARGEST:
            self.close_connection = True
            self._answer(413, {"ok": False, "error_code": 413, "description": "Request Entity Too Large"})
            return
        params, filename = _params(self.headers.get("Content-Type", ""), self.rfile.read(size))
        words = urlsplit(self.path).path.strip("/").split("/")
        try:
            if len(words) == 2 and words[0] == "chats":
                self._chat(words[1], params)
            elif len(words) == 2 and words[0].startswith("bot"):
                self._answer(200, {"ok": True, "result": self.server.bots.perform(words[1], params, filename)})
            else:
                raise Refusal(404, "Not Found")
        except Refusal as error:
            self._answer(error.status, {"ok": False, "error_code": error.status, "description": str(error)})
        except (KeyError, TypeError, ValueError) as error:
            said = f"Bad Request: {type(error).__name__}: {error}"
            self._answer(400, {"ok": False, "error_code": 400, "description": said})

    def _chat(self, user: str, params: Mapping[str, str]) -> None:
        bots, name = self.server.bots, params.get("name", f"Customer {user}")
        if self.command == "GET":
            lines = "".join(json.dumps(message, ensure_ascii=False) + "\n" for message in bots.chat(int(user)))
            self._write(200, lines.encode())
        elif "press" in params:
            self._answer(200, bots.presses(int(user), int(params["press"]), name))
        else:
            self._answer(200, bots.says(int(user), params["text"], name))

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
    bots: Bots


def _params(kind: str, body: bytes) -> tuple[dict[str, str], str | None]:
    """What a request says, and the name of the file that came along."""
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
    """Until SIGTERM or Ctrl-C. The first line that it prints is its address."""
    parser = argparse.ArgumentParser(
        prog="python -m deskctl_telegram.sandbox", description=(__doc__ or "").split(":")[0]
    )
    parser.add_argument("--port", type=int, default=8081, help="on 127.0.0.1; 0 takes any that is free (default 8081)")
    port = parser.parse_args(argv).port
    try:
        server = _Server(("127.0.0.1", port), _Handler)
    except (OSError, OverflowError) as error:
        print(f"cannot listen on 127.0.0.1:{port}: {error}", file=sys.stderr)  # noqa: T201
        return 6
    server.bots = Bots()
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)  # noqa: T201
    with server, contextlib.suppress(KeyboardInterrupt):
        server.serve_forever(0.1)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
