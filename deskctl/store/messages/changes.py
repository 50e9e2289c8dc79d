"""Change stored messages: parse a message again from its raw bytes, apply an edit by its sender, or purge spam."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import sha256

from sqlalchemy import Connection, bindparam, select

from ...core.delivery.model import OutboxKind, OutboxState
from ...core.messages.model import InboundMessage
from ...core.tickets.events import FieldChanged
from .. import blobs
from ..documents import addresses_json
from ..encoding import clean, from_json, to_json
from ..fields import PERSONAL, erase_fields
from ..search import index
from ..source import DatabaseSource
from ..statements import delete, update
from ..tables import (
    attachments,
    events,
    journal,
    known_as,
    messages,
    outbox,
    tickets,
)
from .attachments import file_rows, insert_files

#: The hash that replaces the hash of removed raw bytes in the journal.
EMPTY_SHA256 = sha256(b"").hexdigest()
_BATCH = 500  # tickets in one query
_SETTLED = (OutboxState.SENT.value, OutboxState.CANCELLED.value, OutboxState.FAILED.value)


def reread(connection: Connection, parsed: Mapping[int, InboundMessage], source: DatabaseSource) -> None:
    """Replace the displayed content and the attachments of these messages with the result of a new parse."""
    if not parsed:
        return
    found = connection.execute(select(messages.c.id, messages.c.ticket).where(messages.c.id.in_(sorted(parsed))))
    tickets_of = {row.id: row.ticket for row in found}
    index.remove(connection, tickets_of)
    shown = [
        (
            clean(m.subject),
            clean(m.text),
            None if m.visible_text == m.text else clean(m.visible_text),
            addresses_json(m.reply_to),
            addresses_json(m.lists),
            to_json(m.to),
            to_json(m.cc),
            to_json(dict(m.headers)),
            number,
        )
        for number, m in sorted(parsed.items())
        if number in tickets_of
    ]
    update(connection, messages, shown, "subject text visible_text reply_to lists to cc headers", "id")
    files, contents = file_rows(((number, parsed[number].files) for number in sorted(tickets_of)), source)
    blobs.keep(connection, source.ids, contents, [file[5] for file in files])
    remove_files(connection, tickets_of)
    insert_files(connection, files)
    index.restore(connection, tickets_of)


def edit(connection: Connection, parsed: Mapping[int, InboundMessage], source: DatabaseSource) -> None:
    """Replace the displayed content of these messages with the edited content from their senders; keep the original
    text.
    """
    if not parsed:
        return
    found = connection.execute(
        select(messages.c.id, messages.c.original, messages.c.text, messages.c.version).where(
            messages.c.id.in_(sorted(parsed))
        )
    ).all()
    index.remove(connection, [row.id for row in found])
    shown = [
        (
            clean(parsed[row.id].text),
            None if parsed[row.id].visible_text == parsed[row.id].text else clean(parsed[row.id].visible_text),
            row.text if row.original is None else row.original,
            row.version + 1,
            row.id,
        )
        for row in found
    ]
    update(connection, messages, shown, "text visible_text original version", "id")
    replaced = [row.id for row in found if parsed[row.id].files]
    files, contents = file_rows(((number, parsed[number].files) for number in replaced), source)
    blobs.keep(connection, source.ids, contents, [file[5] for file in files])
    remove_files(connection, replaced)
    insert_files(connection, files)
    index.restore(connection, [row.id for row in found])


def purge(connection: Connection, numbers: Collection[int], source: DatabaseSource) -> None:
    """Remove texts, files, raw bytes and personal fields of these tickets, also from the journal and notifications.

    The fact that a message arrived, and its time, remain.
    """
    if not numbers:
        return
    settled = select(outbox.c.id).where(outbox.c.ticket.in_(sorted(numbers)), outbox.c.state.in_(_SETTLED))
    notifications = connection.execute(settled.where(outbox.c.kind == OutboxKind.NOTIFICATION.value)).scalars().all()
    update(connection, outbox, [("", "", number) for number in notifications], "subject text", "id")
    query = select(messages.c.id, messages.c.raw_sha256).where(messages.c.ticket.in_(sorted(numbers)))
    found = connection.execute(query).all()
    _remove_raw(connection, [row.id for row in found], source)
    index.remove(connection, [row.id for row in found])
    words = [("", "", None, "[]", "[]", "{}", *[None] * 6, row.id) for row in found]
    columns = "subject text visible_text to cc headers reply_to bcc lists raw_sha256 choices original"
    update(connection, messages, words, columns, "id")
    blobs.release(connection, [row.raw_sha256 for row in found if row.raw_sha256 is not None])
    remove_files(connection, [row.id for row in found])
    delete(connection, known_as, [(row.id,) for row in found], "message")
    update(connection, tickets, [("", number) for number in sorted(numbers)], "subject", "number")
    erase_fields(connection, numbers)
    remove_undo_data(connection, numbers)


def remove_undo_data(connection: Connection, numbers: Collection[int]) -> None:
    """Remove the data that undo keeps for these tickets: their former subjects and values of fields."""
    some = events.c.ticket.in_(bindparam("numbers", expanding=True))
    query = select(events.c.id).where(some, events.c.kept.is_not(None))
    changed = select(events.c.id, events.c.facts).where(some, events.c.kind == FieldChanged.kind)
    for start in range(0, len(ordered := sorted(numbers)), _BATCH):
        batch = {"numbers": ordered[start : start + _BATCH]}
        found = connection.execute(query, batch).scalars().all()
        update(connection, events, [(None, number) for number in found], "kept", "id")
        erased = [(_without_values(row.facts), row.id) for row in connection.execute(changed, batch)]
        update(connection, events, erased, "facts", "id")


def _without_values(facts: str) -> str:
    """Return the facts of a changed field without values that can identify a person."""
    found = from_json(facts)
    return to_json({**found, **{side: None for side in ("old", "new") if found[f"{side}_type"] in PERSONAL}})


def _remove_raw(connection: Connection, numbers: Collection[int], source: DatabaseSource) -> None:
    """Remove raw bytes. The journal keeps its rows, so that a mailbox that is read again delivers no message twice."""
    query = select(journal.c.id, journal.c.raw_sha256).where(journal.c.message.in_(sorted(numbers)))
    rows = connection.execute(query.order_by(journal.c.id).with_for_update()).all()
    blobs.keep(connection, source.ids, {EMPTY_SHA256: b""}, [EMPTY_SHA256] * len(rows))
    update(connection, journal, [(EMPTY_SHA256, 0, None, row.id) for row in rows], "raw_sha256 size subject", "id")
    blobs.release(connection, [row.raw_sha256 for row in rows])


def remove_files(connection: Connection, numbers: Collection[int]) -> None:
    """Remove the attachments of these messages."""
    query = select(attachments.c.sha256).where(attachments.c.message.in_(sorted(numbers)))
    held = connection.execute(query).scalars().all()
    delete(connection, attachments, [(number,) for number in sorted(numbers)], "message")
    if held:
        blobs.release(connection, held)
