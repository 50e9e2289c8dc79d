"""The open channel: an HTTP listener, and posts to the other side."""

from __future__ import annotations

import asyncio
import contextlib
from http import HTTPStatus

from deskctl.plugins import (
    ChannelContext,
    DeskctlError,
    Envelope,
    Health,
    OutboundMessage,
    Part,
    Receipt,
    StoreUnavailable,
    Unavailable,
)

from . import http, outgoing, signature
from .config import WebhookConfig
from .parse import objection

#: Requests at work at the same time; more are asked to come again.
AT_ONCE = 50
#: Seconds after which a client that was turned away may try again.
AGAIN = 30


class WebhookChannel:
    """A request is answered with 202 when it is in the desk's journal, and not before."""

    def __init__(self, config: WebhookConfig, context: ChannelContext) -> None:
        self._config = config
        self._context = context
        self._at_work: set[asyncio.Task[None]] = set()

    async def receive(self) -> None:
        listen = self._config.listen
        if listen is None:
            raise Unavailable("there is no listener", "Add listen = { port = … } to the channel.")
        await asyncio.to_thread(self._key)
        try:
            server = await asyncio.start_server(self._accept, listen.host, listen.port, limit=http.HEAD_LIMIT)
        except OSError as error:
            raise Unavailable(f"cannot listen on {listen}: {error.strerror}", "Choose another port.") from None
        self._context.listening()
        try:
            await asyncio.Event().wait()
        finally:
            server.close()
            for task in self._at_work:
                task.cancel()
            await asyncio.gather(*self._at_work, return_exceptions=True)
            await server.wait_closed()

    async def send(self, message: OutboundMessage) -> Receipt:
        return await asyncio.to_thread(outgoing.post, self._config, self._context, message)

    async def check(self) -> Health:
        parts = []
        try:
            await asyncio.to_thread(self._key)
            parts.append(Part("secret", True, "can be read"))
        except DeskctlError as error:
            parts.append(Part("secret", False, error.what, error.hint))
        if self._config.listen is not None:
            parts.append(await self._check_listener())
        if self._config.url is not None:
            parts.append(await asyncio.to_thread(outgoing.check, self._config))
        return Health(tuple(parts))

    async def aclose(self) -> None:
        """Whatever `receive` opened it has closed; a post that is on its way ends by its own timeout."""

    def _key(self) -> str:
        """The secret, which may be in a file. Raises Unavailable for one that nobody should use, ConfigError."""
        secret = self._config.secret.reveal()
        try:
            signature.key_of(secret)
        except ValueError as error:
            hint = "Make one: python -c 'import secrets; print(secrets.token_hex(32))'"
            raise Unavailable(f"the secret will not do: {error}", hint) from None
        return secret

    async def _check_listener(self) -> Part:
        listen = self._config.listen
        assert listen is not None
        try:
            _, writer = await asyncio.open_connection(listen.host, listen.port)
        except OSError as error:
            return Part("listener", False, f"{listen}: {error.strerror}", "Is the daemon running?")
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        return Part("listener", True, f"{listen} answers")

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._converse(reader, writer))
        self._at_work.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._at_work.discard(task)
        if not task.cancelled() and isinstance(error := task.exception(), Exception):
            self._context.log.error("a request failed: %s", type(error).__name__)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request; whoever takes longer than the timeout over it is cut off."""
        answered = False
        try:
            async with asyncio.timeout(self._config.timeout.total_seconds()):
                try:
                    reply = await self._answer(reader, writer)
                except http.Answer as answer:
                    reply = http.response(answer.status, {"error": answer.what}, answer.headers)
                writer.write(reply)
                answered = True
                writer.write_eof()
                while await reader.read(http.HEAD_LIMIT):
                    pass  # closing on unread words would reset the connection, and the answer would be lost
        except TimeoutError:
            if not writer.is_closing() and not answered:
                writer.write(http.response(HTTPStatus.REQUEST_TIMEOUT, {"error": "the request took too long"}, {}))
        except (OSError, asyncio.IncompleteReadError):
            pass  # the other side left
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        """Take one message in. Raises Answer."""
        later = {"Retry-After": str(AGAIN)}
        if len(self._at_work) > AT_ONCE or not self._context.accepting():
            raise http.Answer(HTTPStatus.SERVICE_UNAVAILABLE, "the desk takes nothing in now; try again", later)
        request = await http.read(reader, writer, self._config.path, self._config.max_size)
        now = self._context.now()
        try:
            secret = await asyncio.to_thread(self._key)
            identity = signature.verify(secret, request.headers, request.body, now, self._config.window)
        except signature.BadSignature as error:
            raise http.Answer(HTTPStatus.UNAUTHORIZED, str(error)) from None
        except DeskctlError:
            raise http.Answer(HTTPStatus.SERVICE_UNAVAILABLE, "the desk cannot check signatures now", later) from None
        if why := objection(request.body):
            raise http.Answer(HTTPStatus.BAD_REQUEST, why)
        envelope = Envelope(via="webhook", received_at=now, extra={"id": identity})
        try:
            await self._context.deliver(request.body, identity, envelope)
        except StoreUnavailable:
            raise http.Answer(HTTPStatus.SERVICE_UNAVAILABLE, "the desk cannot write; try again", later) from None
        return http.response(HTTPStatus.ACCEPTED, {"accepted": identity}, {})
