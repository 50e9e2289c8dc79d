"""What a transaction reads: the core's `Source` on a connection.

On PostgreSQL what a unit loads in order to change it is locked until the commit (FOR UPDATE), always in the order
of its key, so that two writers wait for each other instead of overwriting each other. SQLite has one writer.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select, text, tuple_

from ..core.codes import LinkCode, LinkTries
from ..core.conversation import MessageHead
from ..core.journal import JournalState
from ..core.messages import FileRef
from ..core.outbox import OutboxEntry
from ..core.people import Actor, Agent, Contact, Identity, Team
from ..core.ports import Address, Belongings, CommandRecord, RecordedEvent
from ..core.routing.model import Presence, Turn, Waiting
from ..core.sla.book import Book
from ..core.sla.clocks import Clock
from ..core.talks import Said, Talk
from ..core.tickets import Ticket
from ..core.timers import Timer
from . import levels, routing, rows
from .belongings import belongings
from .ids import Ids
from .levels import Shelf
from .moments import from_micros, to_micros
from .shapes import plan
from .tables import (
    agents,
    anew,
    attachments,
    blocks,
    commands,
    contacts,
    events,
    followers,
    identities,
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
from .tables.history import UNDOABLE
from .tables.messages import OFFERS
from .tables.outbox import AUTO
from .tables.people import MERGED
from .tables.tickets import ACTIVE, QUEUED
from .text import clean, to_json

#: As many values as one statement is given; both engines allow far more.
_MOST = 1000
_LARGEST = 2**63 - 1
#: Names the lock under which the head of the queue is taken; any fixed number.
_QUEUE_LOCK = 0x6465736B71
#: Names the lock under which contacts are merged and parted.
_CONTACTS_LOCK = 0x6465736B63

_HEAD = (
    messages.c.id,
    messages.c.ticket,
    messages.c.kind,
    messages.c.channel,
    messages.c.author,
    messages.c.sent_at,
    messages.c.message_id,
    messages.c.digest,
    messages.c.subject,
    messages.c.references,
    messages.c.reply_to,
    messages.c.to,
    messages.c.cc,
    messages.c.automatic,
    messages.c.verified,
    messages.c.headers,
    messages.c.choices,
)


class StoredSource:
    """Fits `core.ports.Source`. `tickets_before` remembers tickets as they were loaded, to see what changes."""

    def __init__(self, connection: Connection, ids: Ids, shelf: Shelf) -> None:
        self._connection = connection
        self._shelf = shelf
        self.ids = ids
        self.tickets_before: dict[int, Ticket] = {}

    # --- tickets and people -----------------------------------------------------------------------

    def tickets(self, numbers: Collection[int]) -> Iterable[Ticket]:
        found: list[Ticket] = []
        for some in _portions(_valid(numbers)):
            query = select(tickets).where(tickets.c.number.in_(some)).order_by(tickets.c.number).with_for_update()
            loaded = self._connection.execute(query).all()
            tags = self._sets(select(ticket_tags.c.ticket, ticket_tags.c.tag).where(ticket_tags.c.ticket.in_(some)))
            fans = self._sets(select(followers.c.ticket, followers.c.agent).where(followers.c.ticket.in_(some)))
            found += [rows.ticket(row, fans.get(row.number, ()), tags.get(row.number, ())) for row in loaded]
        self.tickets_before.update((ticket.number, ticket) for ticket in found)
        return found

    def contacts(self, ids: Collection[int]) -> Iterable[Contact]:
        return [
            rows.contact(row)
            for some in _portions(_valid(ids))
            for row in self._connection.execute(select(contacts).where(contacts.c.id.in_(some)))
        ]

    def contacts_into(self, ids: Collection[int]) -> Iterable[Contact]:
        query = select(contacts).where(text(MERGED), contacts.c.merged_into.in_(_valid(ids)))
        return [rows.contact(row) for row in self._connection.execute(query.order_by(contacts.c.id))]

    def hold_contacts(self) -> None:
        if self._connection.dialect.name == "postgresql":
            self._connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_CONTACTS_LOCK})")

    def active_tickets_of(self, contacts: Collection[int]) -> Sequence[int]:
        query = select(tickets.c.number).where(text(ACTIVE), tickets.c.contact.in_(_valid(contacts)))
        return self._connection.execute(query.order_by(tickets.c.number)).scalars().all()

    def belongings(self, contacts: Collection[int]) -> Belongings:
        return belongings(self._connection, _valid(contacts))

    def link_code(self, digest: str) -> LinkCode | None:
        query = select(link_codes).where(link_codes.c.digest == digest).with_for_update()
        row = self._connection.execute(query).one_or_none()
        return rows.link_code(row) if row else None

    def link_tries(self, address: Address) -> LinkTries | None:
        query = select(link_tries).where(link_tries.c.address == clean(address.address))
        row = self._connection.execute(query.where(link_tries.c.kind == address.kind)).one_or_none()
        return LinkTries(row.kind, row.address, row.wrong, from_micros(row.since)) if row else None

    def identities(self, addresses: Collection[Address]) -> Iterable[Identity]:
        asked = {(clean(a.address), a.kind): a.address for a in addresses}
        return [
            Identity(row.kind, asked[row.address, row.kind], row.contact, row.bounced)
            for some in _portions(list(asked))
            for row in self._connection.execute(
                select(identities).where(tuple_(identities.c.address, identities.c.kind).in_(some))
            )
        ]

    def addresses_of(self, contact: int) -> Sequence[Identity]:
        query = select(identities).where(identities.c.contact == contact).order_by(identities.c.id)
        return [rows.identity(row) for row in self._connection.execute(query)]

    def agents(self) -> Iterable[Agent]:
        of = self._sets(select(memberships.c.agent, memberships.c.team))
        return [rows.agent(row, of.get(row.handle, ())) for row in self._connection.execute(select(agents))]

    def teams(self) -> Iterable[Team]:
        return [
            Team(row.handle, row.name, row.signature, plan(row.plan)) for row in self._connection.execute(select(teams))
        ]

    def tickets_by_token(self, tokens: Collection[str]) -> Mapping[str, int]:
        query = select(tickets.c.token, tickets.c.number).where(tickets.c.token.in_([clean(t) for t in tokens]))
        return {row.token: row.number for row in self._connection.execute(query) if row.token is not None}

    def blocked(self, addresses: Collection[str]) -> frozenset[str]:
        patterns = {a: {clean(a), "@" + clean(a).rpartition("@")[2]} for a in addresses}
        wanted = sorted(set().union(*patterns.values()))
        found = {
            pattern
            for some in _portions(wanted)
            for pattern in self._connection.execute(
                select(blocks.c.pattern).where(blocks.c.pattern.in_(some))
            ).scalars()
        }
        return frozenset(a for a, either in patterns.items() if either & found)

    def blocks(self) -> Sequence[str]:
        return self._connection.execute(select(blocks.c.pattern).order_by(blocks.c.pattern)).scalars().all()

    def queue(self, teams: Collection[str], limit: int) -> Sequence[int]:
        if self._connection.dialect.name == "postgresql":
            # Two who ask at once get different tickets: the second waits here until the first has committed.
            self._connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_QUEUE_LOCK})")
        waiting: list[tuple[int, int]] = []
        for team in (None, *sorted(teams)):
            query = (
                select(tickets.c.queue_at, tickets.c.number)
                .where(text(QUEUED), tickets.c.team.is_(None) if team is None else tickets.c.team == team)
                .order_by(tickets.c.queue_at, tickets.c.number)
                .limit(limit)
            )
            waiting += [(row.queue_at, row.number) for row in self._connection.execute(query)]
        return [number for _, number in sorted(waiting)[:limit]]

    def merged_into(self, number: int) -> Sequence[int]:
        query = select(tickets.c.number).where(tickets.c.merged_into == number).order_by(tickets.c.number)
        return self._connection.execute(query).scalars().all()

    def participants(self, tickets: Collection[int]) -> Mapping[int, frozenset[str]]:
        found: dict[int, frozenset[str]] = {}
        for some in _portions(_valid(tickets)):
            query = select(participants.c.ticket, participants.c.address).where(participants.c.ticket.in_(some))
            found.update((ticket, frozenset(who)) for ticket, who in self._sets(query).items())
        return found

    # --- messages ---------------------------------------------------------------------------------

    def messages_by_id(self, message_ids: Collection[str]) -> Iterable[MessageHead]:
        asked = {clean(message_id): message_id for message_id in message_ids}
        found = [
            rows.message_head(row)
            for some in _portions(list(asked))
            for row in self._connection.execute(
                select(*_HEAD).where(messages.c.message_id.in_(some)).order_by(messages.c.id)
            )
        ]
        named = [_named(head, asked[head.message_id]) for head in found if head.message_id is not None]
        return [*named, *self._known_as(asked)]

    def _known_as(self, asked: Mapping[str, str]) -> Iterator[MessageHead]:
        """Messages of ours that the other side calls so, under the names that were asked for."""
        names: dict[int, str] = {}
        for some in _portions(list(asked)):
            query = select(known_as.c.message, known_as.c.name).where(known_as.c.name.in_(some))
            names.update((row.message, row.name) for row in self._connection.execute(query))
        for portion in _portions(sorted(names)):
            for row in self._connection.execute(select(*_HEAD).where(messages.c.id.in_(portion))):
                head = rows.message_head(row)
                yield _named(head, asked[names[head.id]])

    def heads(self, ticket: int) -> Sequence[MessageHead]:
        query = (
            select(*_HEAD).where(messages.c.ticket == ticket, messages.c.withdrawn.is_(False)).order_by(messages.c.id)
        )
        return [rows.message_head(row) for row in self._connection.execute(query)]

    # --- conversations ----------------------------------------------------------------------------

    def talked(self, talks: Collection[Talk]) -> Iterable[Said]:
        contacts_of: defaultdict[str, list[int]] = defaultdict(list)
        for talk in talks:
            contacts_of[talk.channel].append(talk.contact)
        found: list[Said] = []
        for channel, those in contacts_of.items():
            last = (
                select(func.max(messages.c.id))
                .where(
                    messages.c.ticket == tickets.c.number,
                    messages.c.channel == channel,
                    messages.c.kind != "note",
                    messages.c.withdrawn.is_(False),
                )
                .scalar_subquery()
            )
            for some in _portions(those):
                living = tickets.c.contact.in_(some), tickets.c.status.not_in(("closed", "merged"))
                rows = self._connection.execute(select(tickets.c.contact, tickets.c.number, last).where(*living))
                found += [Said(Talk(channel, c), number, said) for c, number, said in rows if said is not None]
        return found

    def offers(self, tickets: Collection[int]) -> Iterable[MessageHead]:
        newest: dict[int, MessageHead] = {}
        for some in _portions(_valid(tickets)):
            query = select(*_HEAD).where(text(OFFERS), messages.c.ticket.in_(some), messages.c.withdrawn.is_(False))
            for row in self._connection.execute(query.order_by(messages.c.id)):
                newest[row.ticket] = rows.message_head(row)
        return newest.values()

    def anew(self, keys: Collection[tuple[str, str]]) -> Collection[tuple[str, str]]:
        asked = {(clean(channel), clean(address)): (channel, address) for channel, address in keys}
        return {
            asked[row.channel, row.address]
            for some in _portions(list(asked))
            for row in self._connection.execute(select(anew).where(tuple_(anew.c.channel, anew.c.address).in_(some)))
        }

    def visible_texts(self, ids: Collection[int]) -> Mapping[int, str]:
        words = func.coalesce(messages.c.visible_text, messages.c.text).label("said")
        query = select(messages.c.id, words).where(messages.c.id.in_(_valid(ids)))
        return {row.id: row.said for row in self._connection.execute(query)}

    def files_of(self, ids: Collection[int]) -> Sequence[tuple[int, FileRef]]:
        query = select(attachments).where(attachments.c.message.in_(_valid(ids)), attachments.c.inline.is_(False))
        return [
            (row.message, FileRef(row.filename, row.content_type, row.size, row.sha256))
            for row in self._connection.execute(query.order_by(attachments.c.id))
        ]

    # --- outbox, timers, journal ------------------------------------------------------------------

    def outbox(self, ids: Collection[int]) -> Iterable[OutboxEntry]:
        return self._outbox(select(outbox).where(outbox.c.id.in_(_valid(ids))))

    def outbox_of(self, ticket: int) -> Iterable[OutboxEntry]:
        return self._outbox(select(outbox).where(outbox.c.ticket == ticket))

    def outbox_by_message_id(self, message_ids: Collection[str]) -> Iterable[OutboxEntry]:
        asked = {clean(message_id) for message_id in message_ids}
        return [
            entry
            for some in _portions(sorted(asked))
            for entry in self._outbox(select(outbox).where(outbox.c.message_id.in_(some), outbox.c.kind != "copy"))
        ]

    def automatic_sent(self, address: str, since: datetime) -> int:
        query = select(func.count()).where(
            text(AUTO), outbox.c.created_at >= to_micros(since), func.lower(outbox.c.to) == to_json([clean(address)])
        )
        return self._connection.execute(query).scalar_one()

    def _outbox(self, query: Select[Any]) -> list[OutboxEntry]:
        found = self._connection.execute(query.order_by(outbox.c.id).with_for_update())
        return [rows.outbox_entry(row) for row in found]

    def timers(self, ids: Collection[int]) -> Iterable[Timer]:
        query = select(timers).where(timers.c.id.in_(_valid(ids))).order_by(timers.c.id).with_for_update()
        return [rows.timer(row) for row in self._connection.execute(query)]

    # --- service levels ---------------------------------------------------------------------------

    def book(self) -> Book:
        return self._shelf.book(self._connection)

    def clocks(self, tickets: Collection[int]) -> Iterable[Clock]:
        return levels.load_clocks(self._connection, tickets)

    def histories(self, tickets: Collection[int], kinds: Sequence[str]) -> Iterable[RecordedEvent]:
        return [
            recorded
            for some in _portions(_valid(tickets))
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
    ) -> Sequence[Waiting]:
        if self._connection.dialect.name == "postgresql":
            self._connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_QUEUE_LOCK})")
        return routing.waiting(self._connection, team, limit, after, besides)

    def busy(self, team: str) -> Mapping[str, tuple[int, datetime]]:
        return routing.busy(self._connection, team)

    def unattended(self, team: str) -> bool:
        return routing.is_unattended(self._connection, team)

    def journal_state(self, id: int) -> JournalState | None:
        if not _valid((id,)):
            return None
        query = select(journal.c.state).where(journal.c.id == id).with_for_update()
        state = self._connection.execute(query).scalar_one_or_none()
        return JournalState(state) if state else None

    # --- history ----------------------------------------------------------------------------------

    def command(self, id: int) -> CommandRecord | None:
        if not _valid((id,)):
            return None
        row = self._connection.execute(select(commands).where(commands.c.id == id).with_for_update()).one_or_none()
        return rows.command(row) if row else None

    def last_command(self, actor: Actor) -> CommandRecord | None:
        query = (
            select(commands)
            .where(commands.c.actor == clean(str(actor)), text(UNDOABLE))
            .order_by(commands.c.id.desc())
            .limit(1)
            .with_for_update()
        )
        row = self._connection.execute(query).one_or_none()
        return rows.command(row) if row else None

    def events_of_command(self, id: int) -> Sequence[RecordedEvent]:
        return self._events(select(events).where(events.c.command == id))

    def events_since(self, ticket: int, after: int) -> Sequence[RecordedEvent]:
        return self._events(select(events).where(events.c.ticket == ticket, events.c.id > after))

    def _events(self, query: Select[Any]) -> list[RecordedEvent]:
        return [rows.event(row) for row in self._connection.execute(query.order_by(events.c.id))]

    # --- what is new ------------------------------------------------------------------------------

    def next_id(self, kind: str) -> int:
        return self.ids.next(kind)

    def token(self) -> str:
        return secrets.token_hex(16)

    def _sets(self, query: Select[Any]) -> dict[Any, set[str]]:
        """The second column's values by the first's."""
        found: defaultdict[Any, set[str]] = defaultdict(set)
        for key, value in self._connection.execute(query):
            found[key].add(value)
        return found


def _named(head: MessageHead, message_id: str) -> MessageHead:
    """Under the id that was asked for: the store keeps it without what databases refuse."""
    return head if head.message_id == message_id else replace(head, message_id=message_id)


def _valid(numbers: Collection[int]) -> list[int]:
    """Those that can be ids at all; the drivers refuse larger ones instead of not finding them."""
    return [n for n in numbers if 0 < n <= _LARGEST]


def _portions(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), _MOST):
        yield values[start : start + _MOST]
