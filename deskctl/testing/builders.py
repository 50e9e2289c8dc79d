"""Builders of messages for tests, with default values for all fields."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from ..plugins import Envelope, InboundMessage, OutboundMessage

#: A time for tests that need any time.
MOMENT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def raw_mail(
    text: str = "It burns.",
    *,
    sender: str = "Ana <ana@example.org>",
    to: str = "support@acme.test",
    subject: str = "Printer",
    date: datetime = MOMENT,
    message_id: str | None = None,
    html: str | None = None,
    files: Iterable[tuple[str, str, bytes]] = (),
    **headers: str,
) -> bytes:
    """Return an email with CRLF line ends. `files` are (name, content type, bytes); `in_reply_to=` sets In-Reply-To."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"] = format_datetime(date)
    mail["Message-ID"] = message_id or f"<{secrets.token_hex(16)}@example.org>"
    for name, value in headers.items():
        mail[name.replace("_", "-").title()] = value
    mail.set_content(text)
    if html is not None:
        mail.add_alternative(html, subtype="html")
    for filename, content_type, content in files:
        maintype, _, subtype = content_type.partition("/")
        mail.add_attachment(content, maintype=maintype, subtype=subtype, filename=filename)
    return mail.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def envelope(via: str = "smtp", **fields: Any) -> Envelope:
    """Return an envelope."""
    return Envelope(via=via, received_at=fields.pop("received_at", MOMENT), **fields)


def inbound(text: str = "It burns.", **fields: Any) -> InboundMessage:
    """Return a parsed message of a customer."""
    values: dict[str, Any] = {
        "sender": "ana@example.org",
        "sender_name": "Ana",
        "subject": "Printer",
        "text": text,
        "visible_text": text,
        "message_id": f"<{secrets.token_hex(16)}@example.org>",
        "sent_at": MOMENT,
        **fields,
    }
    content = "\0".join(str(values[key]) for key in ("sender", "subject", "text", "sent_at"))
    values.setdefault("digest", hashlib.sha256(content.encode("utf-8", "replace")).hexdigest())
    return InboundMessage(**values)


def outbound(text: str = "We are on it.", **fields: Any) -> OutboundMessage:
    """Return a message to send."""
    values: dict[str, Any] = {
        "outbox_id": 1,
        "message_id": f"<{secrets.token_hex(16)}@acme.test>",
        "to": ("ana@example.org",),
        "subject": "Re: Printer",
        "text": text,
        "ticket": 1,
        "sender_name": "Agent One",
        "date": MOMENT,
        **fields,
    }
    return OutboundMessage(**values)
