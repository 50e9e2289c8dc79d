"""Erase personal data of contacts: their texts, names and addresses.

The rows remain, so that counts stay correct. Texts, files and raw bytes are removed, also from the journal and the
outbox.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Select, Table, func, or_, select, text

from ...core.contacts.erased_person import ErasedPerson
from ...core.delivery.events import DeliverySettled
from ...core.delivery.model import OutboxKind, OutboxState
from ...core.intake.journal import JournalState
from ...core.messages.events import SenderBlocked
from ...core.messages.model import MessageKind
from ...core.notifications.events import AgentNotified
from ...core.sla.events import StepFailed
from .. import blobs
from ..encoding import from_json, to_json
from ..fields import erase_fields
from ..messages.changes import EMPTY_SHA256, remove_files, remove_undo_data
from ..search import contacts as contact_index
from ..search import index
from ..source import DatabaseSource
from ..statements import delete, update
from ..tables import (
    anew,
    blocks,
    events,
    handovers,
    identities,
    jobs,
    journal,
    known_as,
    link_codes,
    link_tries,
    messages,
    notices,
    outbox,
    participants,
    tickets,
)
from ..tables.delivery import AUTO
from .personal_data import is_message_of

#: Messages that are erased in one statement.
_BATCH = 500
#: Free pages that are overwritten in one statement.
_PAGES_AT_ONCE = 10_000
_UNSENT = tuple(s.value for s in OutboxState if s not in (OutboxState.SENT, OutboxState.SENDING))


EraseHook = Callable[[Connection, ErasedPerson], None]


def erase(
    connection: Connection,
    contacts: Collection[int],
    source: DatabaseSource,
    names: Collection[str] = (),
    hook: EraseHook | None = None,
) -> None:
    """Erase all data of these contacts, whose names were already removed; `names` are their former names.

    `hook` then erases data elsewhere in the store: in the tables of plugins.
    """
    if not contacts:
        return
    people = sorted(contacts)
    reached = select(identities.c.address).where(identities.c.contact.in_(people))
    addresses = sorted(set(connection.execute(reached).scalars()))
    own_tickets = select(tickets.c.number).where(tickets.c.contact.in_(people))
    numbers = connection.execute(own_tickets.order_by(tickets.c.number)).scalars().all()
    message_ids = tuple(connection.execute(_message_ids(people).order_by(messages.c.id)).scalars())
    person = ErasedPerson(tuple(people), tuple(numbers), message_ids, tuple(addresses), tuple(sorted(names)))
    with _overwriting(connection):
        _erase_journal(connection, people, addresses, source)
        _erase_outbox(connection, people, addresses)
        _erase_messages(connection, people)
        for table, names_of in ((messages, ("to", "cc", "bcc", "reply_to")), (outbox, ("to", "cc", "bcc"))):
            _remove_recipients(connection, table, names_of, addresses)
        update(connection, tickets, [("", number) for number in numbers], "subject", "number")
        erase_fields(connection, numbers)
        update(connection, notices, [(None, number) for number in numbers], "detail", "ticket")
        _erase_event_data(connection, numbers)
        _erase_job_errors(connection, numbers)
        _erase_handover_lines(connection, person)
        _undo_data(connection, people, addresses)
        delete(connection, participants, [(number,) for number in numbers], "ticket")
        for table in (participants, anew, link_tries):
            delete(connection, table, [(address,) for address in addresses], "address")
        delete(connection, blocks, [(address,) for address in addresses], "pattern")
        delete(connection, link_codes, [(number,) for number in people], "contact")
        delete(connection, identities, [(number,) for number in people], "contact")
        contact_index.reindex(connection, people)
        if hook is not None:
            hook(connection, person)
        if connection.dialect.name == "sqlite":
            _purge_deleted_words(connection)


def _purge_deleted_words(connection: Connection) -> None:
    """Remove deleted words from the full-text index permanently.

    FTS5 keeps deleted entries until it merges its segments, which takes about one second for each hundred thousand
    messages. (The `secure-delete` option of FTS5 would make the file unreadable for SQLite before 3.42.)
    """
    connection.exec_driver_sql("INSERT INTO search_index (search_index) VALUES ('optimize')")
    connection.exec_driver_sql("INSERT INTO search_contacts (search_contacts) VALUES ('optimize')")
    _overwrite_free_pages(connection)


def _overwrite_free_pages(connection: Connection) -> None:
    """Overwrite free pages with zeros.

    Pages that were freed before secure deletion was enabled keep their content. Allocate all of them for zeros, then
    free them again.
    """
    free = connection.exec_driver_sql("PRAGMA freelist_count").scalar_one()
    if not free:
        return
    size = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
    connection.exec_driver_sql("CREATE TABLE zeros (content BLOB)")
    while free > 0:
        some = min(free, _PAGES_AT_ONCE)
        connection.exec_driver_sql("INSERT INTO zeros VALUES (zeroblob(?))", (some * (size - 4),))
        free -= some
    connection.exec_driver_sql("DROP TABLE zeros")


@contextmanager
def _overwriting(connection: Connection) -> Iterator[None]:
    """Enable secure deletion. Without it, SQLite leaves a deleted row in the file until the space is reused."""
    if connection.dialect.name != "sqlite":
        yield
        return
    before = connection.exec_driver_sql("PRAGMA secure_delete").scalar_one()
    connection.exec_driver_sql("PRAGMA secure_delete = ON").close()
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA secure_delete = {('OFF', 'ON', 'FAST')[before]}").close()


def _message_ids(people: Sequence[int]) -> Select[Any]:
    return select(messages.c.id).where(is_message_of(people))


def _erase_messages(connection: Connection, people: Sequence[int]) -> None:
    columns = (messages.c.id, messages.c.kind, messages.c.author, messages.c.message_id, messages.c.raw_sha256)
    found = connection.execute(select(*columns).where(is_message_of(people)).order_by(messages.c.id)).all()
    for start in range(0, len(found), _BATCH):
        _blank_messages(connection, found[start : start + _BATCH])


def _remove_recipients(connection: Connection, table: Table, columns: Sequence[str], addresses: Sequence[str]) -> None:
    """Remove the addresses from the recipients of messages that other people sent or received."""
    for address in addresses:
        quoted = to_json([address])[1:-1].lower()
        for name in columns:
            column = table.c[name]
            query = select(table.c.id, column).where(func.lower(column).contains(quoted, autoescape=True))
            found = connection.execute(query).all()
            rest = [[kept for kept in from_json(row[1]) if kept.lower() != address.lower()] for row in found]
            empty = None if column.nullable else "[]"
            values = [(to_json(r) if r else empty, row.id) for r, row in zip(rest, found, strict=True)]
            update(connection, table, values, name, "id")


def _blank_messages(connection: Connection, rows: Sequence[Any]) -> None:
    ids = [row.id for row in rows]
    index.remove(connection, ids)
    incoming = (MessageKind.IN.value, MessageKind.AUTO.value)
    words = [
        (
            *("", "", None, None, "[]", "[]", None, None, None, None, "[]", "{}", None, None),
            None if row.kind in incoming else row.author,
            row.message_id if row.kind == MessageKind.OUT.value else None,
            row.id,
        )
        for row in rows
    ]
    update(
        connection,
        messages,
        words,
        "subject text visible_text original to cc bcc lists reply_to in_reply_to references headers raw_sha256 choices "
        "author message_id",
        "id",
    )
    delete(connection, known_as, [(number,) for number in ids], "message")
    blobs.release(connection, [row.raw_sha256 for row in rows if row.raw_sha256 is not None])
    remove_files(connection, ids)


def _erase_outbox(connection: Connection, people: Sequence[int], addresses: Sequence[str]) -> None:
    """Cancel unsent entries and erase the content of all entries of these contacts; sent entries keep their state.

    This includes notifications to agents, which quote the customer, and automatic answers to status requests, which
    have no ticket.
    """
    with_messages = select(messages.c.ticket).where(is_message_of(people))
    digests = _digests_about(connection, people)
    own_tickets = select(tickets.c.number).where(tickets.c.contact.in_(people))
    is_notification = outbox.c.kind == OutboxKind.NOTIFICATION.value
    columns = (outbox.c.id, outbox.c.kind, outbox.c.state, outbox.c.due_at, outbox.c.to, outbox.c.files)
    asked = outbox.c.ticket.is_(None) & func.lower(outbox.c.to).in_([to_json([address]) for address in addresses])
    to_person = or_(outbox.c.ticket.in_(own_tickets), outbox.c.message.in_(_message_ids(people)))
    wanted = or_(
        to_person,
        is_notification & or_(outbox.c.ticket.in_(with_messages), outbox.c.id.in_(digests)),
        text(AUTO) & asked,
    )
    found = connection.execute(select(*columns).where(wanted).order_by(outbox.c.id).with_for_update()).all()
    blobs.release(connection, [file[3] for row in found for file in from_json(row.files)])
    blank = ("", "", "[]", "[]", None, None, "[]", "{}", "[]", None, None, None)
    values = [
        (
            *blank,
            row.to if row.kind == OutboxKind.NOTIFICATION.value else "[]",
            OutboxState.CANCELLED.value if row.state in _UNSENT else row.state,
            None,
            row.id,
        )
        for row in found
    ]
    update(
        connection,
        outbox,
        values,
        "subject text cc bcc reply_to in_reply_to references headers files last_error choices deliveries "
        "to state due_at",
        "id",
    )


def _digests_about(connection: Connection, people: Sequence[int]) -> list[int]:
    """Return the notifications to agents about several tickets that include tickets of these contacts."""
    own_tickets = select(tickets.c.number).where(tickets.c.contact.in_(people))
    with_messages = select(messages.c.ticket).where(is_message_of(people))
    notified = select(events.c.facts).where(
        events.c.kind == AgentNotified.kind, or_(events.c.ticket.in_(own_tickets), events.c.ticket.in_(with_messages))
    )
    return sorted({int(from_json(facts)["outbox"]) for facts in connection.execute(notified).scalars()})


def _erase_journal(
    connection: Connection, people: Sequence[int], addresses: Sequence[str], source: DatabaseSource
) -> None:
    """Erase journal rows. The rows remain, so that a mailbox that is read again delivers no message twice."""
    from_them = func.lower(journal.c.sender).in_(addresses)
    columns = (journal.c.id, journal.c.raw_sha256, journal.c.envelope, journal.c.state)
    query = select(*columns).where(or_(journal.c.message.in_(_message_ids(people)), from_them))
    found = connection.execute(query.order_by(journal.c.id).with_for_update()).all()
    if not found:
        return
    blobs.keep(connection, source.ids, {EMPTY_SHA256: b""}, [EMPTY_SHA256] * len(found))
    settled = {JournalState.QUARANTINED.value: JournalState.DROPPED.value}
    values = [
        (
            EMPTY_SHA256,
            0,
            _minimal_envelope(row.envelope),
            settled.get(row.state, row.state),
            None,
            None,
            "erased",
            row.id,
        )
        for row in found
    ]
    update(connection, journal, values, "raw_sha256 size envelope state sender subject reason", "id")
    blobs.release(connection, [row.raw_sha256 for row in found])


def _minimal_envelope(envelope: str) -> str:
    stored = from_json(envelope)
    return to_json({"via": stored["via"], "sender": None, "recipients": [], "size": stored["size"], "extra": {}})


def _undo_data(connection: Connection, people: Sequence[int], addresses: Sequence[str]) -> None:
    """Remove the data that undo would need: former names, and the fact that an address was blocked."""
    about = select(events.c.id).where(events.c.contact.in_(people), events.c.kept.is_not(None))
    blocked = [to_json({"pattern": address}) for address in addresses]
    named = select(events.c.id).where(events.c.kind == SenderBlocked.kind, events.c.kept.in_(blocked))
    found = connection.execute(about.union(named)).scalars().all()
    update(connection, events, [(None, number) for number in found], "kept", "id")


def _erase_event_data(connection: Connection, numbers: Sequence[int]) -> None:
    """Erase reasons of failures, because servers repeat the rejected address in them and plugins can quote customers,
    and what is kept for undo.
    """
    remove_undo_data(connection, numbers)
    for start in range(0, len(numbers), _BATCH):
        some = events.c.ticket.in_(numbers[start : start + _BATCH])
        for kind, erased in ((DeliverySettled.kind, {"reason": None}), (StepFailed.kind, {"why": ""})):
            query = select(events.c.id, events.c.facts).where(some, events.c.kind == kind)
            changed = [(to_json({**from_json(row.facts), **erased}), row.id) for row in connection.execute(query)]
            update(connection, events, changed, "facts", "id")


def _erase_job_errors(connection: Connection, numbers: Sequence[int]) -> None:
    """Erase errors of plugins, which can contain customer data."""
    for start in range(0, len(numbers), _BATCH):
        about = select(events.c.id).where(events.c.ticket.in_(numbers[start : start + _BATCH]))
        query = select(jobs.c.id).where(jobs.c.last_error.is_not(None), jobs.c.event.in_(about))
        failed = connection.execute(query).scalars().all()
        update(connection, jobs, [("erased", number) for number in failed], "last_error", "id")


def _erase_handover_lines(connection: Connection, person: ErasedPerson) -> None:
    """Remove the lines of handover notes that mention the person or the tickets; keep the rest of each note."""
    for row in connection.execute(select(handovers.c.id, handovers.c.text)).all():
        if person.is_mentioned(row.text):
            update(connection, handovers, [(person.without(row.text), row.id)], "text", "id")
