"""Load and write the SLA state of a transaction: the policy book, clocks and ticket histories."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, cast

from ..calendars.model import Calendar
from ..kernel.records import RecordedEvent
from ..kernel.repository import Repository
from ..kernel.unit import Unit
from ..tickets.repository import Tickets
from .clocks import Clock, ClockKey
from .policy import Policy
from .policy_book import PolicyBook


class SlaSource(Protocol):
    """The reads from the store for SLA policies, calendars and clocks."""

    def book(self) -> PolicyBook:
        """Return the current policies and calendars."""
        ...

    def clocks(self, tickets: Collection[int]) -> Iterable[Clock]: ...

    def active_after(self, ticket: int, limit: int) -> Sequence[int]:
        """Return the next numbers above `ticket` of tickets that are new, open, pending or on hold."""
        ...


@dataclass(slots=True)
class SlaChanges:
    """The SLA state that a transaction writes. A clock that is None is deleted."""

    clocks: dict[tuple[int, ClockKey], Clock | None] = field(default_factory=dict)
    calendars: list[Calendar] = field(default_factory=list)  # new versions
    gone_calendars: set[str] = field(default_factory=set)
    policies: list[Policy] = field(default_factory=list)  # new versions
    order: tuple[str, ...] | None = None
    book: PolicyBook | None = None  # set if `edition` or `used` changed


class Sla(Repository):
    """The SLA state as this transaction sees it: its own changes, then what it loaded, then the source."""

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit)
        self.source = cast("SlaSource", unit.source)
        self.changes = unit.changes.of(SlaChanges)
        self._book: PolicyBook | None = None
        self._clocks: dict[int, dict[ClockKey, Clock]] = {}
        self._stored: dict[int, list[RecordedEvent]] = {}
        self._fresh: dict[int, list[RecordedEvent]] = {}
        self._indexed = 0

    @property
    def book(self) -> PolicyBook:
        if self._book is None:
            self._book = self.source.book()
        return self._book

    def load(self, tickets: Collection[int], kinds: Sequence[str] | None = None) -> None:
        """Load the clocks of tickets and, if `kinds` is given, their events of these kinds, in bulk."""
        new = Tickets.of(self.unit).changes.new_tickets
        missing = [ticket for ticket in dict.fromkeys(tickets) if ticket not in self._clocks]
        if missing:
            self._clocks.update((ticket, {}) for ticket in missing)
            stored = [ticket for ticket in missing if ticket not in new]
            for clock in self.source.clocks(stored) if stored else ():
                self._clocks[clock.ticket][clock.key] = clock
        if kinds is not None:
            missing = [ticket for ticket in dict.fromkeys(tickets) if ticket not in self._stored]
            if missing:
                self._stored.update((ticket, []) for ticket in missing)
                stored = [ticket for ticket in missing if ticket not in new]
                for recorded in self.unit.source.histories(stored, kinds) if stored else ():
                    assert recorded.event.ticket is not None
                    self._stored[recorded.event.ticket].append(recorded)

    def clocks(self, ticket: int) -> dict[ClockKey, Clock]:
        self.load((ticket,))
        return self._clocks[ticket]

    def history(self, ticket: int, kinds: Sequence[str]) -> list[RecordedEvent]:
        """Return the events of a ticket, including those of this transaction."""
        self.load((ticket,), kinds)
        return [*self._stored[ticket], *self._new_events(ticket)]

    def active_after(self, ticket: int, limit: int) -> Sequence[int]:
        return self.source.active_after(ticket, limit)

    def _new_events(self, ticket: int) -> Sequence[RecordedEvent]:
        """Return the events of this transaction on a ticket. They are indexed once, as a batch may hold thousands."""
        for recorded in self.unit.events[self._indexed :]:
            if recorded.event.ticket is not None:
                self._fresh.setdefault(recorded.event.ticket, []).append(recorded)
        self._indexed = len(self.unit.events)
        return self._fresh.get(ticket, ())

    # --- writing ----------------------------------------------------------------------------------

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
        """Record that a ticket has a clock, with or without a policy."""
        if not self.book.used:
            self._turn(self.book.in_use())

    def _turn(self, book: PolicyBook) -> None:
        self._book = self.changes.book = book
