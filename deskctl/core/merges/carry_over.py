"""Carry over promises, due times, followers, tags, priority and fields from a merged ticket."""

from __future__ import annotations

from collections.abc import Generator

from ..agents import targets
from ..agents.repository import Agents
from ..kernel.event import Event
from ..kernel.unit import Unit
from ..sla.clocks import ClockKey
from ..sla.events import DueSet, Promised
from ..sla.policy import Metric
from ..sla.repository import Sla
from ..sla.spans import due_by_hand, open_clocks, open_promise
from ..sla.ticket_history import HISTORY_KINDS, TicketHistory, read_history
from ..tickets.events import FollowerAdded, PriorityChanged, Tagged, TierChanged, field_changed
from ..tickets.model import Status, Ticket
from ..tickets.repository import Tickets

#: The clocks for responses. A ticket has one of them at a time.
_RESPONSES = (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE)


def carry_over(unit: Unit, ticket: Ticket, number: int) -> Generator[Event, None, None]:
    """Yield the events that carry over facts from `ticket` (as it was before the merge) to ticket `number`.

    The earlier of two times and the higher of two priorities count. The assignee and the followers of `ticket` follow.
    Fields that ticket `number` lacks are carried over.
    """
    into = Tickets.of(unit).get(number)
    history, other = _history(unit, number), _history(unit, ticket.number)
    if history is not None and other is not None and ticket.status is not Status.SOLVED:
        yield from _due_times(unit, number, history, other)
    if ticket.priority > into.priority:
        yield PriorityChanged(number, into.priority, ticket.priority)
    if added := tuple(sorted(ticket.tags - into.tags)):
        yield Tagged(number, added, ())
    for name in fields_to_carry(ticket, into):
        yield field_changed(number, name, None, ticket.fields[name])
    yield from _tier(unit, ticket, into)
    agents = {*ticket.followers, ticket.assignee} - {into.assignee, None} - into.followers
    for agent in sorted(person for person in agents if person in targets.active_agents(unit)):
        yield FollowerAdded(number, str(agent))


def fields_to_carry(ticket: Ticket, into: Ticket) -> list[str]:
    """Return the names of the fields that only `ticket` has."""
    return sorted(ticket.fields.keys() - into.fields.keys())


def _history(unit: Unit, number: int) -> TicketHistory | None:
    return read_history(Sla.of(unit).history(number, HISTORY_KINDS))


def _due_times(unit: Unit, number: int, history: TicketHistory, other: TicketHistory) -> Generator[Event, None, None]:
    """Carry over promises and due times that an agent set."""
    other_promise, promise = open_promise(other), open_promise(history)
    if other_promise is not None and (promise is None or other_promise < promise):
        Sla.of(unit).use()
        yield Promised(number, other_promise)
    running = open_clocks(history)
    for metric, due in due_by_hand(other).items():
        metrics = _RESPONSES if metric in _RESPONSES else (metric,)
        for key in (key for key in running if key.metric in metrics):
            clock = Sla.of(unit).clocks(number).get(ClockKey(key.metric, key.instance))
            if clock is None or clock.due_at is None or due < clock.due_at:
                Sla.of(unit).use()
                yield DueSet(number, key.metric.value, due)


def _tier(unit: Unit, ticket: Ticket, into: Ticket) -> Generator[Event, None, None]:
    """Carry over the tier, unless the other ticket belongs to another team or to an agent of a lower tier."""
    if ticket.tier is None or ticket.team != into.team:
        return
    place = targets.rank(unit, into.team, ticket.tier)
    owner = Agents.of(unit).agents.get(into.assignee or "")
    has_tier = owner is None or targets.rank(unit, into.team, owner.seat.tier) >= place
    if has_tier and place > targets.rank(unit, into.team, into.tier):
        yield TierChanged(into.number, into.tier, ticket.tier)
