"""Conversations: the ticket that was discussed last, open choices, and customers who start a new ticket."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, cast

from ..contacts.repository import Contacts
from ..kernel.repository import Repository
from ..kernel.unit import Unit
from ..tickets.repository import Tickets
from .model import MessageKind
from .repository import Messages
from .thread import MessageHead, head


class ConversationKey(NamedTuple):
    """A contact on a channel."""

    channel: str
    contact: int


class LastMessage(NamedTuple):
    """The newest public message of a ticket on a channel, from either side."""

    key: ConversationKey
    ticket: int
    message: int


class ConversationSource(Protocol):
    """The reads from the store for conversations."""

    def last_messages(self, keys: Collection[ConversationKey]) -> Iterable[LastMessage]:
        """Return the newest public message on the channel, for each ticket of the contacts that is not final."""
        ...

    def offers(self, tickets: Collection[int]) -> Iterable[MessageHead]:
        """Return the newest message with choices of each ticket."""
        ...

    def new_ticket_requests(self, keys: Collection[tuple[str, str]]) -> Collection[tuple[str, str]]:
        """Return those (channel, lower-cased address) whose next message opens a new ticket."""
        ...


@dataclass(slots=True)
class ConversationChanges:
    """The changes of conversations in a transaction."""

    new_ticket_requests: dict[tuple[str, str], bool] = field(
        default_factory=dict
    )  # (channel, address): next message opens a ticket


class Conversations(Repository):
    """The conversations of a unit, with the changes of this transaction."""

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit)
        self.source = cast("ConversationSource", unit.source)
        self.changes = unit.changes.of(ConversationChanges)
        self._last: dict[ConversationKey, list[LastMessage]] = {}
        self._offers: dict[int, MessageHead | None] = {}
        self._new_ticket_requests: dict[tuple[str, str], bool] = {}
        self._unmerged: dict[int, bool] = {}

    def load_unmerged(self, contacts: Iterable[int]) -> None:
        """Load in bulk which contacts have no contact merged into them."""
        missing = [number for number in dict.fromkeys(contacts) if number not in self._unmerged]
        if missing:
            merged = {contact.merged_into for contact in Contacts.of(self.unit).merged_into(missing)}
            self._unmerged.update((number, number not in merged) for number in missing)

    def is_unmerged(self, contact: int) -> bool:
        """Return True if no contact was merged into this one, as far as is known without a query."""
        merging = any(changed.merged_into is not None for changed in Contacts.of(self.unit).changes.contacts.values())
        return self._unmerged.get(contact, False) and not merging

    def load(self, keys: Collection[ConversationKey]) -> set[int]:
        """Load the last messages of these conversations in a few statements. Return the numbers of their tickets."""
        missing = [key for key in dict.fromkeys(keys) if key not in self._last]
        if missing:
            self._last.update((key, []) for key in missing)
            for last in self.source.last_messages(missing):
                self._last[last.key].append(last)
        return {last.ticket for key in keys for last in self._last[key]}

    def tickets(self, channel: str, contacts: Collection[int]) -> list[int]:
        """Return the tickets of these contacts (one person) on a channel, newest message first.

        Tickets that this transaction closed may be among them.
        """
        keys = [ConversationKey(channel, contact) for contact in contacts]
        self.load(keys)
        newest = {last.ticket: last.message for key in keys for last in self._last[key]}
        for message in Messages.of(self.unit).changes.messages:
            ticket = Tickets.of(self.unit).changes.tickets.get(message.ticket)
            here = message.channel == channel and message.kind is not MessageKind.NOTE
            if here and ticket is not None and ticket.contact in contacts:
                newest[message.ticket] = max(message.id, newest.get(message.ticket, 0))
        return sorted(newest, key=lambda number: newest[number], reverse=True)

    def load_offers(self, tickets: Iterable[int]) -> None:
        """Load in bulk the newest messages with choices of tickets."""
        missing = [number for number in dict.fromkeys(tickets) if number not in self._offers]
        if missing:
            self._offers.update(dict.fromkeys(missing))
            self._offers.update((found.ticket, found) for found in self.source.offers(missing))

    def offer(self, ticket: int) -> MessageHead | None:
        """Return the ticket's newest message with choices."""
        fresh = [m for m in Messages.of(self.unit).changes.messages if m.ticket == ticket and m.choices]
        if fresh:
            return head(fresh[-1])
        if Tickets.of(self.unit).is_new(ticket):
            return None
        self.load_offers((ticket,))
        return self._offers[ticket]

    def load_new_ticket_requests(self, keys: Iterable[tuple[str, str]]) -> None:
        """Load in bulk whose next message opens a new ticket."""
        missing = [key for key in dict.fromkeys(keys) if key not in self._new_ticket_requests]
        if missing:
            found = self.source.new_ticket_requests(missing)
            self._new_ticket_requests.update((key, key in found) for key in missing)

    def expects_new_ticket(self, channel: str, address: str) -> bool:
        """Return True if the next message from an address opens a new ticket."""
        key = (channel, address.lower())
        self.load_new_ticket_requests((key,))
        return self._new_ticket_requests[key]

    def expect_new_ticket(self, channel: str, address: str, expected: bool) -> None:
        """Set whether the next message from an address opens a new ticket."""
        key = (channel, address.lower())
        if self.expects_new_ticket(channel, address) is not expected:
            self._new_ticket_requests[key] = self.changes.new_ticket_requests[key] = expected
