"""Fixtures that parse a mail into a message or its JSON document."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from deskctl.plugins import Envelope, InboundMessage
from deskctl_email.json_document import mail_document
from deskctl_email.parse import parse

ENVELOPE = Envelope("pipe", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))

Read = Callable[..., InboundMessage]
Describe = Callable[..., dict[str, Any]]


def _mail(headers: str | bytes, body: bytes | str = b"") -> bytes:
    """Return a mail with these header lines (LF) and this body; `From` and `Date` are added if they are missing."""
    lines = headers.encode() if isinstance(headers, str) else headers
    for name, value in ((b"From", b"Ana <ana@example.org>"), (b"Date", b"Mon, 2 Oct 2017 12:13:43 +0200")):
        if not any(line.lower().startswith(name.lower() + b":") for line in lines.split(b"\n")):
            lines = name + b": " + value + b"\n" + lines
    content = body.encode() if isinstance(body, str) else body
    return lines.strip(b"\n").replace(b"\n", b"\r\n") + b"\r\n\r\n" + content


@pytest.fixture
def read() -> Read:
    """Parse a mail of headers and a body: `read(headers, body)`."""
    return lambda headers, body=b"": parse(_mail(headers, body), ENVELOPE)


@pytest.fixture
def read_raw() -> Read:
    """Parse the bytes of a mail: `read_raw(raw, **envelope)`."""

    def read(raw: bytes, **envelope: Any) -> InboundMessage:
        return parse(raw, Envelope("pipe", ENVELOPE.received_at, **envelope))

    return read


@pytest.fixture
def described() -> Describe:
    """Return the document of `mail parse --json`: `described(headers, body)`."""
    return lambda headers, body=b"": mail_document("a.eml", parse(_mail(headers, body), ENVELOPE))
