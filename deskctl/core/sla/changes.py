"""The working set's part about service levels: the book, clocks, and what the tickets' histories hold."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..calendars.model import Calendar
from .clocks import Clock, ClockKey
from .policy import Policy
from .policy_book import Book

if TYPE_CHECKING:
    from ..kernel.records import RecordedEvent
    from ..kernel.source import Source


@dataclass(slots=True)
class LevelChanges:
    """What a transaction writes. A clock that is None goes."""

    clocks: dict[tuple[int, ClockKey], Clock | None] = field(default_factory=dict)
    calendars: list[Calendar] = field(default_factory=list)  # new versions
    gone_calendars: set[str] = field(default_factory=set)
    policies: list[Policy] = field(default_factory=list)  # new versions
    order: tuple[str, ...] | None = None
    book: Book | None = None  # its edition and whether it is used, when that changed


class Ledger:
    """Reads come from what this transaction made, then from what it loaded, then from the source."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.changes = LevelChanges()
        self._book: Book | None = None
        self._clocks: dict[int, dict[ClockKey, Clock]] = {}
        self._stored: dict[int, list[RecordedEvent]] = {}
        self._fresh: dict[int, list[RecordedEvent]] = {}

    @property
    def book(self) -> Book:
        if self._book is None:
            self._book = self._source.book()
        return self._book

    def load(self, tickets: Collection[int], kinds: Sequence[str] | None = None) -> None:
        """Clocks of tickets and, of these `kinds`, their histories, all at once."""
        missing = [ticket for ticket in dict.fromkeys(tickets) if ticket not in self._clocks]
        if missing:
            self._clocks.update((ticket, {}) for ticket in missing)
            for clock in self._source.clocks(missing):
                self._clocks[clock.ticket][clock.key] = clock
        if kinds is not None:
            missing = [ticket for ticket in dict.fromkeys(tickets) if ticket not in self._stored]
            if missing:
                self._stored.update((ticket, []) for ticket in missing)
                for recorded in self._source.histories(missing, kinds):
                    assert recorded.event.ticket is not None
                    self._stored[recorded.event.ticket].append(recorded)

    def is_new(self, ticket: int) -> None:
        """A ticket of this transaction has no past."""
        self._clocks[ticket] = {}
        self._stored[ticket] = []

    def clocks(self, ticket: int) -> dict[ClockKey, Clock]:
        self.load((ticket,))
        return self._clocks[ticket]

    def history(self, ticket: int, kinds: Sequence[str]) -> list[RecordedEvent]:
        """What happened to a ticket, this transaction included."""
        self.load((ticket,), kinds)
        return [*self._stored[ticket], *self._fresh.get(ticket, ())]

    def active_after(self, ticket: int, limit: int) -> Sequence[int]:
        return self._source.active_after(ticket, limit)

    # --- writing ----------------------------------------------------------------------------------

    def happened(self, recorded: RecordedEvent) -> None:
        if recorded.event.ticket is not None:
            self._fresh.setdefault(recorded.event.ticket, []).append(recorded)

    def put(self, clock: Clock) -> None:
        self.clocks(clock.ticket)[clock.key] = clock
        self.changes.clocks[clock.ticket, clock.key] = clock

    def remove(self, clock: Clock) -> None:
        self.clocks(clock.ticket).pop(clock.key, None)
        self.changes.clocks[clock.ticket, clock.key] = None

    def put_calendar(self, calendar: Calendar) -> None:
        self.changes.calendars.append(calendar)
        self.changes.gone_calendars.discard(calendar.name)
        self._turn(self.book.with_calendar(calendar))

    def remove_calendar(self, name: str) -> None:
        self.changes.gone_calendars.add(name)
        self._turn(self.book.without_calendar(name))

    def put_policy(self, policy: Policy) -> None:
        self.changes.policies.append(policy)
        self._turn(self.book.with_policy(policy))
        self.changes.order = self.book.order

    def put_order(self, order: tuple[str, ...]) -> None:
        self._turn(self.book.in_order(order))
        self.changes.order = order

    def use(self) -> None:
        """From now on some ticket has a clock, with or without a policy."""
        if not self.book.used:
            self._turn(self.book.in_use())

    def _turn(self, book: Book) -> None:
        self._book = self.changes.book = book
