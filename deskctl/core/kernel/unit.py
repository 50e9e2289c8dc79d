"""The working set of one transaction: what was loaded, what has happened, and what is to be written.

Core decides in memory, one command after another, each seeing what the earlier ones made; the store
then writes `changes` in bulk, one statement a table.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from ...errors import NotFound
from ...i18n import _
from ..agents.model import Agent, Team
from ..contacts.link_codes import LinkCode, LinkTries
from ..contacts.model import Address, Contact, Identity
from ..delivery.model import OutboxEntry
from ..intake.journal import JournalSettled
from ..messages.conversations import Talks
from ..messages.thread import Message, MessageHead, head
from ..notifications.changes import Notices
from ..routing.changes import Roster
from ..shifts.changes import Shifts
from ..sla.changes import Ledger
from ..tickets.lifecycle import evolve
from ..tickets.model import Ticket
from .actor import Actor
from .changes import Changes
from .event import Event
from .records import CommandRecord, RecordedEvent
from .settings import Settings
from .source import Source
from .timers import Timer

if TYPE_CHECKING:
    from .jobs import Job

K = TypeVar("K")
V = TypeVar("V")


class Unit:
    """Reads come from what this transaction made, then from what it loaded, then from the source.

    `now` is aware, UTC, the same for the whole transaction.
    """

    def __init__(self, source: Source, settings: Settings, now: datetime) -> None:
        self.source = source
        self.settings = settings
        self.now = now
        self.job_depth = 0  # how many automations led to this transaction
        self.levels = Ledger(source)
        self.roster = Roster(source)
        self.shifts = Shifts(source)
        self.notices = Notices(source)
        self.changes = Changes(
            levels=self.levels.changes,
            roster=self.roster.changes,
            shifts=self.shifts.changes,
            notices=self.notices.changes,
        )
        self.talks = Talks(source, self.changes)
        self._tickets: dict[int, Ticket | None] = {}
        self._contacts: dict[int, Contact | None] = {}
        self._identities: dict[Address, Identity | None] = {}
        self._agents: dict[str, Agent] | None = None
        self._teams: dict[str, Team] | None = None
        self._by_message_id: dict[str, list[MessageHead]] = {}
        self._moved_from: dict[int, int] = {}  # where the store has a message that was moved
        self._participants: dict[int, frozenset[str]] = {}
        self._outbox: dict[int, OutboxEntry] = {}
        self._blocked: dict[str, bool] = {}
        self._sent: dict[str, int | None] = {}
        self._timers: dict[int, Timer | None] = {}
        self._command: CommandRecord | None = None
        #: The shell command that the commands of this transaction are part of.
        self.invocation: str | None = None
        #: Whether the desk's owner (or the desk itself) asks for it.
        self.by_owner = True
        #: Whether nothing of it will be written.
        self.dry_run = False

    # --- loading in bulk, before deciding ---------------------------------------------------------

    def load_tickets(self, numbers: Collection[int]) -> None:
        self._load(self._tickets, numbers, self.source.tickets, lambda t: t.number)

    def load_identities(self, addresses: Collection[Address]) -> None:
        """Identities and the contacts they belong to."""
        self._load(self._identities, addresses, self.source.identities, lambda i: Address(i.kind, i.address))
        self.load_contacts({i.contact for a in addresses if (i := self._identities[a])})

    def load_contacts(self, ids: Collection[int]) -> None:
        """Contacts, and those that they were merged into."""
        wanted = set(ids)
        while wanted:
            self._load(self._contacts, wanted, self.source.contacts, lambda c: c.id)
            found = (self._contacts[i] for i in wanted)
            wanted = {c.merged_into for c in found if c is not None and c.merged_into is not None}
            wanted -= self._contacts.keys()

    def hold_contacts(self) -> None:
        """Before deciding who is who: nobody else does meanwhile, and what was loaded is looked at again."""
        self.source.hold_contacts()
        for number in self._contacts.keys() - self.changes.contacts.keys():
            del self._contacts[number]

    def load_messages(self, message_ids: Collection[str]) -> None:
        """Messages by Message-ID, and their tickets, and who takes part in these."""
        missing = [m for m in dict.fromkeys(message_ids) if m not in self._by_message_id]
        if not missing:
            return
        for message_id in missing:
            self._by_message_id[message_id] = []
        found = list(self.source.messages_by_id(missing))
        for message in found:
            if message.message_id is not None:
                self._by_message_id[message.message_id].append(message)
        tickets = {m.ticket for m in found}
        self.load_tickets(tickets)
        self.load_participants(tickets)

    def load_participants(self, tickets: Collection[int]) -> None:
        missing = [t for t in tickets if t not in self._participants]
        if missing:
            loaded = self.source.participants(missing)
            for ticket in missing:
                self._participants[ticket] = loaded.get(ticket, frozenset())

    @staticmethod
    def _load(
        cache: dict[K, V | None],
        keys: Iterable[K],
        fetch: Callable[[Collection[K]], Iterable[V]],
        key_of: Callable[[V], K],
    ) -> None:
        """Fetch what the cache lacks, all at once; what there is not is remembered as None."""
        missing = [k for k in dict.fromkeys(keys) if k not in cache]
        if missing:
            cache.update(dict.fromkeys(missing))
            cache.update((key_of(item), item) for item in fetch(missing))

    # --- reading ----------------------------------------------------------------------------------

    def ticket(self, number: int) -> Ticket:
        """Raises NotFound."""
        self.load_tickets((number,))
        found = self._tickets[number]
        if found is None:
            raise NotFound(_("no ticket {number}", number=number), _("deskctl list --all shows every ticket"))
        return found

    def find_ticket(self, number: int) -> Ticket | None:
        self.load_tickets((number,))
        return self._tickets[number]

    @property
    def loaded_tickets(self) -> list[int]:
        """The numbers of those that are there and were loaded."""
        return [number for number, ticket in self._tickets.items() if ticket is not None]

    def contact(self, number: int) -> Contact:
        """Raises NotFound."""
        self.load_contacts((number,))
        found = self._contacts[number]
        if found is None:
            raise NotFound(_("no contact {number}", number=number), _("deskctl contact list shows all contacts"))
        return found

    def contacts_into(self, ids: Collection[int]) -> list[Contact]:
        """The contacts that point to one of these, as this transaction leaves them."""
        stored = {c.id for c in self.source.contacts_into(ids)}
        self.load_contacts(stored)
        changed = {c.id for c in self.changes.contacts.values() if c.merged_into in ids}
        return [c for n in sorted(stored | changed) if (c := self.contact(n)).merged_into in ids]

    def identity(self, address: Address) -> Identity | None:
        self.load_identities((address,))
        return self._identities[address]

    def addresses_of(self, contact: int) -> list[Identity]:
        """Where a contact is reached, oldest first."""
        stored = list(self.source.addresses_of(contact))
        return stored + [i for i in self.changes.identities if i.contact == contact and i not in stored]

    @property
    def agents(self) -> dict[str, Agent]:
        """Every agent by handle, inactive ones included."""
        if self._agents is None:
            self._agents = {a.handle: a for a in self.source.agents()}
        return self._agents

    @property
    def teams(self) -> dict[str, Team]:
        if self._teams is None:
            self._teams = {t.handle: t for t in self.source.teams()}
        return self._teams

    def messages_by_id(self, message_id: str) -> list[MessageHead]:
        self.load_messages((message_id,))
        return self._by_message_id[message_id]

    def participants(self, ticket: int) -> frozenset[str]:
        self.load_participants((ticket,))
        return self._participants[ticket]

    def heads(self, ticket: int) -> list[MessageHead]:
        """A ticket's messages, oldest first, those of this transaction included."""
        gone, moved = self.changes.withdrawn, self.changes.moved
        origins = {origin for number, origin in self._moved_from.items() if moved[number] == ticket}
        found = [m for number in (ticket, *sorted(origins)) for m in self.source.heads(number)]
        found += [head(m) for m in self.changes.messages]
        there = (replace(m, ticket=moved[m.id]) if m.id in moved else m for m in found if m.id not in gone)
        there = (replace(m, version=m.version + 1) if m.id in self.changes.edited else m for m in there)
        return sorted({m.id: m for m in there if m.ticket == ticket}.values(), key=lambda m: m.id)

    def outbox(self, number: int) -> OutboxEntry:
        """Raises NotFound."""
        if number not in self._outbox:
            for entry in self.source.outbox((number,)):
                self._outbox[entry.id] = entry
        if number not in self._outbox:
            raise NotFound(_("no outgoing message {number}", number=number), _("see deskctl outbox list --all"))
        return self._outbox[number]

    def outbox_of(self, ticket: int) -> Iterator[OutboxEntry]:
        """What was or is to be sent for a ticket, as this transaction leaves it."""
        numbers = {e.id for e in self.source.outbox_of(ticket)}
        numbers |= {e.id for e in self.changes.outbox.values() if e.ticket == ticket}
        return (self.outbox(number) for number in sorted(numbers))

    def timer(self, number: int) -> Timer | None:
        """As it was stored."""
        self.load_timers((number,))
        return self._timers[number]

    def load_timers(self, ids: Collection[int]) -> None:
        self._load(self._timers, ids, self.source.timers, lambda t: t.id)

    # --- writing ----------------------------------------------------------------------------------

    @property
    def events(self) -> list[RecordedEvent]:
        """The events of this transaction, in order."""
        return self.changes.events

    def begin(self, name: str, actor: Actor, undoable: bool) -> int:
        """Start a command; the events that follow belong to it. Its id."""
        number = self.source.next_id("commands")
        record = CommandRecord(number, name, actor, self.now, undoable, False, self.invocation)
        self._command = record
        return record.id

    def record(self, event: Event, actor: Actor) -> None:
        """An event happened: keep it, and let its ticket be what it now is."""
        command = self._command
        assert command is not None, "begin() comes first"
        if not self.changes.commands or self.changes.commands[-1].id != command.id:
            self.changes.commands.append(command)  # a command that changes nothing leaves no trace
        recorded = RecordedEvent(self.source.next_id("events"), command.id, actor, self.now, event)
        self.changes.events.append(recorded)
        self.levels.happened(recorded)
        if event.ticket is not None and (before := self.find_ticket(event.ticket)) is not None:
            after = evolve(before, event, self.now)
            if after is not before:
                self._tickets[event.ticket] = self.changes.tickets[event.ticket] = after

    def happened_now(self) -> Iterator[RecordedEvent]:
        """What the command that is being carried out has done so far, newest first."""
        for recorded in reversed(self.changes.events):
            if self._command is None or recorded.command != self._command.id:
                return
            yield recorded

    def opened_now(self, number: int) -> bool:
        """Whether the command that is being carried out made the ticket."""
        return any(r.event.ticket == number and r.event.kind == "ticket_created" for r in self.happened_now())

    def add_ticket(self, ticket: Ticket) -> None:
        self._tickets[ticket.number] = self.changes.tickets[ticket.number] = ticket
        self._participants[ticket.number] = frozenset()
        self.levels.is_new(ticket.number)
        self.changes.new_tickets.add(ticket.number)

    def add_message(self, message: Message) -> None:
        self.changes.messages.append(message)
        if message.message_id is not None:
            self.messages_by_id(message.message_id).append(head(message))

    def withdraw(self, message: int) -> None:
        self.changes.withdrawn.add(message)

    def move(self, messages: Collection[int], origin: int, ticket: int) -> None:
        """Messages of the ticket `origin` are now those of `ticket`."""
        for message in messages:
            self._moved_from.setdefault(message, origin)
            self.changes.moved[message] = ticket
        for known in self._by_message_id.values():
            known[:] = [replace(m, ticket=ticket) if m.id in messages else m for m in known]

    def add_participants(self, ticket: int, addresses: Collection[str]) -> None:
        wanted = {a.lower() for a in addresses} - self.participants(ticket)
        self._participants[ticket] |= wanted
        self.changes.participants |= {(ticket, a) for a in wanted}

    def put_contact(self, contact: Contact) -> None:
        self._contacts[contact.id] = self.changes.contacts[contact.id] = contact

    def add_identity(self, identity: Identity) -> None:
        self._identities[Address(identity.kind, identity.address)] = identity
        self.changes.identities.append(identity)

    def link_code(self, digest: str) -> LinkCode | None:
        return self.changes.link_codes.get(digest) or self.source.link_code(digest)

    def link_tries(self, address: Address) -> LinkTries | None:
        return self.changes.link_tries.get(address) or self.source.link_tries(address)

    def put_link_code(self, code: LinkCode) -> None:
        self.changes.link_codes[code.digest] = code

    def put_link_tries(self, tries: LinkTries) -> None:
        self.changes.link_tries[Address(tries.kind, tries.address)] = tries

    def put_agent(self, agent: Agent) -> None:
        self.agents[agent.handle] = self.changes.agents[agent.handle] = agent

    def put_team(self, team: Team) -> None:
        self.teams[team.handle] = self.changes.teams[team.handle] = team

    def enqueue(self, entry: OutboxEntry) -> None:
        self._outbox[entry.id] = self.changes.outbox[entry.id] = entry
        self.changes.new_outbox.add(entry.id)
        self._sent[entry.message_id] = self._sent.get(entry.message_id) or entry.id

    def put_outbox(self, entry: OutboxEntry) -> None:
        self._outbox[entry.id] = self.changes.outbox[entry.id] = entry

    def set_timer(self, timer: Timer) -> None:
        self.changes.timers[timer.key] = timer
        self.changes.dropped_timers.discard(timer.key)

    def add_job(self, job: Job) -> None:
        self.changes.jobs.append(job)

    def drop_timer(self, key: str) -> None:
        self.changes.timers.pop(key, None)
        self.changes.dropped_timers.add(key)

    def settle_journal(self, settled: JournalSettled) -> None:
        self.changes.journal.append(settled)

    def block(self, pattern: str, blocked: bool) -> None:
        self.changes.blocked[pattern] = blocked

    def is_blocked(self, address: str) -> bool:
        """Whether mail from an address is spam, itself or by its domain."""
        address = address.lower()
        known = [self.changes.blocked.get(p) for p in (address, "@" + address.rpartition("@")[2])]
        if True in known:
            return True
        if address not in self._blocked:
            self.load_blocked((address,))
        return self._blocked[address] and False not in known

    def load_blocked(self, addresses: Collection[str]) -> None:
        missing = [a for a in dict.fromkeys(map(str.lower, addresses)) if a not in self._blocked]
        if missing:
            found = self.source.blocked(missing)
            self._blocked.update((a, a in found) for a in missing)

    def sent(self, message_id: str) -> OutboxEntry | None:
        """What we sent under a Message-ID, as this transaction leaves it."""
        self.load_sent((message_id,))
        number = self._sent[message_id]
        return None if number is None else self.outbox(number)

    def load_sent(self, message_ids: Collection[str]) -> None:
        missing = [m for m in dict.fromkeys(message_ids) if m not in self._sent]
        if missing:
            self._sent.update(dict.fromkeys(missing))
            for entry in self.source.outbox_by_message_id(missing):
                self._outbox.setdefault(entry.id, entry)
                self._sent[entry.message_id] = entry.id

    def mark_bounced(self, address: Address, why: str | None) -> None:
        identity = self.identity(address)
        if identity is not None and identity.bounced != why:
            self._identities[address] = replace(identity, bounced=why)
            self.changes.bounced[address] = why

    def mark_undone(self, command: int) -> None:
        self.changes.undone_commands.add(command)
