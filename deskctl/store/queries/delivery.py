"""Queries for outgoing messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select, text

from ...core.agents.model import DESK
from ...core.delivery.events import Bounced
from ...core.delivery.model import DUE_STATES, GIVE_UP_AFTER, OutboxKind, OutboxState
from ...core.delivery.queries import ListOutbox, ShowOutbox
from ...core.kernel.actor import Actor
from ...errors import NotFound, UsageError
from ...i18n import _
from ..encoding import from_json
from ..moments import maybe_rfc3339, rfc3339
from ..tables import events, outbox
from ..tables.delivery import UNSENT
from .reader import Answers, Pages
from .tickets.ticket_document import delivery_rows

if TYPE_CHECKING:
    from ...core.delivery.views import BounceRow, OutboxDocument, OutboxRow, SentFile

_GIVE_UP_MICROS = GIVE_UP_AFTER // timedelta(microseconds=1)


def list_outbox(connection: Connection, query: ListOutbox, viewer: Actor) -> list[OutboxRow]:
    """Return the newest `limit` messages, the oldest first. Raises UsageError."""
    return _rows(connection, _numbers(connection, query), viewer)


def _rows(connection: Connection, numbers: Sequence[int], viewer: Actor) -> list[OutboxRow]:
    found: list[OutboxRow] = []
    for start in range(0, len(numbers), 1000):
        some = select(outbox).where(outbox.c.id.in_(numbers[start : start + 1000])).order_by(outbox.c.id)
        found += [_document(row, viewer) for row in connection.execute(some)]
    return found


def _numbers(connection: Connection, query: ListOutbox) -> Sequence[int]:
    rows = select(outbox.c.id)
    if query.state is not None:
        if query.state not in set(OutboxState):
            raise UsageError(
                _("not a state of outgoing messages: {state}", state=repr(query.state)),
                _("use one of {values}", values=", ".join(OutboxState)),
            )
        rows = rows.where(outbox.c.state == query.state)
        if query.state not in (OutboxState.SENT, OutboxState.CANCELLED):
            rows = rows.where(text(UNSENT))
    elif not query.all:
        rows = rows.where(text(UNSENT))
    if query.ticket is not None:
        rows = rows.where(outbox.c.ticket == query.ticket)
    return connection.execute(rows.order_by(outbox.c.id.desc()).limit(query.limit)).scalars().all()[::-1]


def show_outbox(connection: Connection, query: ShowOutbox, viewer: Actor) -> OutboxDocument:
    """Return an outgoing message. Raises NotFound."""
    row = None
    if 0 < query.id < 2**63:
        row = connection.execute(select(outbox).where(outbox.c.id == query.id)).one_or_none()
    if row is None:
        raise NotFound(_("no outgoing message {number}", number=query.id), _("see deskctl outbox list --all"))
    return {
        **_document(row, viewer),
        "kind": row.kind,
        "channel": row.channel,
        "cc": from_json(row.cc),
        "bcc": from_json(row.bcc),
        "deliveries": delivery_rows(row),
        "subject": row.subject,
        "text": row.text,
        "attachments": [_file(*file) for file in from_json(row.files)],
        "created_at": rfc3339(row.created_at),
        "sent_at": maybe_rfc3339(row.sent_at),
        "gives_up_at": rfc3339(row.created_at + _GIVE_UP_MICROS) if row.state in DUE_STATES else None,
        "bounces": _bounces(connection, row.id, row.ticket),
    }


def _file(filename: str, content_type: str, size: int, sha256: str) -> SentFile:
    return {"filename": filename, "content_type": content_type, "size": size, "sha256": sha256}


def _bounces(connection: Connection, number: int, ticket: int | None) -> list[BounceRow]:
    """Return the bounces of this message, the oldest first."""
    if ticket is None:
        return []
    query = select(events.c.at, events.c.facts).where(events.c.ticket == ticket, events.c.kind == Bounced.kind)
    found = ((row.at, from_json(row.facts)) for row in connection.execute(query.order_by(events.c.id)))
    return [
        {
            "at": rfc3339(at),
            "permanent": facts["permanent"],
            "status": facts["status"],
            "message": facts["message"],
        }
        for at, facts in found
        if facts["outbox"] == number
    ]


def _document(row: Any, viewer: Actor) -> OutboxRow:
    """Return a row. The Message-ID of a notification, which allows an answer by mail, is only for its recipient and
    the desk itself.
    """
    secret = row.kind == OutboxKind.NOTIFICATION.value and viewer not in (DESK, Actor.agent(row.agent or ""))
    return {
        "id": row.id,
        "ticket": row.ticket,
        "to": from_json(row.to),
        "state": row.state,
        "attempts": row.attempts,
        "next_attempt_at": maybe_rfc3339(row.due_at) if row.state in DUE_STATES else None,
        "last_error": row.last_error,
        "message_id": None if secret else row.message_id,
    }


ANSWERS: Answers = {
    ListOutbox: lambda reader, query: list_outbox(reader.connection, query, reader.viewer),
    ShowOutbox: lambda reader, query: show_outbox(reader.connection, query, reader.viewer),
}

PAGES = {
    ListOutbox: Pages(
        lambda reader, query: _numbers(reader.connection, query),
        lambda reader, query, keys: _rows(reader.connection, keys, reader.viewer),
    )
}
