"""Webhook mode: an HTTP/1.1 server that receives updates from Telegram through a proxy on this machine.

It answers `200` only after the update is committed to the journal. It accepts a single kind of request.
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

from .api import Api
from .config import Webhook
from .errors import ApiError, receive_error
from .intake import Intake
from .json_access import parse_object
from .messages import _
from .rate_limit import when_allowed
from .updates import ALLOWED

#: The largest head and body of a request, in bytes. An update has a few kilobytes. The limit is much higher, because
#: Telegram sends a refused update again and again.
HEAD_BYTES: Final = 16 * 1024
BODY_BYTES: Final = 32 * 1024 * 1024
#: Seconds to receive a complete request, and to wait for the next one on the same connection.
REQUEST_SECONDS: Final = 20.0
IDLE_SECONDS: Final = 75.0
MAX_CONNECTIONS: Final = 100
#: Bytes of the bodies of all requests together. Beyond it a request gets `503`, and Telegram repeats it.
ALL_BODIES_BYTES: Final = 64 * 1024 * 1024
#: Parallel requests that Telegram may make (https://core.telegram.org/bots/api#setwebhook).
PARALLEL_REQUESTS: Final = 40

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_SECRET_HEADER: Final = "x-telegram-bot-api-secret-token"
_REASON_PHRASES: Final = {
    200: "OK", 400: "Bad Request", 401: "Unauthorized", 405: "Method Not Allowed", 411: "Length Required",
    413: "Content Too Large", 431: "Request Header Fields Too Large", 500: "Internal Server Error",
    503: "Service Unavailable",
}  # fmt: skip


class _RequestError(Exception):
    """An error in a request. The server answers with `status` and closes the connection, because the next request on it
    cannot be found reliably.
    """

    def __init__(self, status: int) -> None:
        self.status = status


class Listener:
    """The server that receives the updates of one bot."""

    def __init__(self, hook: Webhook, intake: Intake, context: ChannelContext) -> None:
        self._hook = hook
        self._intake = intake
        self._context = context
        self._secret = b""
        self._server: asyncio.AbstractServer | None = None
        self._open: dict[asyncio.StreamWriter, bool] = {}  # True after a request with the secret
        self._body_bytes = 0

    async def serve(self, api: Api) -> None:
        """Listen, set the webhook at Telegram, and receive updates until cancelled.

        Raises Unavailable or AuthFailed.
        """
        secret = await asyncio.to_thread(self._read_secret)
        self._secret = secret.encode()
        await self._listen()
        self._context.listening()
        try:
            await when_allowed(lambda: self._set_webhook(api, secret), self._context.log)
            self._context.log.info("webhook set to %s, listening on %s", self._hook.url, self.place)
            await asyncio.get_running_loop().create_future()
        except ApiError as error:
            raise receive_error(error) from None
        finally:
            await self.close()

    async def _set_webhook(self, api: Api, secret: str) -> None:
        await api.call(
            "setWebhook",
            url=self._hook.url,
            secret_token=secret,
            allowed_updates=json.dumps(ALLOWED),
            max_connections=PARALLEL_REQUESTS,
            drop_pending_updates=False,
        )

    async def close(self) -> None:
        """Stop listening. The webhook stays set, so that Telegram keeps new updates and repeats those without `200`."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
            if self._hook.path is not None:
                self._hook.path.unlink(missing_ok=True)
        for writer in list(self._open):
            writer.close()

    @property
    def port(self) -> int | None:
        """Return the TCP port while the server listens, or None."""
        sockets = getattr(self._server, "sockets", ())
        return int(sockets[0].getsockname()[1]) if sockets and self._hook.path is None else None

    @property
    def place(self) -> str:
        return self._hook.place if self.port is None else f"{self._hook.host}:{self.port}"

    def _read_secret(self) -> str:
        if self._hook.secret is None:
            return secrets.token_urlsafe(32)
        try:
            secret = self._hook.secret.reveal()
        except ConfigError as error:
            raise AuthFailed(_("no webhook secret: {error}", error=error.what), error.hint) from None
        if not _SECRET.fullmatch(secret):
            raise AuthFailed(
                _("the webhook secret contains characters that Telegram does not allow"),
                _("Use 1 to 256 of A-Z, a-z, 0-9, _ and -, or remove the key to have a secret generated."),
            )
        return secret

    async def _listen(self) -> None:
        try:
            if self._hook.path is not None:
                # Create the socket with the final mode, so that only its owner and group can connect at any moment.
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
                _("cannot listen at {place}: {error}", place=self._hook.place, error=error.strerror or error),
                _("Check that no other program listens there. Ports below 1024 need a privilege."),
            ) from error

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection, one after another."""
        if len(self._open) >= MAX_CONNECTIONS and not self._close_stranger():
            writer.write(_response(503, last=True))
            writer.close()
            return
        self._open[writer] = False
        try:
            while (head := await self._read_head(reader)) is not None:
                status = await self._handle(head, reader, writer)
                last = head.get("connection", "").lower() == "close"
                writer.write(_response(status, last))
                await writer.drain()
                if last:
                    return
        except _RequestError as error:
            writer.write(_response(error.status, last=True))
            with contextlib.suppress(OSError):
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            pass  # the client disconnected or is too slow
        finally:
            self._open.pop(writer, None)
            writer.close()

    def _close_stranger(self) -> bool:
        """Close the oldest connection that has not shown the secret, so that strangers cannot keep Telegram out."""
        stranger = next((writer for writer, known in self._open.items() if not known), None)
        if stranger is None:
            return False
        del self._open[stranger]
        stranger.transport.abort()
        return True

    async def _read_head(self, reader: asyncio.StreamReader) -> dict[str, str] | None:
        """Return the headers by lower-case name, with the method under ":method"; None at the end of the connection."""
        async with asyncio.timeout(IDLE_SECONDS):
            first = await reader.read(1)
        if not first:
            return None
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                block = first + await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            raise _RequestError(431) from None
        lines = block.decode("latin-1").split("\r\n")
        words = lines[0].split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/1."):
            raise _RequestError(400)
        headers = {":method": words[0]}
        for one in lines[1:-2]:
            name, colon, value = one.partition(":")
            name = name.lower()
            if not colon or name != name.strip() or (name in headers and name in ("content-length", _SECRET_HEADER)):
                raise _RequestError(400)
            headers[name] = value.strip()
        return headers

    async def _handle(self, head: dict[str, str], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
        """Return the status for a request. Read its body only if the secret is right."""
        if head[":method"] != "POST":
            raise _RequestError(405)
        if not hmac.compare_digest(head.get(_SECRET_HEADER, "").encode("latin-1"), self._secret):
            raise _RequestError(401)
        if writer in self._open:
            self._open[writer] = True
        length = head.get("content-length", "")
        if "transfer-encoding" in head or not (length.isascii() and length.isdigit()):
            raise _RequestError(411)
        if len(length) > 9 or int(length) > BODY_BYTES:
            raise _RequestError(413)
        size = int(length)
        if self._body_bytes + size > ALL_BODIES_BYTES:
            raise _RequestError(503)
        self._body_bytes += size
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                body = await reader.readexactly(size)
            return await self._receive(body)
        finally:
            self._body_bytes -= size

    async def _receive(self, body: bytes) -> int:
        update = parse_object(body)
        if update is None:
            return 400
        if not self._intake.accepts(update):
            return 200
        try:
            raw, key, envelope = await self._intake.entry(update)
            reach("telegram.received")
            await self._context.deliver(raw, key, envelope)
        except StoreUnavailable as error:
            self._context.log.warning("update deferred: %s", error)
            return 503
        except Exception:
            self._context.log.exception("cannot journal an update; Telegram keeps it")
            return 500
        reach("telegram.journalled")
        self._intake.committed((update,))
        return 200


def _response(status: int, last: bool) -> bytes:
    line = "Connection: close" if last else "Connection: keep-alive"
    return f"HTTP/1.1 {status} {_REASON_PHRASES[status]}\r\nContent-Length: 0\r\n{line}\r\n\r\n".encode("ascii")
