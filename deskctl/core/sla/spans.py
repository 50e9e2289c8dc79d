"""The spans of a ticket's clocks: the start of each, and its end when it is fulfilled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from ..tickets.model import Status
from .policy import Metric
from .ticket_history import SPAM, Change, InteractionKind, TicketHistory

#: States in which a ticket is done: they fulfill the resolution clocks and pause all others.
DONE = frozenset({Status.SOLVED.value, Status.CLOSED.value})
#: States without work on the ticket: they pause all clocks and fulfill none.
ENDED = frozenset({Status.MERGED.value, SPAM})


class Span(NamedTuple):
    """The time from the start of a clock until it is fulfilled; `end` is None until then."""

    metric: Metric
    instance: int
    start: datetime
    end: datetime | None


def spans(history: TicketHistory) -> list[Span]:
    """Return the spans of all clocks that the history can have, with or without a policy that sets a target."""
    done = _done_since(history.states)
    return [
        *_response_spans(history),
        Span(Metric.RESOLUTION, 1, history.start, done),
        Span(Metric.WORK, 1, history.start, done),
        *_promise_spans(history),
    ]


def _response_spans(history: TicketHistory) -> list[Span]:
    """Return the spans of first response, next response and periodic update, in the order of the interactions."""
    found: list[Span] = []
    first: datetime | None = None  # the customer's first message, until the first answer
    asked: datetime | None = None  # the oldest unanswered message after the first answer
    updated: datetime | None = None
    rounds = updates = 0
    for interaction in history.interactions:
        if interaction.is_answer:
            if first is not None:
                found.append(Span(Metric.FIRST_RESPONSE, 1, first, interaction.at))
                first = None
            if asked is not None:
                found.append(Span(Metric.NEXT_RESPONSE, rounds, asked, interaction.at))
                asked = None
            if updated is not None:
                found.append(Span(Metric.UPDATE, updates, updated, interaction.at))
            updates += 1
            updated = interaction.at
        elif interaction.kind is InteractionKind.PROMISE:
            continue
        elif updated is None:
            first = interaction.at if first is None else min(first, interaction.at)
        elif asked is None:
            rounds += 1
            asked = interaction.at
        else:
            asked = min(asked, interaction.at)
    if first is not None:
        found.append(Span(Metric.FIRST_RESPONSE, 1, first, None))
    if asked is not None:
        found.append(Span(Metric.NEXT_RESPONSE, rounds, asked, None))
    if updated is not None:
        found.append(Span(Metric.UPDATE, updates, updated, None))
    return found


def _promise_spans(history: TicketHistory) -> list[Span]:
    """Return the spans of promises. A promise lasts until the next answer, also if its due time is changed."""
    found: list[Span] = []
    since: datetime | None = None
    for interaction in history.interactions:
        if interaction.kind is InteractionKind.PROMISE:
            since = since or interaction.at
        elif interaction.is_answer and since is not None:
            found.append(Span(Metric.PROMISE, len(found) + 1, since, interaction.at))
            since = None
    return found if since is None else [*found, Span(Metric.PROMISE, len(found) + 1, since, None)]


def open_promise(history: TicketHistory) -> datetime | None:
    """Return the due time of the promise that is still open."""
    promises = _promise_spans(history)
    return history.promises[-1].value if promises and promises[-1].end is None else None


def open_clocks(history: TicketHistory) -> list[Span]:
    """Return the clocks that are not fulfilled."""
    return [span for span in spans(history) if span.end is None]


def due_by_hand(history: TicketHistory) -> dict[Metric, datetime]:
    """Return the due times that an agent set and that are still valid, by metric."""
    found: dict[Metric, datetime] = {}
    for span in open_clocks(history):
        due_times = [due.value[1] for due in history.dues if due.value[0] == span.metric and span.start <= due.at]
        if due_times and due_times[-1] is not None:
            found[span.metric] = due_times[-1]
    return found


def _done_since(states: Sequence[Change[str]]) -> datetime | None:
    """Return since when the ticket is solved or closed without interruption; merged or spam is not an interruption."""
    since: datetime | None = None
    for state in states:
        if state.value in DONE:
            since = since or state.at
        elif state.value not in ENDED:
            since = None
    return since
