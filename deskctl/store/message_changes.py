"""Words that change after they were written: a message read again from its raw bytes, and the end of what spam said."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import sha256

from sqlalchemy import Connection, bindparam, select

from ..core.delivery.model import OutboxKind, OutboxState
from ..core.messages.model import InboundMessage
from . import blobs
from .attachments import file_rows, insert_files
from .documents import addresses_json
from .encoding import clean, to_json
from .search import index
from .source import StoredSource
from .statements import delete, update
from .tables import attachments, events, journal, known_as, messages, outbox, tickets

#: What stands in the journal for raw bytes that are gone.
NOTHING = sha256(b"").hexdigest()
_PORTION = 500  # tickets in one question
_SETTLED = (OutboxState.SENT.value, OutboxState.CANCELLED.value, OutboxState.FAILED.value)


def reread(connection: Connection, anew: Mapping[int, InboundMessage], source: StoredSource) -> None:
    """What is shown of these messages, and their attachments, become what was read now."""
    if not anew:
        return
    found = connection.execute(select(messages.c.id, messages.c.ticket).where(messages.c.id.in_(sorted(anew))))
    tickets_of = {row.id: row.ticket for row in found}
    index.forget(connection, tickets_of)
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
        for number, m in sorted(anew.items())
        if number in tickets_of
    ]
    update(connection, messages, shown, "subject text visible_text reply_to lists to cc headers", "id")
    files, contents = file_rows(((number, anew[number].files) for number in sorted(tickets_of)), source)
    blobs.keep(connection, source.ids, contents, [file[5] for file in files])
    drop_files(connection, tickets_of)
    insert_files(connection, files)
    index.again(connection, tickets_of)


def edit(connection: Connection, anew: Mapping[int, InboundMessage], source: StoredSource) -> None:
    """What is shown of these messages is what their senders made of them; what each said first is kept."""
    if not anew:
        return
    found = connection.execute(
        select(messages.c.id, messages.c.original, messages.c.text, messages.c.version).where(
            messages.c.id.in_(sorted(anew))
        )
    ).all()
    index.forget(connection, [row.id for row in found])
    shown = [
        (
            clean(anew[row.id].text),
            None if anew[row.id].visible_text == anew[row.id].text else clean(anew[row.id].visible_text),
            row.text if row.original is None else row.original,
            row.version + 1,
            row.id,
        )
        for row in found
    ]
    update(connection, messages, shown, "text visible_text original version", "id")
    replaced = [row.id for row in found if anew[row.id].files]
    files, contents = file_rows(((number, anew[number].files) for number in replaced), source)
    blobs.keep(connection, source.ids, contents, [file[5] for file in files])
    drop_files(connection, replaced)
    insert_files(connection, files)
    index.again(connection, [row.id for row in found])


def purge(connection: Connection, numbers: Collection[int], source: StoredSource) -> None:
    """What was said on these tickets is gone: words, files and raw bytes, in the journal and in what agents were told
    of it as well. That somebody wrote, and when, stays.
    """
    if not numbers:
        return
    tell = select(outbox.c.id).where(outbox.c.ticket.in_(sorted(numbers)), outbox.c.state.in_(_SETTLED))
    told = connection.execute(tell.where(outbox.c.kind == OutboxKind.NOTIFICATION.value)).scalars().all()
    update(connection, outbox, [("", "", number) for number in told], "subject text", "id")
    query = select(messages.c.id, messages.c.raw_sha256).where(messages.c.ticket.in_(sorted(numbers)))
    said = connection.execute(query).all()
    _drop_raw(connection, [row.id for row in said], source)
    index.forget(connection, [row.id for row in said])
    words = [("", "", None, "[]", "[]", "{}", *[None] * 6, row.id) for row in said]
    columns = "subject text visible_text to cc headers reply_to bcc lists raw_sha256 choices original"
    update(connection, messages, words, columns, "id")
    blobs.release(connection, [row.raw_sha256 for row in said if row.raw_sha256 is not None])
    drop_files(connection, [row.id for row in said])
    delete(connection, known_as, [(row.id,) for row in said], "message")
    update(connection, tickets, [("", number) for number in sorted(numbers)], "subject", "number")
    forget_kept(connection, numbers)


def forget_kept(connection: Connection, numbers: Collection[int]) -> None:
    """Forget what undo keeps of these tickets: the subjects that they had."""
    some = events.c.ticket.in_(bindparam("numbers", expanding=True))
    query = select(events.c.id).where(some, events.c.kept.is_not(None))
    for start in range(0, len(ordered := sorted(numbers)), _PORTION):
        found = connection.execute(query, {"numbers": ordered[start : start + _PORTION]}).scalars().all()
        update(connection, events, [(None, number) for number in found], "kept", "id")


def _drop_raw(connection: Connection, numbers: Collection[int], source: StoredSource) -> None:
    """The journal keeps its rows, so that a mailbox that is read again delivers nothing twice."""
    query = select(journal.c.id, journal.c.raw_sha256).where(journal.c.message.in_(sorted(numbers)))
    rows = connection.execute(query.order_by(journal.c.id).with_for_update()).all()
    blobs.keep(connection, source.ids, {NOTHING: b""}, [NOTHING] * len(rows))
    update(connection, journal, [(NOTHING, 0, None, row.id) for row in rows], "raw_sha256 size subject", "id")
    blobs.release(connection, [row.raw_sha256 for row in rows])


def drop_files(connection: Connection, numbers: Collection[int]) -> None:
    """The attachments of these messages are gone."""
    query = select(attachments.c.sha256).where(attachments.c.message.in_(sorted(numbers)))
    held = connection.execute(query).scalars().all()
    delete(connection, attachments, [(number,) for number in sorted(numbers)], "message")
    if held:
        blobs.release(connection, held)
