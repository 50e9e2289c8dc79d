"""Load and write messages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, cast

from ..kernel.repository import Grouped, Repository
from ..kernel.unit import Unit
from ..tickets.repository import Tickets
from .model import FileRef, InboundMessage, MessageKind
from .thread import Lease, Message, MessageHead, head


class MessageSource(Protocol):
    """The reads from the store for messages."""

    def messages_by_id(self, message_ids: Collection[str]) -> Iterable[MessageHead]:
        """Return the messages, in and out, with one of these Message-IDs (with angle brackets, compared exactly)."""
        ...

    def heads(self, tickets: Collection[int]) -> Iterable[MessageHead]:
        """Return the own messages of tickets that were not withdrawn, oldest first."""
        ...

    def seen(self, agent: str, messages: Collection[int]) -> Mapping[int, int]:
        """Return by message the version that the agent has seen."""
        ...

    def accepted(self, outbox: int) -> Mapping[str, int]:
        """Return the answers to a notification that were accepted, by a hash of their content: the message made."""
        ...

    def visible_texts(self, messages: Collection[int]) -> Mapping[int, str]: ...

    def files_of(self, messages: Collection[int]) -> Sequence[tuple[int, FileRef]]:
        """Return the files of these messages in order, without inline pictures."""
        ...

    def blocked(self, addresses: Collection[str]) -> frozenset[str]:
        """Return those of the (lower-cased) addresses that are blocked, themselves or by their `@domain`."""
        ...

    def blocks(self) -> Sequence[str]:
        """Return every blocked pattern, in order."""
        ...


@dataclass(slots=True)
class MessageChanges:
    """The changes of messages in a transaction."""

    messages: list[Message] = field(default_factory=list)  # new
    known_as: dict[str, int] = field(default_factory=dict)  # the other side's id of our message: its id
    moved: dict[int, int] = field(default_factory=dict)  # message id: the ticket that it moved to
    withdrawn: set[int] = field(default_factory=set)  # message ids
    purged: set[int] = field(default_factory=set)  # tickets whose messages, files and raw bytes are deleted
    reread: dict[int, InboundMessage] = field(default_factory=dict)  # by message id: shown text, files, headers
    edited: dict[int, InboundMessage] = field(default_factory=dict)  # by message id: the sender's new version
    seen: dict[tuple[str, int], int] = field(default_factory=dict)  # (agent, message): version
    composing: dict[tuple[int, str], Lease | None] = field(default_factory=dict)  # (ticket, agent); None: ended
    accepted: dict[tuple[int, str], int] = field(default_factory=dict)  # (notification, content): message
    blocked: dict[str, bool] = field(default_factory=dict)  # pattern: True to block, False to unblock


class Messages(Repository):
    """The messages of a unit."""

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit)
        self.source = cast("MessageSource", unit.source)
        self.changes = unit.changes.of(MessageChanges)
        self._by_message_id: dict[str, list[MessageHead]] = {}
        self._moved_from: dict[int, int] = {}  # the ticket that a moved message has in the store
        self._blocked: dict[str, bool] = {}
        self._heads = Grouped[int, MessageHead](lambda tickets: ((m.ticket, m) for m in self.source.heads(tickets)))

    def load_by_message_id(self, message_ids: Collection[str]) -> None:
        """Load messages by Message-ID, their tickets, and the participants of these."""
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
        Tickets.of(self.unit).load(tickets)
        Tickets.of(self.unit).load_participants(tickets)

    def by_message_id(self, message_id: str) -> list[MessageHead]:
        """Return the messages with a Message-ID."""
        self.load_by_message_id((message_id,))
        return self._by_message_id[message_id]

    def expect_heads(self, tickets: Iterable[int]) -> None:
        """Announce tickets whose messages may be needed, so that they are loaded in bulk."""
        self._heads.expect(tickets)

    def heads(self, ticket: int) -> list[MessageHead]:
        """Return a ticket's messages, oldest first, those of this transaction included."""
        gone, moved = self.changes.withdrawn, self.changes.moved
        origins = {origin for number, origin in self._moved_from.items() if moved[number] == ticket}
        stored = (number for number in (ticket, *sorted(origins)) if not Tickets.of(self.unit).is_new(number))
        found = list(self._heads.of(stored))
        found += [head(m) for m in self.changes.messages]
        there = (replace(m, ticket=moved[m.id]) if m.id in moved else m for m in found if m.id not in gone)
        there = (replace(m, version=m.version + 1) if m.id in self.changes.edited else m for m in there)
        return sorted({m.id: m for m in there if m.ticket == ticket}.values(), key=lambda m: m.id)

    def add(self, message: Message) -> None:
        """Add a new message."""
        self.changes.messages.append(message)
        if message.message_id is None:
            return
        if message.kind is MessageKind.OUT or message.author is None:  # a new random Message-ID of the desk
            self._by_message_id.setdefault(message.message_id, [])
        self.by_message_id(message.message_id).append(head(message))

    def withdraw(self, message: int) -> None:
        """Withdraw a message."""
        self.changes.withdrawn.add(message)

    def move(self, messages: Collection[int], origin: int, ticket: int) -> None:
        """Move messages from the ticket `origin` to another ticket."""
        for message in messages:
            self._moved_from.setdefault(message, origin)
            self.changes.moved[message] = ticket
        for known in self._by_message_id.values():
            known[:] = [replace(m, ticket=ticket) if m.id in messages else m for m in known]

    def block(self, pattern: str, blocked: bool) -> None:
        """Block or unblock a pattern: an address or `@domain`."""
        self.changes.blocked[pattern] = blocked

    def is_blocked(self, address: str) -> bool:
        """Return True if an address is blocked, itself or by its domain."""
        address = address.lower()
        known = [self.changes.blocked.get(p) for p in (address, "@" + address.rpartition("@")[2])]
        if True in known:
            return True
        if address not in self._blocked:
            self.load_blocked((address,))
        return self._blocked[address] and False not in known

    def load_blocked(self, addresses: Collection[str]) -> None:
        """Load in bulk which addresses are blocked."""
        missing = [a for a in dict.fromkeys(map(str.lower, addresses)) if a not in self._blocked]
        if missing:
            found = self.source.blocked(missing)
            self._blocked.update((a, a in found) for a in missing)
