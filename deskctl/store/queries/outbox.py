"""The outbox as people see it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select, text

from ...core.outbox import DUE_STATES, OutboxState
from ...core.queries.admin import ListOutbox, ShowOutbox
from ...core.queries.answers import OutboxDocument, OutboxRow
from ...errors import NotFound, UsageError
from ..moments import maybe_rfc3339, rfc3339
from ..tables import outbox
from ..tables.outbox import UNSENT
from ..text import from_json


def list_outbox(connection: Connection, query: ListOutbox) -> list[OutboxRow]:
    """Oldest first, the newest `limit` of them. Raises UsageError."""
    rows = select(outbox)
    if query.state is not None:
        if query.state not in set(OutboxState):
            raise UsageError(f"no outgoing message is ever {query.state!r}", "one of: " + ", ".join(OutboxState))
        rows = rows.where(outbox.c.state == query.state)
        if query.state not in (OutboxState.SENT, OutboxState.CANCELLED):
            rows = rows.where(text(UNSENT))
    elif not query.all:
        rows = rows.where(text(UNSENT))
    if query.ticket is not None:
        rows = rows.where(outbox.c.ticket == query.ticket)
    newest = connection.execute(rows.order_by(outbox.c.id.desc()).limit(query.limit)).all()
    return [_document(row) for row in reversed(newest)]


def show_outbox(connection: Connection, query: ShowOutbox) -> OutboxDocument:
    """Raises NotFound."""
    row = None
    if 0 < query.id < 2**63:
        row = connection.execute(select(outbox).where(outbox.c.id == query.id)).one_or_none()
    if row is None:
        raise NotFound(f"there is no outgoing message {query.id}", "deskctl outbox list --all shows them")
    return {
        **_document(row),
        "kind": row.kind,
        "channel": row.channel,
        "subject": row.subject,
        "text": row.text,
        "created_at": rfc3339(row.created_at),
        "sent_at": maybe_rfc3339(row.sent_at),
    }


def _document(row: Any) -> OutboxRow:
    return {
        "id": row.id,
        "ticket": row.ticket,
        "to": from_json(row.to),
        "state": row.state,
        "attempts": row.attempts,
        "next_attempt_at": maybe_rfc3339(row.due_at) if row.state in DUE_STATES else None,
        "last_error": row.last_error,
        "message_id": row.message_id,
    }
