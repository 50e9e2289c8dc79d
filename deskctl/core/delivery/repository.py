"""Load and write the outbox."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, cast

from ...errors import NotFound
from ...i18n import _
from ..kernel.repository import Repository
from ..kernel.unit import Unit
from .model import OutboxEntry


class OutboxSource(Protocol):
    """The reads from the store for outgoing messages."""

    def outbox(self, ids: Collection[int]) -> Iterable[OutboxEntry]: ...
    def outbox_of(self, ticket: int) -> Iterable[OutboxEntry]: ...

    def outbox_by_message_id(self, message_ids: Collection[str]) -> Iterable[OutboxEntry]:
        """Return the outgoing messages with these Message-IDs, notifications included."""
        ...

    def automatic_sent(self, addresses: Collection[str], since: datetime) -> Mapping[str, int]:
        """Return the number of automatic messages to each address (lower-cased) since a time, without notifications."""
        ...


@dataclass(slots=True)
class OutboxChanges:
    """The outgoing messages that a transaction writes, new or changed, by id."""

    outbox: dict[int, OutboxEntry] = field(default_factory=dict)
    new_outbox: set[int] = field(default_factory=set)


class Outbox(Repository):
    """The outgoing messages of a unit."""

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit)
        self.source = cast("OutboxSource", unit.source)
        self.changes = unit.changes.of(OutboxChanges)
        self._outbox: dict[int, OutboxEntry] = {}
        self._sent: dict[str, int | None] = {}
        self._automatic: dict[str, int] = {}
        self._automatic_expected: dict[str, None] = {}

    @property
    def loaded(self) -> list[OutboxEntry]:
        """The outgoing messages that were loaded or added."""
        return list(self._outbox.values())

    def load(self, numbers: Collection[int]) -> None:
        """Load outgoing messages in bulk."""
        if missing := [number for number in dict.fromkeys(numbers) if number not in self._outbox]:
            self._outbox.update((entry.id, entry) for entry in self.source.outbox(missing))

    def get(self, number: int) -> OutboxEntry:
        """Return an outgoing message. Raises NotFound."""
        self.load((number,))
        if number not in self._outbox:
            raise NotFound(_("no outgoing message {number}", number=number), _("see deskctl outbox list --all"))
        return self._outbox[number]

    def of_ticket(self, ticket: int) -> Iterator[OutboxEntry]:
        """Return a ticket's outgoing messages, as this transaction leaves them."""
        numbers = {e.id for e in self.source.outbox_of(ticket)}
        numbers |= {e.id for e in self.changes.outbox.values() if e.ticket == ticket}
        return (self.get(number) for number in sorted(numbers))

    def add(self, entry: OutboxEntry) -> None:
        """Add a new outgoing message."""
        self._outbox[entry.id] = self.changes.outbox[entry.id] = entry
        self.changes.new_outbox.add(entry.id)
        self._sent[entry.message_id] = self._sent.get(entry.message_id) or entry.id

    def put(self, entry: OutboxEntry) -> None:
        """Replace an outgoing message."""
        self._outbox[entry.id] = self.changes.outbox[entry.id] = entry

    def sent(self, message_id: str) -> OutboxEntry | None:
        """Return the outgoing message with a Message-ID, as this transaction leaves it."""
        self.load_sent((message_id,))
        number = self._sent[message_id]
        return None if number is None else self.get(number)

    def load_sent(self, message_ids: Collection[str]) -> None:
        """Load outgoing messages by Message-ID in bulk."""
        missing = [m for m in dict.fromkeys(message_ids) if m not in self._sent]
        if missing:
            self._sent.update(dict.fromkeys(missing))
            for entry in self.source.outbox_by_message_id(missing):
                self._outbox.setdefault(entry.id, entry)
                self._sent[entry.message_id] = entry.id

    def expect_automatic(self, addresses: Iterable[str]) -> None:
        """Announce addresses (lower-cased) that may get an automatic message, so that they are counted in bulk."""
        self._automatic_expected.update(dict.fromkeys(addresses))

    def automatic_sent(self, address: str, since: datetime) -> int:
        """Return the number of stored automatic messages to an address (lower-cased) since a time.

        `since` is the same throughout the transaction.
        """
        if address not in self._automatic:
            wanted = {address, *self._automatic_expected} - self._automatic.keys()
            found = self.source.automatic_sent(wanted, since)
            self._automatic.update((one, found.get(one, 0)) for one in wanted)
        return self._automatic[address]
