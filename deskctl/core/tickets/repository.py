"""Load and write tickets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, cast

from ...errors import NotFound
from ...i18n import _
from ..kernel.repository import Grouped, Repository, load_missing
from ..kernel.unit import Unit
from .model import Ticket


class TicketSource(Protocol):
    """The reads from the store for tickets."""

    def tickets(self, numbers: Collection[int]) -> Iterable[Ticket]: ...
    def tickets_by_token(self, tokens: Collection[str]) -> Mapping[str, int]: ...

    def participants(self, tickets: Collection[int]) -> Mapping[int, frozenset[str]]:
        """Return by ticket the addresses (lower-cased) of its requester and of recipients."""
        ...

    def queue(self, teams: Mapping[str | None, Collection[str]], limit: int) -> Sequence[int]:
        """Return unassigned new and open tickets of these teams (None: without a team), by `queue_at`, then number.

        `teams` gives by team the tiers whose tickets are left out.
        """
        ...

    def active_of(self, agent: str, teams: Collection[str] | None, limit: int) -> Sequence[int]:
        """Return the numbers of an agent's tickets that are new, open, pending or on hold, up to `limit`.

        `teams` selects tickets of these teams; None: of every team and of none.
        """
        ...

    def merged_into(self, numbers: Collection[int]) -> Iterable[tuple[int, int]]:
        """Return (ticket, other) for each other ticket that was merged into one of these, in order."""
        ...


@dataclass(slots=True)
class TicketChanges:
    """The changes of tickets in a transaction."""

    tickets: dict[int, Ticket] = field(default_factory=dict)
    new_tickets: set[int] = field(default_factory=set)
    participants: set[tuple[int, str]] = field(default_factory=set)  # (ticket, address), new or known


class Tickets(Repository):
    """The tickets of a unit."""

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit)
        self.source = cast("TicketSource", unit.source)
        self.changes = unit.changes.of(TicketChanges)
        self._tickets: dict[int, Ticket | None] = {}
        self._expected: Collection[int] = ()
        self._participants: dict[int, frozenset[str]] = {}
        self._merged = Grouped[int, int](self.source.merged_into)
        self._by_token: dict[str, int | None] = {}

    def load(self, numbers: Collection[int]) -> None:
        """Load tickets in bulk."""
        if self._expected and any(number not in self._tickets for number in numbers):
            numbers, self._expected = {*numbers, *self._expected}, ()
        load_missing(self._tickets, numbers, self.source.tickets, lambda t: t.number)

    def expect(self, numbers: Collection[int]) -> None:
        """Announce tickets that may be needed, so that they are loaded in bulk."""
        self._expected = numbers

    def get(self, number: int) -> Ticket:
        """Return a ticket. Raises NotFound."""
        found = self.find(number)
        if found is None:
            raise NotFound(_("no ticket {number}", number=number), _("deskctl list --all shows every ticket"))
        return found

    def find(self, number: int) -> Ticket | None:
        """Return a ticket, or None."""
        self.load((number,))
        return self._tickets[number]

    @property
    def loaded(self) -> list[int]:
        """The numbers of the tickets that were loaded and exist."""
        return [number for number, ticket in self._tickets.items() if ticket is not None]

    def add(self, ticket: Ticket) -> None:
        """Add a new ticket."""
        self._tickets[ticket.number] = self.changes.tickets[ticket.number] = ticket
        self._participants[ticket.number] = frozenset()
        self.changes.new_tickets.add(ticket.number)

    def put(self, ticket: Ticket) -> None:
        """Replace a ticket."""
        self._tickets[ticket.number] = self.changes.tickets[ticket.number] = ticket

    def is_new(self, number: int) -> bool:
        """Return True if this transaction created the ticket, so that nothing about it is stored."""
        return number in self.changes.new_tickets

    def expect_merged(self, numbers: Iterable[int]) -> None:
        """Announce tickets whose merged tickets may be needed, so that they are loaded in bulk."""
        self._merged.expect(numbers)

    def merged_into(self, number: int) -> Sequence[int]:
        """Return the tickets that were merged into this one before this transaction."""
        return () if self.is_new(number) else self._merged.of((number,))

    def load_tokens(self, tokens: Collection[str]) -> None:
        """Load in bulk the tickets that have these tokens."""
        missing = [token for token in dict.fromkeys(tokens) if token not in self._by_token]
        if missing:
            found = self.source.tickets_by_token(missing)
            self._by_token.update((token, found.get(token)) for token in missing)
            self.load(list(found.values()))
            self.load_participants([number for number in found.values() if self._tickets[number] is not None])

    def by_token(self, tokens: Collection[str]) -> list[int]:
        """Return the stored tickets that have these tokens."""
        self.load_tokens(tokens)
        return [number for token in tokens if (number := self._by_token[token]) is not None]

    def opened_now(self, number: int) -> bool:
        """Return True if the current command created the ticket."""
        return any(r.event.ticket == number and r.event.kind == "ticket_created" for r in self.unit.current_events())

    def load_participants(self, tickets: Collection[int]) -> None:
        """Load the participants of tickets in bulk."""
        missing = [t for t in tickets if t not in self._participants]
        if missing:
            loaded = self.source.participants(missing)
            for ticket in missing:
                self._participants[ticket] = loaded.get(ticket, frozenset())

    def participants(self, ticket: int) -> frozenset[str]:
        """Return the addresses (lower-cased) that took part in a ticket."""
        self.load_participants((ticket,))
        return self._participants[ticket]

    def add_participants(self, ticket: int, addresses: Collection[str]) -> None:
        """Add participants to a ticket."""
        wanted = {a.lower() for a in addresses} - self.participants(ticket)
        self._participants[ticket] |= wanted
        self.changes.participants |= {(ticket, a) for a in wanted}
