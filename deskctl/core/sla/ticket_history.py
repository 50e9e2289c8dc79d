"""The history that a ticket's clocks depend on: messages, answers, states, priorities, policies and promises."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

from ..contacts.events import CallLogged
from ..delivery.events import DeliverySettled
from ..kernel.event import Event
from ..kernel.events import Undone
from ..kernel.records import RecordedEvent
from ..merges import events as merge_events
from ..messages.events import MessageReceived, MessageWithdrawn, ReplyAdded
from ..tickets import events as ticket_events
from ..tickets.model import Priority, Status
from . import events as sla_events

T = TypeVar("T")
#: The state of a ticket that is marked as spam.
SPAM = "spam"
_VOID = ("failed", "cancelled")

#: The event classes that `read_history` evaluates; a store does not need to load others.
_READ: tuple[type[Event], ...] = (
    ticket_events.TicketCreated,
    MessageReceived,
    ReplyAdded,
    CallLogged,
    MessageWithdrawn,
    DeliverySettled,
    ticket_events.StatusChanged,
    ticket_events.PriorityChanged,
    merge_events.Merged,
    merge_events.Unmerged,
    merge_events.Absorbed,
    merge_events.SplitOff,
    merge_events.SplitFrom,
    ticket_events.MarkedSpam,
    ticket_events.UnmarkedSpam,
    Undone,
    sla_events.PolicyApplied,
    sla_events.DueSet,
    sla_events.Promised,
)
HISTORY_KINDS = tuple(cls.kind for cls in _READ)


class Change(NamedTuple, Generic[T]):
    """A value that is valid from `at`."""

    at: datetime
    value: T


class InteractionKind(StrEnum):
    CUSTOMER_MESSAGE = "asked"  # a message of the customer, not an automatic one
    ANSWER = "answered"  # a public reply of an agent
    PROMISE = "promised"  # an agent promised an answer by a certain time


class Interaction(NamedTuple):
    """A message, answer or promise. `message` is its id; 0 for a promise and for the open question of a merged ticket.

    Interactions are in the order in which they were added to the ticket, which can differ from the order of `at`.
    """

    at: datetime
    kind: InteractionKind
    message: int = 0

    @property
    def is_answer(self) -> bool:
        return self.kind is InteractionKind.ANSWER


@dataclass(slots=True)
class TicketHistory:
    """The part of a ticket's history that its clocks depend on, in chronological order.

    `states` are the names of its statuses, or "spam". `start` is the time of the first message, also if that message
    was on another ticket before. `dues` are due times that an agent set, by metric.
    """

    start: datetime
    interactions: list[Interaction] = field(default_factory=list)
    states: list[Change[str]] = field(default_factory=list)
    priorities: list[Change[Priority]] = field(default_factory=list)
    policies: list[Change[str | None]] = field(default_factory=list)
    dues: list[Change[tuple[str, datetime | None]]] = field(default_factory=list)
    promises: list[Change[datetime]] = field(default_factory=list)

    @property
    def policy(self) -> str | None:
        return self.policies[-1].value if self.policies else None


def read_history(events: Sequence[RecordedEvent]) -> TicketHistory | None:
    """Return the history that the ticket's events (oldest first) describe; None if its creation is missing or undone.

    Events that were undone are ignored. An answer whose delivery failed is ignored; if a later attempt succeeds, it
    counts from that attempt on.
    """
    undone = {r.event.command for r in events if isinstance(r.event, Undone)}
    undoing = {r.command for r in events if isinstance(r.event, Undone)}
    history: TicketHistory | None = None
    void: set[int] = set()
    for recorded in events:
        event, at = recorded.event, recorded.at
        if recorded.command in undone:
            continue
        if recorded.command in undoing and not isinstance(event, sla_events.SlaEvent):
            continue
        if isinstance(event, ticket_events.TicketCreated):
            history = TicketHistory(at, states=[Change(at, Status.NEW.value)], priorities=[Change(at, event.priority)])
        elif history is not None:
            _apply(history, recorded, void)
    return history


def _apply(history: TicketHistory, recorded: RecordedEvent, void: set[int]) -> None:
    event, at = recorded.event, recorded.at
    match event:
        case CallLogged(message=message, direction="in") if recorded.actor.handle is not None:
            # A telephone call is a question and its answer at the same time.
            history.interactions += [
                Interaction(at, InteractionKind.CUSTOMER_MESSAGE, message),
                Interaction(at, InteractionKind.ANSWER, message),
            ]
        case MessageReceived(kept_only=True) | ReplyAdded(aside=True):
            pass
        case MessageReceived(message=message, automatic=None, received=received):
            if not _is_known(history, message):
                _add_earlier(history, Interaction(received or at, InteractionKind.CUSTOMER_MESSAGE, message))
        case ReplyAdded(message=message) | CallLogged(message=message) if recorded.actor.handle is not None:
            if not _is_known(history, message):
                history.interactions.append(Interaction(at, InteractionKind.ANSWER, message))
        case MessageWithdrawn(message=message):
            history.interactions = [w for w in history.interactions if w.message != message]
        case DeliverySettled(message=int(message), state=state) if state in _VOID:
            if any(w.is_answer and w.message == message for w in history.interactions):
                history.interactions = [w for w in history.interactions if not (w.is_answer and w.message == message)]
                void.add(message)
        case DeliverySettled(message=int(message), state="queued" | "sent") if message in void:
            history.interactions.append(Interaction(at, InteractionKind.ANSWER, message))
            void.discard(message)
        case merge_events.SplitOff(messages=gone):
            history.interactions = [w for w in history.interactions if w.message not in gone]
        case merge_events.SplitFrom(since=since, asked=asked, moments=moments):
            history.start = min(history.start, since)
            for message, moment in zip(asked, moments, strict=True):
                _add_earlier(
                    history, Interaction(datetime.fromisoformat(moment), InteractionKind.CUSTOMER_MESSAGE, message)
                )
        case merge_events.Absorbed(waiting=datetime() as waiting):
            _add_earlier(history, Interaction(waiting, InteractionKind.CUSTOMER_MESSAGE))
        case (
            ticket_events.StatusChanged(new=new) | merge_events.Unmerged(new=new) | ticket_events.UnmarkedSpam(new=new)
        ):
            history.states.append(Change(at, new.value))
        case merge_events.Merged():
            history.states.append(Change(at, Status.MERGED.value))
        case ticket_events.MarkedSpam():
            history.states.append(Change(at, SPAM))
        case ticket_events.PriorityChanged(new=priority):
            history.priorities.append(Change(at, priority))
        case sla_events.PolicyApplied(policy=policy):
            history.policies.append(Change(at, policy))
        case sla_events.DueSet(metric=metric, due=due):
            history.dues.append(Change(at, (metric, due)))
        case sla_events.Promised(due=promised):
            history.promises.append(Change(at, promised))
            history.interactions.append(Interaction(at, InteractionKind.PROMISE))


def unanswered(history: TicketHistory | None) -> list[Interaction]:
    """Return the customer's messages since the last answer."""
    found: list[Interaction] = []
    for interaction in history.interactions if history is not None else ():
        if interaction.kind is InteractionKind.CUSTOMER_MESSAGE:
            found.append(interaction)
        elif interaction.is_answer:
            found.clear()
    return found


def _is_known(history: TicketHistory, message: int) -> bool:
    """Return True if the message was added already: a call has two events, one for the call and one for its text."""
    return any(interaction.message == message for interaction in history.interactions)


def _add_earlier(history: TicketHistory, interaction: Interaction) -> None:
    """Add an interaction that can be older than the ticket, because it was on another ticket or waited in the journal.

    The ticket's first state and priority are then valid from the time of that interaction.
    """
    history.interactions.append(interaction)
    history.states[0] = Change(min(history.states[0].at, interaction.at), history.states[0].value)
    history.priorities[0] = Change(min(history.priorities[0].at, interaction.at), history.priorities[0].value)


def value_at(changes: Iterable[Change[T]], at: datetime) -> T | None:
    """Return the value that was valid at a moment; None before the first change."""
    found: T | None = None
    for change in changes:
        if change.at > at:
            break
        found = change.value
    return found
