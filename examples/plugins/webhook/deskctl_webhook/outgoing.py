"""Replies, posted to the other side. Blocking; run in a thread."""

from __future__ import annotations

import contextlib
import http.client
import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from deskctl.plugins import ChannelContext, OutboundMessage, Part, Receipt, Rejected, TryLater, Uncertain

from . import signature
from .config import WebhookConfig

#: Whoever stands before the other side does not know what became of the request.
_UNKNOWN = {HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT}
_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


def post(config: WebhookConfig, context: ChannelContext, message: OutboundMessage) -> Receipt:
    """Post one reply. Raises TryLater before its words left, Uncertain when they left and no answer came."""
    body = encoded(message)
    identity = message.message_id.strip("<>")
    headers = {
        "Content-Type": "application/json",
        **signature.signed(config.secret.reveal(), identity, body, context.now()),
    }
    with _connection(config) as (connection, target):
        try:
            connection.connect()
        except OSError as error:
            raise TryLater(f"{_place(config)} cannot be reached: {error.strerror or error}") from None
        context.sending(message.outbox_id)
        try:
            connection.request("POST", target, body, headers)
            response = connection.getresponse()
            said = response.read(2_000).decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as error:
            raise Uncertain(f"{_place(config)} gave no answer: {error or type(error).__name__}") from None
    return judged(response.status, response.getheader("Retry-After"), said, context.now())


def judged(status: int, retry_after: str | None, said: str, now: datetime) -> Receipt:
    """What an answer means. Raises TryLater, Rejected or Uncertain."""
    words = " ".join(said.split())[:200]
    answer = f"{status} {words}".strip()
    if 200 <= status < 300:
        return Receipt(answer)
    if status in _UNKNOWN:
        raise Uncertain(f"the gateway answered {answer}")
    if status in _LATER or status >= 500:
        raise TryLater(f"the other side answered {answer}", retry_after=seconds(retry_after, now))
    hint = "Both sides must have the same secret." if status in (401, 403) else ""
    raise Rejected(f"the other side answered {answer}", hint)


def seconds(retry_after: str | None, now: datetime) -> float | None:
    """What Retry-After asks for (RFC 9110, 10.2.3): a number of seconds, or a date."""
    if retry_after is None:
        return None
    with contextlib.suppress(ValueError, OverflowError):
        wanted = float(retry_after)
        return wanted if math.isfinite(wanted) and wanted >= 0 else None
    with contextlib.suppress(ValueError, TypeError):
        moment = parsedate_to_datetime(retry_after)
        return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())
    return None


def encoded(message: OutboundMessage) -> bytes:
    fields = {
        "id": message.message_id,
        "to": list(message.to),
        "subject": message.subject,
        "text": message.text,
        "ticket": message.ticket,
        "in_reply_to": message.in_reply_to,
        "automatic": message.automatic,
        "files": [{"name": f.filename, "type": f.content_type, "size": f.size} for f in message.files],
    }
    return json.dumps(fields).encode()


def check(config: WebhookConfig) -> Part:
    """Whether the other side can be connected to; nothing is posted."""
    with _connection(config) as (connection, _):
        try:
            connection.connect()
        except OSError as error:
            return Part("url", False, f"{_place(config)}: {error.strerror or error}", "Is the other side running?")
    return Part("url", True, f"{_place(config)} can be reached")


def _place(config: WebhookConfig) -> str:
    """The address without what may be secret in it."""
    parts = urlsplit(config.url or "")
    return f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}"


@contextlib.contextmanager
def _connection(config: WebhookConfig) -> Iterator[tuple[http.client.HTTPConnection, str]]:
    parts = urlsplit(config.url or "")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=config.timeout.total_seconds())
    try:
        yield connection, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    finally:
        connection.close()
