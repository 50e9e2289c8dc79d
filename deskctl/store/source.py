"""Read the store in a transaction: the `Source` protocols of the core, on a connection.

On PostgreSQL, rows that a unit loads in order to change them are locked until the commit (FOR UPDATE), always in the
order of their keys, so that concurrent writers wait and neither overwrite nor deadlock each other. SQLite has one
writer.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, func, or_, select, text, tuple_

from ..core.agents.model import Agent, Team
from ..core.contacts.model import Address, Contact, Identity
from ..core.delivery.model import OutboxEntry
from ..core.intake.journal import JournalState
from ..core.kernel.actor import Actor
from ..core.kernel.records import CommandRecord, RecordedEvent
from ..core.kernel.timers import Timer
from ..core.messages.thread import MessageHead
from ..core.routing.model import Presence, QueuedTicket, Turn
from ..core.sla.clocks import Clock
from ..core.sla.policy_book import PolicyBook
from ..core.tickets.model import Ticket
from . import routing, rows, tables
from .agents import agent_rows
from .contacts.source import ContactSource
from .encoding import clean, to_json
from .fields import fields_of
from .ids import Ids
from .messages.conversations import HEAD, ConversationSource, batches, valid_ids
from .messages.seen import SeenSource
from .moments import to_micros
from .notifications import NotificationSource
from .saved_views import SavedViewSource
from .shifts import ShiftSource
from .sla import PolicyBookCache, load_clocks
from .tables import (
    agents,
    blocks,
    commands,
    contacts,
    events,
    followers,
    identities,
    journal,
    known_as,
    memberships,
    messages,
    outbox,
    participants,
    teams,
    ticket_tags,
    tickets,
    timers,
)
from .tables.delivery import AUTO
from .tables.history import INVOKED, UNDOABLE
from .tables.tickets import ACTIVE, QUEUED

#: Key of the advisory lock for taking tickets from the queue; an arbitrary constant.
_QUEUE_LOCK = 0x6465736B71
#: Commands that one query reads.
_PAGE = 200
#: The length of a token, and the number of tokens for which random bytes are fetched at once.
_TOKEN_BYTES, _TOKENS_AT_ONCE = 16, 64


class DatabaseSource(ConversationSource, SeenSource, ContactSource, ShiftSource, SavedViewSource, NotificationSource):
    """Implement the `Source` protocols. `tickets_before` holds tickets as they were loaded, to find the changes."""

    def __init__(self, connection: Connection, ids: Ids, policy_books: PolicyBookCache) -> None:
        self._connection = connection
        self._policy_books = policy_books
        self.ids = ids
        self.tickets_before: dict[int, Ticket] = {}
        self._random = b""

    # --- tickets and people -----------------------------------------------------------------------

    def tickets(self, numbers: Collection[int]) -> Iterable[Ticket]:
        found: list[Ticket] = []
        for some in batches(valid_ids(numbers)):
            query = select(tickets).where(tickets.c.number.in_(some)).order_by(tickets.c.number).with_for_update()
            loaded = self._connection.execute(query).all()
            tags = self._grouped(select(ticket_tags.c.ticket, ticket_tags.c.tag).where(ticket_tags.c.ticket.in_(some)))
            watching = self._grouped(select(followers.c.ticket, followers.c.agent).where(followers.c.ticket.in_(some)))
            values = fields_of(self._connection, some)
            found += [
                rows.ticket(row, watching.get(row.number, ()), tags.get(row.number, ()), values.get(row.number))
                for row in loaded
            ]
        self.tickets_before.update((ticket.number, ticket) for ticket in found)
        return found

    def contacts(self, ids: Collection[int]) -> Iterable[Contact]:
        return [
            rows.contact(row)
            for some in batches(valid_ids(ids))
            for row in self._connection.execute(select(contacts).where(contacts.c.id.in_(some)))
        ]

    def identities(self, addresses: Collection[Address]) -> Iterable[Identity]:
        asked = {(clean(a.address), a.kind): a.address for a in addresses}
        return [
            Identity(row.kind, asked[row.address, row.kind], row.contact, row.bounced)
            for some in batches(list(asked))
            for row in self._connection.execute(
                select(identities).where(tuple_(identities.c.address, identities.c.kind).in_(some))
            )
        ]

    def addresses_of(self, contacts: Collection[int]) -> Iterable[Identity]:
        return [
            rows.identity(row)
            for some in batches(valid_ids(contacts))
            for row in self._connection.execute(
                select(identities).where(identities.c.contact.in_(some)).order_by(identities.c.id)
            )
        ]

    def agents(self) -> Iterable[Agent]:
        of = self._grouped(select(memberships.c.agent, memberships.c.team))
        return [agent_rows.agent(row, of.get(row.handle, ())) for row in self._connection.execute(select(agents))]

    def teams(self) -> Iterable[Team]:
        return [agent_rows.team(row) for row in self._connection.execute(select(teams))]

    def tickets_by_token(self, tokens: Collection[str]) -> Mapping[str, int]:
        query = select(tickets.c.token, tickets.c.number).where(tickets.c.token.in_([clean(t) for t in tokens]))
        return {row.token: row.number for row in self._connection.execute(query) if row.token is not None}

    def blocked(self, addresses: Collection[str]) -> frozenset[str]:
        patterns = {a: {clean(a), "@" + clean(a).rpartition("@")[2]} for a in addresses}
        wanted = sorted(set().union(*patterns.values()))
        found = {
            pattern
            for some in batches(wanted)
            for pattern in self._connection.execute(
                select(blocks.c.pattern).where(blocks.c.pattern.in_(some))
            ).scalars()
        }
        return frozenset(a for a, either in patterns.items() if either & found)

    def blocks(self) -> Sequence[str]:
        return self._connection.execute(select(blocks.c.pattern).order_by(blocks.c.pattern)).scalars().all()

    def queue(self, teams: Mapping[str | None, Collection[str]], limit: int) -> Sequence[int]:
        if self._connection.dialect.name == "postgresql":
            # Concurrent callers get different tickets: the second waits here until the first has committed.
            self._connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_QUEUE_LOCK})")
        waiting: list[tuple[int, int]] = []
        for team, besides in teams.items():
            query = (
                select(tickets.c.queue_at, tickets.c.number)
                .where(text(QUEUED), tickets.c.team.is_(None) if team is None else tickets.c.team == team)
                .where(or_(tickets.c.tier.is_(None), tickets.c.tier.not_in(sorted(besides))))
                .order_by(tickets.c.queue_at, tickets.c.number)
                .limit(limit)
            )
            waiting += [(row.queue_at, row.number) for row in self._connection.execute(query)]
        return [number for _, number in sorted(waiting)[:limit]]

    def active_of(self, agent: str, teams: Collection[str] | None, limit: int) -> Sequence[int]:
        query = select(tickets.c.number).where(text(ACTIVE), tickets.c.assignee == agent)
        if teams is not None:
            query = query.where(tickets.c.team.in_(sorted(teams)))
        query = query.order_by(tickets.c.updated_at, tickets.c.number).limit(limit)
        return sorted(self._connection.execute(query).scalars())

    def merged_into(self, numbers: Collection[int]) -> Iterable[tuple[int, int]]:
        return [
            (row.merged_into, row.number)
            for some in batches(valid_ids(numbers))
            for row in self._connection.execute(
                select(tickets.c.merged_into, tickets.c.number)
                .where(tickets.c.merged_into.in_(some))
                .order_by(tickets.c.number)
            )
        ]

    def participants(self, tickets: Collection[int]) -> Mapping[int, frozenset[str]]:
        found: dict[int, frozenset[str]] = {}
        for some in batches(valid_ids(tickets)):
            query = select(participants.c.ticket, participants.c.address).where(participants.c.ticket.in_(some))
            found.update((ticket, frozenset(who)) for ticket, who in self._grouped(query).items())
        return found

    # --- messages ---------------------------------------------------------------------------------

    def messages_by_id(self, message_ids: Collection[str]) -> Iterable[MessageHead]:
        asked = {clean(message_id): message_id for message_id in message_ids}
        found = [
            rows.message_head(row)
            for some in batches(list(asked))
            for row in self._connection.execute(
                select(*HEAD).where(messages.c.message_id.in_(some)).order_by(messages.c.id)
            )
        ]
        named = [_named(head, asked[head.message_id]) for head in found if head.message_id is not None]
        return [*named, *self._known_as(asked)]

    def _known_as(self, asked: Mapping[str, str]) -> Iterator[MessageHead]:
        """Yield messages of the desk to which the other side of a channel gave one of these ids."""
        names: dict[int, str] = {}
        for some in batches(list(asked)):
            query = select(known_as.c.message, known_as.c.name).where(known_as.c.name.in_(some))
            names.update((row.message, row.name) for row in self._connection.execute(query))
        for portion in batches(sorted(names)):
            for row in self._connection.execute(select(*HEAD).where(messages.c.id.in_(portion))):
                head = rows.message_head(row)
                yield _named(head, asked[names[head.id]])

    def heads(self, tickets: Collection[int]) -> Iterable[MessageHead]:
        return [
            rows.message_head(row)
            for some in batches(valid_ids(tickets))
            for row in self._connection.execute(
                select(*HEAD)
                .where(messages.c.ticket.in_(some), messages.c.withdrawn.is_(False))
                .order_by(messages.c.id)
            )
        ]

    # --- outbox, timers, journal ------------------------------------------------------------------

    def outbox(self, ids: Collection[int]) -> Iterable[OutboxEntry]:
        return self._outbox(select(outbox).where(outbox.c.id.in_(valid_ids(ids))))

    def outbox_of(self, ticket: int) -> Iterable[OutboxEntry]:
        return self._outbox(select(outbox).where(outbox.c.ticket == ticket))

    def outbox_by_message_id(self, message_ids: Collection[str]) -> Iterable[OutboxEntry]:
        asked = {clean(message_id) for message_id in message_ids}
        return [
            entry
            for some in batches(sorted(asked))
            for entry in self._outbox(select(outbox).where(outbox.c.message_id.in_(some), outbox.c.kind != "copy"))
        ]

    def automatic_sent(self, addresses: Collection[str], since: datetime) -> Mapping[str, int]:
        asked = {to_json([clean(address)]): address for address in addresses}
        to = func.lower(outbox.c.to)
        found: dict[str, int] = {}
        for some in batches(sorted(asked)):
            query = select(to, func.count()).where(text(AUTO), outbox.c.created_at >= to_micros(since), to.in_(some))
            found.update((asked[address], count) for address, count in self._connection.execute(query.group_by(to)))
        return found

    def _outbox(self, query: Select[Any]) -> list[OutboxEntry]:
        found = self._connection.execute(query.order_by(outbox.c.id).with_for_update())
        return [rows.outbox_entry(row) for row in found]

    def timers(self, ids: Collection[int]) -> Iterable[Timer]:
        query = select(timers).where(timers.c.id.in_(valid_ids(ids))).order_by(timers.c.id).with_for_update()
        return [rows.timer(row) for row in self._connection.execute(query)]

    # --- SLA --------------------------------------------------------------------------------------

    def book(self) -> PolicyBook:
        return self._policy_books.book(self._connection)

    def clocks(self, tickets: Collection[int]) -> Iterable[Clock]:
        return load_clocks(self._connection, tickets)

    def events_of_kinds(self, commands: Collection[int], kinds: Collection[str]) -> Sequence[RecordedEvent]:
        return [
            recorded
            for some in batches(sorted(commands))
            for recorded in self._events(select(events).where(events.c.command.in_(some), events.c.kind.in_(kinds)))
        ]

    def changed_tickets(self, commands: Collection[int], besides: Collection[str]) -> set[int]:
        changed = (events.c.ticket.is_not(None), events.c.kind.not_in(besides))
        return {
            number
            for some in batches(sorted(commands))
            for number in self._connection.execute(
                select(events.c.ticket).where(events.c.command.in_(some), *changed)
            ).scalars()
        }

    def later_changes(
        self, commands: Collection[int], besides: Collection[str], by_customer: Collection[str]
    ) -> Sequence[RecordedEvent]:
        earlier, command = events.alias("earlier"), tables.commands
        query = (
            select(events)
            .join(earlier, and_(earlier.c.ticket == events.c.ticket, earlier.c.id < events.c.id))
            .join(command, command.c.id == events.c.command)
            .where(
                earlier.c.kind.not_in(besides),
                events.c.kind.not_in(besides),
                events.c.command != earlier.c.command,
                or_(events.c.actor.like("agent:%"), events.c.actor.like("user:%"), events.c.kind.in_(by_customer)),
                command.c.undone.is_(False),
            )
        )
        found = {
            row.id: rows.event(row)
            for some in batches(sorted(commands))
            for row in self._connection.execute(query.where(earlier.c.command.in_(some)))
        }
        return sorted(found.values(), key=lambda recorded: (recorded.event.ticket or 0, recorded.id))

    def histories(self, tickets: Collection[int], kinds: Sequence[str]) -> Iterable[RecordedEvent]:
        return [
            recorded
            for some in batches(valid_ids(tickets))
            for recorded in self._events(select(events).where(events.c.ticket.in_(some), events.c.kind.in_(kinds)))
        ]

    def active_after(self, ticket: int, limit: int) -> Sequence[int]:
        query = select(tickets.c.number).where(text(ACTIVE), tickets.c.number > ticket)
        return self._connection.execute(query.order_by(tickets.c.number).limit(limit)).scalars().all()

    # --- routing ----------------------------------------------------------------------------------

    def presences(self) -> Iterable[Presence]:
        return routing.presences(self._connection)

    def turns(self, agents: Collection[str]) -> Iterable[Turn]:
        return routing.turns_of(self._connection, agents)

    def loads(self, agents: Collection[str]) -> Mapping[tuple[str, str], int]:
        return routing.loads(self._connection, agents)

    def waiting(
        self, team: str, limit: int, after: tuple[datetime, int] | None = None, besides: str | None = None
    ) -> Sequence[QueuedTicket]:
        if self._connection.dialect.name == "postgresql":
            self._connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_QUEUE_LOCK})")
        return routing.waiting(self._connection, team, limit, after, besides)

    def busy(self, team: str) -> Mapping[str, tuple[int, datetime]]:
        return routing.busy(self._connection, team)

    def unattended(self, team: str) -> bool:
        return routing.is_unattended(self._connection, team)

    def journal_states(self, ids: Collection[int]) -> Mapping[int, JournalState]:
        return {
            row.id: JournalState(row.state)
            for some in batches(sorted(valid_ids(ids)))
            for row in self._connection.execute(
                select(journal.c.id, journal.c.state)
                .where(journal.c.id.in_(some))
                .order_by(journal.c.id)
                .with_for_update()
            )
        }

    # --- history ----------------------------------------------------------------------------------

    def command(self, id: int) -> CommandRecord | None:
        if not valid_ids((id,)):
            return None
        row = self._connection.execute(select(commands).where(commands.c.id == id).with_for_update()).one_or_none()
        return rows.command(row) if row else None

    def last_command(self, actor: Actor) -> CommandRecord | None:
        query = (
            select(commands)
            .where(commands.c.actor == clean(str(actor)), text(UNDOABLE), commands.c.undone.is_(False))
            .order_by(commands.c.id.desc())
            .limit(1)
            .with_for_update()
        )
        row = self._connection.execute(query).one_or_none()
        return rows.command(row) if row else None

    def latest_commands(self, actor: Actor, limit: int) -> Sequence[CommandRecord]:
        found: list[CommandRecord] = []
        invocations: set[int | str] = set()
        below: int | None = None
        while len(invocations) < limit:
            query = select(commands).where(commands.c.actor == clean(str(actor)), text(UNDOABLE))
            query = query if below is None else query.where(commands.c.id < below)
            page = self._connection.execute(query.order_by(commands.c.id.desc()).limit(_PAGE)).all()
            found += (rows.command(row) for row in page)
            invocations.update(row.invocation or row.id for row in page)
            if len(page) < _PAGE:
                break
            below = page[-1].id
        return found

    def commands_of(self, invocation: str, actor: Actor) -> Sequence[CommandRecord]:
        mine = (commands.c.invocation == invocation, commands.c.actor == clean(str(actor)))
        query = select(commands).where(*mine, text(INVOKED)).order_by(commands.c.id).with_for_update()
        return [rows.command(row) for row in self._connection.execute(query)]

    def command_before(self, record: CommandRecord) -> int | None:
        mine = (commands.c.invocation == record.invocation, commands.c.actor == clean(str(record.actor)))
        query = select(func.max(commands.c.id)).where(*mine, text(INVOKED), commands.c.id < record.id)
        found: int | None = self._connection.execute(query).scalar_one()
        return found

    def commands_beyond_tickets(self, commands: Collection[int]) -> set[int]:
        query = select(events.c.command).where(events.c.command.in_(list(commands)), events.c.ticket.is_(None))
        return set(self._connection.execute(query.distinct()).scalars())

    def events_of_command(self, id: int) -> Sequence[RecordedEvent]:
        return self._events(select(events).where(events.c.command == id))

    def events_since(self, ticket: int, after: int) -> Sequence[RecordedEvent]:
        return self._events(select(events).where(events.c.ticket == ticket, events.c.id > after))

    def _events(self, query: Select[Any]) -> list[RecordedEvent]:
        return [rows.event(row) for row in self._connection.execute(query.order_by(events.c.id))]

    # --- new rows ---------------------------------------------------------------------------------

    def expect_rows(self, count: int) -> None:
        self.ids.expect(count)

    def next_id(self, kind: str) -> int:
        return self.ids.next(kind)

    def token(self) -> str:
        if not self._random:  # one system call for many tokens
            self._random = secrets.token_bytes(_TOKEN_BYTES * _TOKENS_AT_ONCE)
        token, self._random = self._random[:_TOKEN_BYTES], self._random[_TOKEN_BYTES:]
        return token.hex()

    def _grouped(self, query: Select[Any]) -> dict[Any, set[str]]:
        """Return the values of the second column grouped by the first."""
        found: defaultdict[Any, set[str]] = defaultdict(set)
        for key, value in self._connection.execute(query):
            found[key].add(value)
        return found


def _named(head: MessageHead, message_id: str) -> MessageHead:
    """Return the head with the id that was asked for: the store keeps it without characters that databases reject."""
    return head if head.message_id == message_id else replace(head, message_id=message_id)
