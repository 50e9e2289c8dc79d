"""The pauses of SLA clocks: the states of a ticket that pause each metric, and the timeline of a clock.

A clock is never paused by a command: its pauses follow from the states in the history of its ticket.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from ..tickets.model import Status
from .policy import Metric
from .spans import DONE, ENDED, Span
from .ticket_history import Change

_STOPPED = DONE | ENDED
#: The states that pause the clock of a metric.
PAUSED_IN: dict[Metric, frozenset[str]] = {
    Metric.FIRST_RESPONSE: _STOPPED,
    Metric.NEXT_RESPONSE: _STOPPED,
    Metric.UPDATE: _STOPPED,
    Metric.PROMISE: _STOPPED,
    Metric.RESOLUTION: _STOPPED | {Status.PENDING.value},
    Metric.WORK: _STOPPED | {Status.PENDING.value, Status.HOLD.value},
}


class Segment(NamedTuple):
    """A period in which a clock ran (`counted`) or was paused because of `why`. `end` None: it has not ended."""

    start: datetime
    end: datetime | None
    counted: bool
    why: str


def segments(span: Span, states: Sequence[Change[str]]) -> list[Segment]:
    """Return the clock's timeline from its start. Adjacent segments differ; the last one is open until fulfillment."""
    stops = PAUSED_IN[span.metric]
    found: list[Segment] = []
    for number, state in enumerate(states):
        until = states[number + 1].at if number + 1 < len(states) else None
        start = max(state.at, span.start)
        end = until if span.end is None else span.end if until is None else min(until, span.end)
        if end is not None and end <= start:
            continue
        counted = state.value not in stops
        why = "" if counted else state.value
        if found and found[-1].counted is counted and (counted or found[-1].why == why):
            found[-1] = Segment(found[-1].start, end, counted, why)
        else:
            found.append(Segment(start, end, counted, why))
    return found or [Segment(span.start, span.end, True, "")]
