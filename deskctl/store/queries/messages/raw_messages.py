"""Queries for the raw messages of displayed messages, and for journal keys."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, and_, false, select

from ....core.messages.model import MessageKind
from ....core.messages.raw_queries import Journalled, RawMessages
from ...encoding import from_json
from ...moments import rfc3339, to_micros
from ...tables import journal, messages
from ..reader import Answers

if TYPE_CHECKING:
    from ....core.messages.views import RawMessage


def journalled(connection: Connection, query: Journalled) -> list[str]:
    """Return those keys that are in the journal; pass a few hundred at most, because each is a statement parameter."""
    found = select(journal.c.key).where(journal.c.key.in_(query.keys), journal.c.channel == query.channel)
    return list(connection.execute(found).scalars())


def raw_messages(connection: Connection, query: RawMessages) -> list[RawMessage]:
    """Return raw messages, the oldest first. The envelope is that of the delivery that created the message, not of a
    duplicate.
    """
    m = messages.c
    columns = (m.id, m.ticket, m.channel, m.author, m.raw_sha256, m.created_at)
    rows = select(*columns, journal.c.envelope) if query.came else select(*columns)
    if query.came:
        rows = rows.join(journal, and_(journal.c.message == m.id, journal.c.duplicate == false()))
        rows = rows.where(m.kind.in_((MessageKind.IN, MessageKind.AUTO)))
    rows = rows.where(m.raw_sha256.is_not(None), m.id > query.after).order_by(m.id).limit(query.limit)
    if query.ids:
        rows = rows.where(m.id.in_(query.ids))
    if query.message_id is not None:
        rows = rows.where(m.message_id == query.message_id)
    if query.ticket is not None:
        rows = rows.where(m.ticket == query.ticket)
    if query.since is not None:
        rows = rows.where(m.created_at >= to_micros(datetime.fromisoformat(query.since)))
    return [
        {
            "id": row.id,
            "ticket": row.ticket,
            "channel": row.channel,
            "author": row.author,
            "sha256": row.raw_sha256,
            "received_at": rfc3339(row.created_at),
            "envelope": from_json(row.envelope) if query.came else None,
        }
        for row in connection.execute(rows)
    ]


ANSWERS: Answers = {
    Journalled: lambda reader, query: journalled(reader.connection, query),
    RawMessages: lambda reader, query: raw_messages(reader.connection, query),
}
