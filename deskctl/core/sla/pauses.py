"""When each clock of a ticket starts and ends, and when its time counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from ..tickets.model import Status
from .policy import Metric
from .ticket_history import SPAM, Change, Life, Said

#: States in which a ticket is done: they settle a resolution, and stop everything else.
DONE = frozenset({Status.SOLVED.value, Status.CLOSED.value})
_ENDED = frozenset({Status.MERGED.value, SPAM})
_STOPPED = DONE | _ENDED
#: In which states the time of a metric does not count.
PAUSED_IN: dict[Metric, frozenset[str]] = {
    Metric.FIRST_RESPONSE: _STOPPED,
    Metric.NEXT_RESPONSE: _STOPPED,
    Metric.UPDATE: _STOPPED,
    Metric.PROMISE: _STOPPED,
    Metric.RESOLUTION: _STOPPED | {Status.PENDING.value},
    Metric.WORK: _STOPPED | {Status.PENDING.value, Status.HOLD.value},
}


class Span(NamedTuple):
    """`end` is when the promise was settled, None as long as it is not."""

    metric: Metric
    instance: int
    start: datetime
    end: datetime | None


class Segment(NamedTuple):
    """A stretch in which a clock's time counted, or did not because of `why`. `end` None: until further notice."""

    start: datetime
    end: datetime | None
    counted: bool
    why: str


def spans(life: Life) -> list[Span]:
    """Every clock that the ticket's life could have, whether or not a policy speaks of it."""
    done = _done_since(life.states)
    return [
        *_of_words(life),
        Span(Metric.RESOLUTION, 1, life.start, done),
        Span(Metric.WORK, 1, life.start, done),
        *_promises(life),
    ]


def _of_words(life: Life) -> list[Span]:
    """First and next response, and periodic update, in the order in which people spoke."""
    found: list[Span] = []
    first: datetime | None = None  # the customer's first word, as long as nobody has answered
    asked: datetime | None = None  # the oldest word that nobody has answered, after a first answer
    updated: datetime | None = None
    rounds = updates = 0
    for word in life.words:
        if word.answer:
            if first is not None:
                found.append(Span(Metric.FIRST_RESPONSE, 1, first, word.at))
                first = None
            if asked is not None:
                found.append(Span(Metric.NEXT_RESPONSE, rounds, asked, word.at))
                asked = None
            if updated is not None:
                found.append(Span(Metric.UPDATE, updates, updated, word.at))
            updates += 1
            updated = word.at
        elif word.said is Said.PROMISED:
            continue
        elif updated is None:
            first = word.at if first is None else min(first, word.at)
        elif asked is None:
            rounds += 1
            asked = word.at
        else:
            asked = min(asked, word.at)
    if first is not None:
        found.append(Span(Metric.FIRST_RESPONSE, 1, first, None))
    if asked is not None:
        found.append(Span(Metric.NEXT_RESPONSE, rounds, asked, None))
    if updated is not None:
        found.append(Span(Metric.UPDATE, updates, updated, None))
    return found


def _promises(life: Life) -> list[Span]:
    """One until the next answer, however often its moment is moved."""
    found: list[Span] = []
    since: datetime | None = None
    for word in life.words:
        if word.said is Said.PROMISED:
            since = since or word.at
        elif word.answer and since is not None:
            found.append(Span(Metric.PROMISE, len(found) + 1, since, word.at))
            since = None
    return found if since is None else [*found, Span(Metric.PROMISE, len(found) + 1, since, None)]


def open_promise(life: Life) -> datetime | None:
    """The moment that was promised last and that no answer has settled yet."""
    promises = _promises(life)
    return life.promises[-1].value if promises and promises[-1].end is None else None


def open_clocks(life: Life) -> list[Span]:
    """The clocks that nothing has settled yet."""
    return [span for span in spans(life) if span.end is None]


def due_by_hand(life: Life) -> dict[Metric, datetime]:
    """Due times that somebody set and that still hold, by metric."""
    found: dict[Metric, datetime] = {}
    for span in open_clocks(life):
        said = [due.value[1] for due in life.dues if due.value[0] == span.metric and span.start <= due.at]
        if said and said[-1] is not None:
            found[span.metric] = said[-1]
    return found


def _done_since(states: Sequence[Change[str]]) -> datetime | None:
    """Since when the ticket is solved or closed without a break, merged or spam after that included."""
    since: datetime | None = None
    for state in states:
        if state.value in DONE:
            since = since or state.at
        elif state.value not in _ENDED:
            since = None
    return since


def segments(span: Span, states: Sequence[Change[str]]) -> list[Segment]:
    """The clock's way from its start: neighbours differ. The last one is open unless the promise is settled."""
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
