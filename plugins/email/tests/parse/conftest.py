"""Reading a mail in a test: bytes in, message or its JSON out."""

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
    """A mail of header lines (one string, LF) and a body; `From` and `Date` are there unless the test writes them."""
    lines = headers.encode() if isinstance(headers, str) else headers
    for name, value in ((b"From", b"Ana <ana@example.org>"), (b"Date", b"Mon, 2 Oct 2017 12:13:43 +0200")):
        if not any(line.lower().startswith(name.lower() + b":") for line in lines.split(b"\n")):
            lines = name + b": " + value + b"\n" + lines
    content = body.encode() if isinstance(body, str) else body
    return lines.strip(b"\n").replace(b"\n", b"\r\n") + b"\r\n\r\n" + content


@pytest.fixture
def read() -> Read:
    """`read(headers, body)`: the message that a mail of these headers and this body becomes."""
    return lambda headers, body=b"": parse(_mail(headers, body), ENVELOPE)


@pytest.fixture
def read_raw() -> Read:
    """`read_raw(raw, **envelope)`: the message that these bytes become."""

    def read(raw: bytes, **envelope: Any) -> InboundMessage:
        return parse(raw, Envelope("pipe", ENVELOPE.received_at, **envelope))

    return read


@pytest.fixture
def described() -> Describe:
    """`described(headers, body)`: the object of `mail parse --json`."""
    return lambda headers, body=b"": mail_document("a.eml", parse(_mail(headers, body), ENVELOPE))
