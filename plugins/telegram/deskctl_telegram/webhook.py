"""Webhook mode: Telegram brings updates to us. It hears `200` only after the journal's commit.

A small HTTP/1.1 server of our own: one kind of request, from a proxy on this machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import os
import re
import secrets
from typing import Final

from deskctl.plugins import AuthFailed, ChannelContext, ConfigError, StoreUnavailable, Unavailable
from deskctl.plugins.faultpoints import reach

from .api import Api, ApiError, while_receiving
from .config import Webhook
from .intake import Intake
from .reading import loads
from .updates import ALLOWED

#: Bytes of a request's head and body. An update is a few kilobytes; what were refused would be brought again for ever.
HEAD_BYTES: Final = 16 * 1024
BODY_BYTES: Final = 32 * 1024 * 1024
#: Seconds for a request to come whole, and for the next one on the same line.
REQUEST_SECONDS: Final = 20.0
IDLE_SECONDS: Final = 75.0
MAX_CONNECTIONS: Final = 100
#: How many calls Telegram makes at once (https://core.telegram.org/bots/api#setwebhook).
CALLS_AT_ONCE: Final = 40

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_HEADER: Final = "x-telegram-bot-api-secret-token"
_WORDS: Final = {
    200: "OK", 400: "Bad Request", 401: "Unauthorized", 405: "Method Not Allowed", 411: "Length Required",
    413: "Content Too Large", 431: "Request Header Fields Too Large", 500: "Internal Server Error",
    503: "Service Unavailable",
}  # fmt: skip


class _Answered(Exception):
    """The request is answered with this status, and the line closed: what follows on it cannot be told."""

    def __init__(self, status: int) -> None:
        self.status = status


class Listener:
    """Takes one bot's updates in."""

    def __init__(self, hook: Webhook, intake: Intake, context: ChannelContext) -> None:
        self._hook = hook
        self._intake = intake
        self._context = context
        self._secret = b""
        self._server: asyncio.AbstractServer | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def serve(self, api: Api) -> None:
        """Listen, tell Telegram where, and take updates until cancelled. Raises Unavailable, AuthFailed."""
        secret = await asyncio.to_thread(self._secret_word)
        self._secret = secret.encode()
        await self._listen()
        try:
            await api.call(
                "setWebhook",
                url=self._hook.url,
                secret_token=secret,
                allowed_updates=json.dumps(ALLOWED),
                max_connections=CALLS_AT_ONCE,
                drop_pending_updates=False,
            )
            self._context.log.info("Telegram brings updates to %s, heard at %s", self._hook.url, self.place)
            await asyncio.get_running_loop().create_future()
        except ApiError as error:
            raise while_receiving(error) from None
        finally:
            await self.close()

    async def close(self) -> None:
        """Stop listening. What got no `200` is brought again; the webhook stays, so that Telegram keeps the rest."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
            if self._hook.path is not None:
                self._hook.path.unlink(missing_ok=True)
        for writer in list(self._open):
            writer.close()

    @property
    def port(self) -> int | None:
        """The TCP port in use, while listening."""
        sockets = getattr(self._server, "sockets", ())
        return int(sockets[0].getsockname()[1]) if sockets and self._hook.path is None else None

    @property
    def place(self) -> str:
        return self._hook.place if self.port is None else f"{self._hook.host}:{self.port}"

    @property
    def listening(self) -> bool:
        return self._server is not None

    def _secret_word(self) -> str:
        if self._hook.secret is None:
            return secrets.token_urlsafe(32)
        try:
            word = self._hook.secret.reveal()
        except ConfigError as error:
            raise AuthFailed(f"there is no secret for the webhook: {error.what}", error.hint) from None
        if not _SECRET.fullmatch(word):
            raise AuthFailed(
                "the webhook's secret has letters that Telegram does not take",
                "1 to 256 of A-Z, a-z, 0-9, _ and -; leave it out and one is made up.",
            )
        return word

    async def _listen(self) -> None:
        try:
            if self._hook.path is not None:
                # Created with the mask, so that no stranger can connect in between. Who may: owner and group.
                mask = os.umask(0o117)
                try:
                    self._hook.path.unlink(missing_ok=True)
                    self._server = await asyncio.start_unix_server(self._serve, self._hook.path, limit=HEAD_BYTES)
                finally:
                    os.umask(mask)
            else:
                self._server = await asyncio.start_server(
                    self._serve, self._hook.host, self._hook.port, limit=HEAD_BYTES, backlog=200
                )
        except OSError as error:
            raise Unavailable(
                f"cannot listen at {self._hook.place}: {error.strerror or error}",
                "Is another program listening there? Ports below 1024 need a privilege.",
            ) from error

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, request after request."""
        if len(self._open) >= MAX_CONNECTIONS:
            writer.write(_response(503, last=True))
            writer.close()
            return
        self._open.add(writer)
        try:
            while (head := await self._head(reader)) is not None:
                status = await self._request(head, reader)
                last = head.get("connection", "").lower() == "close"
                writer.write(_response(status, last))
                await writer.drain()
                if last:
                    return
        except _Answered as answer:
            writer.write(_response(answer.status, last=True))
            with contextlib.suppress(OSError):
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            pass  # whoever it was is gone or too slow
        finally:
            self._open.discard(writer)
            writer.close()

    async def _head(self, reader: asyncio.StreamReader) -> dict[str, str] | None:
        """The headers by lower-case name, the method under ":method"; None when nothing more comes."""
        async with asyncio.timeout(IDLE_SECONDS):
            first = await reader.read(1)
        if not first:
            return None
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                block = first + await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            raise _Answered(431) from None
        lines = block.decode("latin-1").split("\r\n")
        words = lines[0].split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/1."):
            raise _Answered(400)
        headers = {":method": words[0]}
        for one in lines[1:-2]:
            name, colon, value = one.partition(":")
            name = name.lower()
            if not colon or name != name.strip() or (name in headers and name in ("content-length", _HEADER)):
                raise _Answered(400)
            headers[name] = value.strip()
        return headers

    async def _request(self, head: dict[str, str], reader: asyncio.StreamReader) -> int:
        """The status of the answer. Nothing is read of whom the secret does not let in."""
        if head[":method"] != "POST":
            raise _Answered(405)
        if not hmac.compare_digest(head.get(_HEADER, "").encode("latin-1"), self._secret):
            raise _Answered(401)
        length = head.get("content-length", "")
        if "transfer-encoding" in head or not (length.isascii() and length.isdigit()):
            raise _Answered(411)
        if len(length) > 9 or int(length) > BODY_BYTES:
            raise _Answered(413)
        async with asyncio.timeout(REQUEST_SECONDS):
            body = await reader.readexactly(int(length))
        return await self._take(body)

    async def _take(self, body: bytes) -> int:
        update = loads(body)
        if update is None:
            return 400
        if not self._intake.wants(update):
            return 200
        try:
            raw, key, envelope = await self._intake.entry(update)
            reach("telegram.received")
            await self._context.deliver(raw, key, envelope)
        except StoreUnavailable as error:
            self._context.log.warning("an update was put off: %s", error)
            return 503
        except Exception:
            self._context.log.exception("an update could not be journalled; Telegram keeps it")
            return 500
        reach("telegram.journalled")
        self._intake.committed((update,))
        return 200


def _response(status: int, last: bool) -> bytes:
    line = "Connection: close" if last else "Connection: keep-alive"
    return f"HTTP/1.1 {status} {_WORDS[status]}\r\nContent-Length: 0\r\n{line}\r\n\r\n".encode("ascii")
