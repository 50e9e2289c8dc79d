"""Delivery of replies by POST to the configured URL. Blocking; run it in a thread."""

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

#: A proxy answers so if it does not know whether the server handled the request.
_UNKNOWN = {HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT}
_LATER = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}


def post(config: WebhookConfig, context: ChannelContext, message: OutboundMessage) -> Receipt:
    """Post one reply. Raises TryLater if it was not sent, Uncertain if it was sent but not answered, or Rejected."""
    body = encode_message(message)
    identity = message.message_id.strip("<>")
    headers = {
        "Content-Type": "application/json",
        **signature.sign(config.secret.reveal(), identity, body, context.now()),
    }
    with _connection(config) as (connection, target):
        try:
            connection.connect()
        except OSError as error:
            raise TryLater(f"cannot reach {_base_url(config)}: {error.strerror or error}") from None
        context.sending(message.outbox_id)
        try:
            connection.request("POST", target, body, headers)
            response = connection.getresponse()
            body_text = response.read(2_000).decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as error:
            raise Uncertain(f"{_base_url(config)} did not answer: {error or type(error).__name__}") from None
    return interpret_response(response.status, response.getheader("Retry-After"), body_text, context.now())


def interpret_response(status: int, retry_after: str | None, body_text: str, now: datetime) -> Receipt:
    """Return the receipt for a success. Raises TryLater, Rejected or Uncertain for other statuses."""
    summary = " ".join(body_text.split())[:200]
    answer = f"{status} {summary}".strip()
    if 200 <= status < 300:
        return Receipt(answer)
    if status in _UNKNOWN:
        raise Uncertain(f"a proxy answered {answer}")
    if status in _LATER or status >= 500:
        raise TryLater(f"the server answered {answer}", retry_after=parse_retry_after(retry_after, now))
    hint = "Use the same secret on both sides." if status in (401, 403) else ""
    raise Rejected(f"the server answered {answer}", hint)


def parse_retry_after(retry_after: str | None, now: datetime) -> float | None:
    """Return the seconds of a Retry-After header (RFC 9110, 10.2.3), which is a number of seconds or a date."""
    if retry_after is None:
        return None
    with contextlib.suppress(ValueError, OverflowError):
        delay = float(retry_after)
        return delay if math.isfinite(delay) and delay >= 0 else None
    with contextlib.suppress(ValueError, TypeError):
        moment = parsedate_to_datetime(retry_after)
        return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())
    return None


def encode_message(message: OutboundMessage) -> bytes:
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
    """Connect to the server without a request."""
    with _connection(config) as (connection, _):
        try:
            connection.connect()
        except OSError as error:
            hint = "Check that the server is running."
            return Part("url", False, f"{_base_url(config)}: {error.strerror or error}", hint)
    return Part("url", True, f"{_base_url(config)} is reachable")


def _base_url(config: WebhookConfig) -> str:
    """Return the URL without path, query and credentials, which can be secret."""
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
