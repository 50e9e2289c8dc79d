"""The open channel: an HTTP listener for messages, and HTTP requests with replies."""

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

from . import delivery, http, signature
from .config import WebhookConfig
from .parse import validation_error

#: Parallel requests; further ones get status 503.
MAX_REQUESTS = 50
#: Seconds after which a client with status 503 may retry.
RETRY_SECONDS = 30


class WebhookChannel:
    """A webhook channel. It answers a request with 202 only after the message is in the desk's journal."""

    def __init__(self, config: WebhookConfig, context: ChannelContext) -> None:
        self._config = config
        self._context = context
        self._requests: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def receive(self) -> None:
        listen = self._config.listen
        if listen is None:
            raise Unavailable("no listener configured", "Add listen = { port = … } to the channel.")
        await asyncio.to_thread(self._read_secret)
        try:
            server = await asyncio.start_server(self._accept, listen.host, listen.port, limit=http.HEAD_LIMIT)
        except OSError as error:
            raise Unavailable(f"cannot listen on {listen}: {error.strerror}", "Choose another port.") from None
        self._context.listening()
        try:
            await asyncio.Event().wait()
        finally:
            server.close()
            requests = dict(self._requests)
            for task in requests:
                task.cancel()
            await asyncio.gather(*requests, return_exceptions=True)
            for writer in requests.values():
                writer.transport.abort()  # a request that is cancelled before its first step closes nothing itself
            await asyncio.gather(*(writer.wait_closed() for writer in requests.values()), return_exceptions=True)
            await server.wait_closed()

    async def send(self, message: OutboundMessage) -> Receipt:
        return await asyncio.to_thread(delivery.post, self._config, self._context, message)

    async def check(self) -> Health:
        parts = []
        try:
            await asyncio.to_thread(self._read_secret)
            parts.append(Part("secret", True, "readable"))
        except DeskctlError as error:
            parts.append(Part("secret", False, error.what, error.hint))
        if self._config.listen is not None:
            parts.append(await self._check_listener())
        if self._config.url is not None:
            parts.append(await asyncio.to_thread(delivery.check, self._config))
        return Health(tuple(parts))

    async def aclose(self) -> None:
        """Do nothing: `receive` closes its connections itself, and a request in progress ends by its timeout."""

    def _read_secret(self) -> str:
        """Return the secret, which can be in a file. Raises ConfigError, or Unavailable if it is too weak."""
        secret = self._config.secret.reveal()
        try:
            signature.decode_secret(secret)
        except ValueError as error:
            hint = "Generate one: python -c 'import secrets; print(secrets.token_hex(32))'"
            raise Unavailable(f"unusable secret: {error}", hint) from None
        return secret

    async def _check_listener(self) -> Part:
        listen = self._config.listen
        assert listen is not None
        try:
            _, writer = await asyncio.open_connection(listen.host, listen.port)
        except OSError as error:
            return Part("listener", False, f"{listen}: {error.strerror}", "Check that the daemon is running.")
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        return Part("listener", True, f"{listen} answers")

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._requests[task] = writer
        task.add_done_callback(self._finish)

    def _finish(self, task: asyncio.Task[None]) -> None:
        self._requests.pop(task, None)
        if not task.cancelled() and isinstance(error := task.exception(), Exception):
            self._context.log.error("a request failed: %s", type(error).__name__)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one request within the timeout, then close the connection."""
        answered = False
        try:
            async with asyncio.timeout(self._config.timeout.total_seconds()):
                try:
                    response = await self._handle(reader, writer)
                except http.HttpError as error:
                    response = http.response(error.status, {"error": error.what}, error.headers)
                writer.write(response)
                answered = True
                writer.write_eof()
                while await reader.read(http.HEAD_LIMIT):
                    pass  # closing with unread data would reset the connection, and the client would lose the response
        except TimeoutError:
            if not writer.is_closing() and not answered:
                writer.write(http.response(HTTPStatus.REQUEST_TIMEOUT, {"error": "the request took too long"}, {}))
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client disconnected
        finally:
            writer.close()

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        """Receive one message. Raises HttpError."""
        retry = {"Retry-After": str(RETRY_SECONDS)}
        if len(self._requests) > MAX_REQUESTS or not self._context.accepting():
            raise http.HttpError(HTTPStatus.SERVICE_UNAVAILABLE, "the desk accepts no messages now; retry later", retry)
        request = await http.read(reader, writer, self._config.path, self._config.max_size)
        now = self._context.now()
        try:
            secret = await asyncio.to_thread(self._read_secret)
            identity = signature.verify(secret, request.headers, request.body, now, self._config.window)
        except signature.BadSignature as error:
            raise http.HttpError(HTTPStatus.UNAUTHORIZED, str(error)) from None
        except DeskctlError:
            raise http.HttpError(
                HTTPStatus.SERVICE_UNAVAILABLE, "the desk cannot check signatures now", retry
            ) from None
        if problem := validation_error(request.body):
            raise http.HttpError(HTTPStatus.BAD_REQUEST, problem)
        envelope = Envelope(via="webhook", received_at=now, extra={"id": identity})
        try:
            await self._context.deliver(request.body, identity, envelope)
        except StoreUnavailable:
            raise http.HttpError(
                HTTPStatus.SERVICE_UNAVAILABLE, "the desk cannot store messages; retry later", retry
            ) from None
        return http.response(HTTPStatus.ACCEPTED, {"accepted": identity}, {})
