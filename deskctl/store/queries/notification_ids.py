"""Hide the Message-IDs of notifications. Only their recipients may know them: they allow answers in an agent's name."""

from __future__ import annotations

import re

from sqlalchemy import Connection, select

from ...core.delivery.model import OutboxKind
from ...core.messages.raw_queries import WithoutSecrets
from .. import blobs
from ..tables import outbox
from .reader import Answers

#: The replacement in raw mail.
HIDDEN = b"hidden@notification.invalid"
_OURS = re.compile(rb"[0-9a-f]{32}@[A-Za-z0-9.-]+")


def without_secrets(connection: Connection, query: WithoutSecrets) -> bytes:
    """Return the stored raw bytes without the Message-IDs of notifications."""
    return hidden(connection, blobs.read(connection, [query.sha256])[query.sha256])


def hidden(connection: Connection, raw: bytes) -> bytes:
    """Return raw mail in which the Message-ID of each notification is replaced."""
    ours = sorted({found.decode() for found in _OURS.findall(raw)})
    secret: set[bytes] = set()
    for start in range(0, len(ours), 500):
        asked = [f"<{each}>" for each in ours[start : start + 500]]
        notification = outbox.c.kind == OutboxKind.NOTIFICATION.value
        query = select(outbox.c.message_id).where(outbox.c.message_id.in_(asked), notification)
        secret.update(found[1:-1].encode() for found in connection.execute(query).scalars())
    return _OURS.sub(lambda found: HIDDEN if found[0] in secret else found[0], raw) if secret else raw


ANSWERS: Answers = {
    WithoutSecrets: lambda reader, query: without_secrets(reader.connection, query),
}
