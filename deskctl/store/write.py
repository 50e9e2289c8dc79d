"""Write the changes of a unit, one statement for each table.

The order follows the references between the tables.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from ..core.agents.repository import AgentChanges
from ..core.automations.repository import JobChanges
from ..core.contacts.repository import ContactChanges
from ..core.delivery.repository import OutboxChanges
from ..core.intake.repository import JournalChanges
from ..core.kernel.changes import Changes
from ..core.messages.conversations import ConversationChanges
from ..core.messages.repository import MessageChanges
from ..core.notifications.repository import NotificationChanges
from ..core.routing.repository import RoutingChanges
from ..core.saved_views.repository import SavedViewChanges
from ..core.shifts.repository import ShiftChanges
from ..core.sla.repository import SlaChanges
from ..core.tickets.model import Ticket
from ..core.tickets.repository import TicketChanges
from . import blobs, rows
from .agents import agent_rows
from .contacts.erase import EraseHook, erase
from .contacts.link_codes import (
    LINK_CODE_COLUMNS,
    LINK_TRIES_COLUMNS,
    link_code_values,
    link_tries_values,
)
from .encoding import clean, maybe_clean
from .fields import write_fields
from .messages import seen as seen
from .messages.attachments import FileRow, file_rows, insert_files
from .messages.changes import edit, purge, reread
from .notifications import write_notifications
from .routing import write_routing
from .saved_views import write_saved_views
from .search import contacts as contact_index
from .search import index
from .shifts import write_shifts
from .sla import write_sla
from .source import DatabaseSource
from .statements import ON_CONFLICT_DO_NOTHING, delete, insert, on_conflict_update, select_rows, update
from .tables import (
    agents,
    anew,
    blocks,
    calls,
    commands,
    contacts,
    events,
    followers,
    identities,
    jobs,
    journal,
    known_as,
    link_codes,
    link_tries,
    memberships,
    messages,
    outbox,
    participants,
    teams,
    ticket_tags,
    tickets,
    timers,
)

_NO_ITEMS: frozenset[str] = frozenset()


def write(
    connection: Connection, changes: Changes, source: DatabaseSource, erase_hook: EraseHook | None = None
) -> None:
    """Write all changes; they are visible to others after the commit. `source` holds every loaded ticket.

    `erase_hook` erases data elsewhere when a person is erased.
    """
    _people(connection, changes, source)
    _tickets(connection, changes, source)
    _messages(connection, changes, source)
    _conversations(connection, changes)
    _outbox(connection, changes, source)
    reread(connection, changes.of(MessageChanges).reread, source)
    edit(connection, changes.of(MessageChanges).edited, source)
    purge(connection, changes.of(MessageChanges).purged, source)
    erase(connection, changes.of(ContactChanges).erased, source, changes.of(ContactChanges).erased_names, erase_hook)
    _history(connection, changes)
    write_sla(connection, changes.of(SlaChanges))
    write_routing(connection, changes.of(RoutingChanges))
    write_shifts(connection, changes.of(ShiftChanges))
    write_saved_views(connection, changes.of(SavedViewChanges))
    write_notifications(connection, changes.of(NotificationChanges))
    _timers(connection, changes)
    insert(connection, jobs, [rows.job_values(job) for job in changes.of(JobChanges).jobs], rows.JOB_COLUMNS)
    _journal(connection, changes)
    seen.write(connection, changes)
    source.ids.save()


def _people(connection: Connection, changes: Changes, source: DatabaseSource) -> None:
    insert(
        connection,
        teams,
        [agent_rows.team_values(t) for t in changes.of(AgentChanges).teams.values()],
        agent_rows.TEAM_COLUMNS,
        on_conflict_update("handle", ["name", "signature", "plan"]),
    )
    insert(
        connection,
        agents,
        [agent_rows.agent_values(a) for a in changes.of(AgentChanges).agents.values()],
        agent_rows.AGENT_COLUMNS,
        on_conflict_update("handle", agent_rows.AGENT_COLUMNS.split()[1:]),
    )
    delete(connection, memberships, [(handle,) for handle in changes.of(AgentChanges).agents], "agent")
    joined = [(a.handle, team) for a in changes.of(AgentChanges).agents.values() for team in sorted(a.teams)]
    insert(connection, memberships, joined, "agent team")
    insert(
        connection,
        contacts,
        [rows.contact_values(c) for c in changes.of(ContactChanges).contacts.values()],
        rows.CONTACT_COLUMNS,
        on_conflict_update("id", rows.CONTACT_COLUMNS.split()[1:]),
    )
    codes = [link_code_values(c) for c in changes.of(ContactChanges).link_codes.values()]
    insert(connection, link_codes, codes, LINK_CODE_COLUMNS, on_conflict_update("digest", ["used_at"]))
    tried = [link_tries_values(t) for t in changes.of(ContactChanges).link_tries.values()]
    insert(connection, link_tries, tried, LINK_TRIES_COLUMNS, on_conflict_update("address, kind", ["wrong", "since"]))
    reached = [
        (source.next_id("identities"), i.kind, clean(i.address), i.contact)
        for i in changes.of(ContactChanges).identities
    ]
    insert(connection, identities, reached, rows.IDENTITY_COLUMNS)
    contact_index.reindex(
        connection,
        changes.of(ContactChanges).contacts.keys() | {i.contact for i in changes.of(ContactChanges).identities},
    )
    marked = [
        (maybe_clean(why), clean(a.address), a.kind) for a, why in sorted(changes.of(ContactChanges).bounced.items())
    ]
    update(connection, identities, marked, "bounced", "address", "kind")
    insert(
        connection,
        blocks,
        [(p,) for p, on in sorted(changes.of(MessageChanges).blocked.items()) if on],
        "pattern",
        ON_CONFLICT_DO_NOTHING,
    )
    delete(
        connection, blocks, [(p,) for p, on in sorted(changes.of(MessageChanges).blocked.items()) if not on], "pattern"
    )


def _tickets(connection: Connection, changes: Changes, source: DatabaseSource) -> None:
    new = [changes.of(TicketChanges).tickets[number] for number in sorted(changes.of(TicketChanges).new_tickets)]
    changed = [
        t
        for number, t in sorted(changes.of(TicketChanges).tickets.items())
        if number not in changes.of(TicketChanges).new_tickets
    ]
    renamed = _messages_of_renamed(connection, changed, source.tickets_before)
    index.remove(connection, renamed)
    insert(connection, tickets, [rows.ticket_values(t) for t in new], rows.TICKET_COLUMNS)
    update(
        connection,
        tickets,
        [rows.ticket_values(t) for t in changed],
        rows.TICKET_COLUMNS.removesuffix(" number"),
        "number",
    )
    before = source.tickets_before
    added, removed = _difference(
        (t.number, before[t.number].tags if t.number in before else _NO_ITEMS, t.tags) for t in new + changed
    )
    delete(connection, ticket_tags, removed, "ticket tag")
    insert(connection, ticket_tags, added, "ticket tag")
    added, removed = _difference(
        (t.number, before[t.number].followers if t.number in before else _NO_ITEMS, t.followers) for t in new + changed
    )
    delete(connection, followers, removed, "ticket agent")
    insert(connection, followers, added, "ticket agent")
    write_fields(connection, new + changed, before)
    took_part = sorted((ticket, clean(address)) for ticket, address in changes.of(TicketChanges).participants)
    insert(connection, participants, took_part, "ticket address", ON_CONFLICT_DO_NOTHING)
    index.restore(connection, renamed)


def _messages_of_renamed(connection: Connection, changed: Iterable[Ticket], before: dict[int, Ticket]) -> list[int]:
    """Return the messages of tickets with a changed subject, because the subject is part of their index entries."""
    numbers = [(t.number,) for t in changed if t.number in before and before[t.number].subject != t.subject]
    return [row.id for row in select_rows(connection, messages, "id", "ticket", numbers)]


def _difference(
    sets: Iterable[tuple[int, Iterable[str], Iterable[str]]],
) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Return the added and the removed items of each ticket's set."""
    added: list[tuple[int, str]] = []
    removed: list[tuple[int, str]] = []
    for ticket, old, new in sets:
        if old != new:
            was, now = {clean(item) for item in old}, {clean(item) for item in new}
            added += [(ticket, item) for item in sorted(now - was)]
            removed += [(ticket, item) for item in sorted(was - now)]
    return added, removed


def _messages(connection: Connection, changes: Changes, source: DatabaseSource) -> None:
    files, contents = file_rows(((m.id, m.files) for m in changes.of(MessageChanges).messages), source)
    raw = [m.raw_sha256 for m in changes.of(MessageChanges).messages if m.raw_sha256 is not None]
    blobs.keep(connection, source.ids, contents, [*raw, *(sha256 for _, _, _, _, _, sha256, _, _ in files)])
    insert(
        connection,
        messages,
        [rows.message_values(m) for m in changes.of(MessageChanges).messages],
        rows.MESSAGE_COLUMNS,
    )
    insert_files(connection, files)
    called = [
        (m.id, m.call.direction, m.call.seconds) for m in changes.of(MessageChanges).messages if m.call is not None
    ]
    insert(connection, calls, called, "message direction seconds")
    _index(connection, changes, files, source)
    index.remove(connection, changes.of(MessageChanges).moved)
    update(connection, messages, [(t, m) for m, t in sorted(changes.of(MessageChanges).moved.items())], "ticket", "id")
    index.restore(connection, changes.of(MessageChanges).moved)
    update(
        connection,
        messages,
        [(True, message) for message in sorted(changes.of(MessageChanges).withdrawn)],
        "withdrawn",
        "id",
    )
    index.remove(connection, changes.of(MessageChanges).withdrawn)


def _conversations(connection: Connection, changes: Changes) -> None:
    begun = [
        (clean(channel), clean(address))
        for (channel, address), on in sorted(changes.of(ConversationChanges).new_ticket_requests.items())
        if on
    ]
    ended = [
        (clean(channel), clean(address))
        for (channel, address), on in sorted(changes.of(ConversationChanges).new_ticket_requests.items())
        if not on
    ]
    insert(connection, anew, begun, "channel address", ON_CONFLICT_DO_NOTHING)
    delete(connection, anew, ended, "channel address")
    named = [(clean(name), message) for name, message in sorted(changes.of(MessageChanges).known_as.items())]
    insert(connection, known_as, named, "name message", ON_CONFLICT_DO_NOTHING)


def _index(connection: Connection, changes: Changes, files: Iterable[FileRow], source: DatabaseSource) -> None:
    names: dict[int, list[str]] = {}
    for _, message, filename, *_ in files:
        names.setdefault(message, []).append(filename)
    indexed = [m for m in changes.of(MessageChanges).messages if m.id not in changes.of(MessageChanges).withdrawn]
    known = source.tickets_before | changes.of(TicketChanges).tickets
    subjects = {m.ticket: clean(known[m.ticket].subject) for m in indexed if m.ticket in known}
    others = [(number,) for number in {m.ticket for m in indexed} - subjects.keys()]
    subjects |= {
        row.number: row.subject for row in select_rows(connection, tickets, "number subject", "number", others)
    }
    words = (
        index.words_of(m.id, subjects[m.ticket], clean(m.subject), names.get(m.id, ()), clean(m.text)) for m in indexed
    )
    index.add(connection, list(words))


def _outbox(connection: Connection, changes: Changes, source: DatabaseSource) -> None:
    new = [changes.of(OutboxChanges).outbox[entry] for entry in sorted(changes.of(OutboxChanges).new_outbox)]
    changed = [
        e
        for number, e in sorted(changes.of(OutboxChanges).outbox.items())
        if number not in changes.of(OutboxChanges).new_outbox
    ]
    blobs.keep(connection, source.ids, {}, [file.sha256 for entry in new for file in entry.files])
    insert(connection, outbox, [rows.outbox_values(e) for e in new], rows.OUTBOX_COLUMNS)
    update(connection, outbox, [rows.outbox_changes(e) for e in changed], rows.OUTBOX_CHANGES, "id")


def _history(connection: Connection, changes: Changes) -> None:
    insert(connection, commands, [rows.command_values(c) for c in changes.commands], rows.COMMAND_COLUMNS)
    update(connection, commands, [(True, command) for command in sorted(changes.undone_commands)], "undone", "id")
    insert(connection, events, [rows.event_values(e) for e in changes.events], rows.EVENT_COLUMNS)


def _timers(connection: Connection, changes: Changes) -> None:
    delete(connection, timers, [(key,) for key in sorted(changes.dropped_timers)], "key")
    insert(
        connection,
        timers,
        [rows.timer_values(t) for _, t in sorted(changes.timers.items())],
        rows.TIMER_COLUMNS,
        on_conflict_update("key", ["id", "kind", "due_at", "ticket"]),
    )


def _journal(connection: Connection, changes: Changes) -> None:
    update(
        connection,
        journal,
        [
            (
                s.state.value,
                s.message,
                s.duplicate,
                maybe_clean(s.reason),
                maybe_clean(s.sender),
                maybe_clean(s.subject),
                s.id,
            )
            for s in changes.of(JournalChanges).journal
        ],
        "state message duplicate reason sender subject",
        "id",
    )
    retried = [("waiting", 0, 0, None, row) for row in sorted(changes.of(JournalChanges).retried_journal)]
    update(connection, journal, retried, "state attempts trial reason", "id")
