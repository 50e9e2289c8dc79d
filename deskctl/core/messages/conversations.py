"""What is going on in conversations: which ticket was talked about last, what was offered to pick, who begins anew."""

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


class Talk(NamedTuple):
    """What a contact says on a channel."""

    channel: str
    contact: int


class LastMessage(NamedTuple):
    """The newest public message of a ticket on a channel, whoever spoke."""

    talk: Talk
    ticket: int
    message: int


class ConversationSource(Protocol):
    """The reads from the store for conversations."""

    def talked(self, talks: Collection[Talk]) -> Iterable[LastMessage]:
        """Return the newest public message on the channel, of each of the contact's tickets that are not closed or
        merged."""
        ...

    def offers(self, tickets: Collection[int]) -> Iterable[MessageHead]:
        """Return of each ticket the newest message with choices."""
        ...

    def anew(self, keys: Collection[tuple[str, str]]) -> Collection[tuple[str, str]]:
        """Return those (channel, lower-cased address) whose next message opens a new ticket."""
        ...


@dataclass(slots=True)
class ConversationChanges:
    """The changes of conversations in a transaction."""

    anew: dict[tuple[str, str], bool] = field(default_factory=dict)  # (channel, address): the next message is new


class Conversations(Repository):
    """The conversations of a unit: what was loaded, with what this transaction adds to it."""

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit)
        self.source = cast("ConversationSource", unit.source)
        self.changes = unit.changes.of(ConversationChanges)
        self._said: dict[Talk, list[LastMessage]] = {}
        self._offers: dict[int, MessageHead | None] = {}
        self._anew: dict[tuple[str, str], bool] = {}
        self._alone: dict[int, bool] = {}

    def load_alone(self, contacts: Iterable[int]) -> None:
        missing = [number for number in dict.fromkeys(contacts) if number not in self._alone]
        if missing:
            joined = {contact.merged_into for contact in Contacts.of(self.unit).source.contacts_into(missing)}
            self._alone.update((number, number not in joined) for number in missing)

    def alone(self, contact: int) -> bool:
        """Whether nobody was merged into a contact that lives on, as far as this transaction knows without asking."""
        merging = any(changed.merged_into is not None for changed in Contacts.of(self.unit).changes.contacts.values())
        return self._alone.get(contact, False) and not merging

    def load(self, talks: Collection[Talk]) -> set[int]:
        """The living tickets of these talks, loaded in a few statements."""
        missing = [talk for talk in dict.fromkeys(talks) if talk not in self._said]
        if missing:
            self._said.update((talk, []) for talk in missing)
            for said in self.source.talked(missing):
                self._said[said.talk].append(said)
        return {said.ticket for talk in talks for said in self._said[talk]}

    def tickets(self, channel: str, contacts: Collection[int]) -> list[int]:
        """What these contacts (one person) talk about on a channel, the last one first. What was closed meanwhile may
        be among them."""
        talks = [Talk(channel, contact) for contact in contacts]
        self.load(talks)
        newest = {said.ticket: said.message for talk in talks for said in self._said[talk]}
        for message in Messages.of(self.unit).changes.messages:
            ticket = Tickets.of(self.unit).changes.tickets.get(message.ticket)
            here = message.channel == channel and message.kind is not MessageKind.NOTE
            if here and ticket is not None and ticket.contact in contacts:
                newest[message.ticket] = max(message.id, newest.get(message.ticket, 0))
        return sorted(newest, key=lambda number: newest[number], reverse=True)

    def load_offers(self, tickets: Iterable[int]) -> None:
        missing = [number for number in dict.fromkeys(tickets) if number not in self._offers]
        if missing:
            self._offers.update(dict.fromkeys(missing))
            self._offers.update((found.ticket, found) for found in self.source.offers(missing))

    def offer(self, ticket: int) -> MessageHead | None:
        """The ticket's newest message that gave something to pick from."""
        fresh = [m for m in Messages.of(self.unit).changes.messages if m.ticket == ticket and m.choices]
        if fresh:
            return head(fresh[-1])
        self.load_offers((ticket,))
        return self._offers[ticket]

    def load_anew(self, keys: Iterable[tuple[str, str]]) -> None:
        missing = [key for key in dict.fromkeys(keys) if key not in self._anew]
        if missing:
            found = self.source.anew(missing)
            self._anew.update((key, key in found) for key in missing)

    def begins_anew(self, channel: str, address: str) -> bool:
        """Whether somebody was asked what their new matter is, and has not said yet."""
        key = (channel, address.lower())
        self.load_anew((key,))
        return self._anew[key]

    def begin_anew(self, channel: str, address: str, anew: bool) -> None:
        key = (channel, address.lower())
        if self.begins_anew(channel, address) is not anew:
            self._anew[key] = self.changes.anew[key] = anew
