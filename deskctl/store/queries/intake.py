"""Queries for the journal: waiting messages, and messages that could not be processed."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select, text

from ...core.intake.queries import ListInbox, ShowInbox
from ...errors import NotFound
from ...i18n import _
from .. import blobs
from ..encoding import from_json
from ..moments import rfc3339
from ..tables import journal
from ..tables.intake import UNSETTLED
from .notification_ids import hidden
from .reader import Answers, Pages

if TYPE_CHECKING:
    from ...core.intake.views import InboxDocument, InboxRow


def list_inbox(connection: Connection, query: ListInbox) -> list[InboxRow]:
    """Return rows, the oldest first; with `all` the newest `limit` rows, including settled ones."""
    return _rows(connection, _numbers(connection, query))


def _numbers(connection: Connection, query: ListInbox) -> Sequence[int]:
    rows = select(journal.c.id)
    if query.channel is not None:
        rows = rows.where(journal.c.channel == query.channel)
    if query.all:
        return connection.execute(rows.order_by(journal.c.id.desc()).limit(query.limit)).scalars().all()[::-1]
    unsettled = rows.where(text(UNSETTLED)).order_by(journal.c.id).limit(query.limit)
    return connection.execute(unsettled).scalars().all()


def _rows(connection: Connection, numbers: Sequence[int]) -> list[InboxRow]:
    found: list[InboxRow] = []
    for start in range(0, len(numbers), 1000):
        some = select(journal).where(journal.c.id.in_(numbers[start : start + 1000])).order_by(journal.c.id)
        found += map(_document, connection.execute(some))
    return found


def show_inbox(connection: Connection, query: ShowInbox) -> InboxDocument:
    """Return a row with its raw message. Raises NotFound."""
    row = None
    if 0 < query.id < 2**63:
        row = connection.execute(select(journal).where(journal.c.id == query.id)).one_or_none()
    if row is None:
        raise NotFound(_("no message {id} in the journal", id=query.id), _("see deskctl inbox list --all"))
    raw = hidden(connection, blobs.read(connection, [row.raw_sha256])[row.raw_sha256])
    document: dict[str, Any] = {**_document(row), "key": row.key, "sha256": row.raw_sha256}
    return {
        "row": document,
        "envelope": from_json(row.envelope),
        "raw_base64": b64encode(raw).decode(),
    }


def _document(row: Any) -> InboxRow:
    envelope_sender = from_json(row.envelope)["sender"]
    return {
        "id": row.id,
        "channel": row.channel,
        "received_at": rfc3339(row.received_at),
        "from": row.sender or envelope_sender or None,
        "subject": row.subject,
        "state": row.state,
        "attempts": row.attempts,
        "reason": row.reason,
        "size": row.size,
        "message": row.message,
        "duplicate": row.duplicate,
    }


ANSWERS: Answers = {
    ListInbox: lambda reader, query: list_inbox(reader.connection, query),
    ShowInbox: lambda reader, query: show_inbox(reader.connection, query),
}

PAGES = {
    ListInbox: Pages(
        lambda reader, query: _numbers(reader.connection, query),
        lambda reader, query, keys: _rows(reader.connection, keys),
    )
}
