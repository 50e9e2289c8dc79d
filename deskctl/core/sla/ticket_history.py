"""What a ticket's clocks follow from: who spoke when, the states it was in, its priorities, policies and promises."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

from ..contacts.events import CallLogged
from ..delivery.events import DeliverySettled
from ..kernel.records import RecordedEvent
from ..messages.events import MessageReceived, MessageWithdrawn, ReplyAdded
from ..tickets import events as e
from ..tickets import merge_events as je
from ..tickets.model import Priority, Status
from ..undo.events import Undone
from . import events as le

T = TypeVar("T")
#: The state of a ticket that turned out to be spam.
SPAM = "spam"
_VOID = ("failed", "cancelled")

#: Kinds of events that are read here; a store need not load others.
READ = (
    e.TicketCreated,
    MessageReceived,
    ReplyAdded,
    CallLogged,
    MessageWithdrawn,
    DeliverySettled,
    e.StatusChanged,
    e.PriorityChanged,
    je.Merged,
    je.Unmerged,
    je.Absorbed,
    je.SplitOff,
    je.SplitFrom,
    e.MarkedSpam,
    e.UnmarkedSpam,
    Undone,
    le.PolicyApplied,
    le.DueSet,
    le.Promised,
)
KINDS = tuple(cls.kind for cls in READ)


class Change(NamedTuple, Generic[T]):
    """From `at` on it was `value`."""

    at: datetime
    value: T


class Said(StrEnum):
    ASKED = "asked"  # the customer, in person
    ANSWERED = "answered"  # a person at the desk, in public
    PROMISED = "promised"  # when there will be an answer


class Word(NamedTuple):
    """Somebody spoke. `message` is 0 for a promise, and for what a merged ticket's customer still waits for.

    Words are in the order in which they came to the ticket, which is not always that in which they were spoken.
    """

    at: datetime
    said: Said
    message: int = 0

    @property
    def answer(self) -> bool:
        return self.said is Said.ANSWERED


@dataclass(slots=True)
class Life:
    """In order of time. `states` are a ticket's status by name, or spam; `start` is when its matter began."""

    start: datetime
    words: list[Word] = field(default_factory=list)
    states: list[Change[str]] = field(default_factory=list)
    priorities: list[Change[Priority]] = field(default_factory=list)
    policies: list[Change[str | None]] = field(default_factory=list)
    dues: list[Change[tuple[str, datetime | None]]] = field(default_factory=list)
    promises: list[Change[datetime]] = field(default_factory=list)

    @property
    def policy(self) -> str | None:
        return self.policies[-1].value if self.policies else None


def read(history: Sequence[RecordedEvent]) -> Life | None:
    """The life that a ticket's events tell, oldest first; None when it was never opened, or its opening undone.

    What was undone never happened. An answer that did not arrive was none; tried again, it is one from then on.
    """
    undone = {r.event.command for r in history if isinstance(r.event, Undone)}
    undoing = {r.command for r in history if isinstance(r.event, Undone)}
    life: Life | None = None
    void: set[int] = set()
    for recorded in history:
        event, at = recorded.event, recorded.at
        if recorded.command in undone:
            continue
        if recorded.command in undoing and not isinstance(event, le.LevelEvent):
            continue
        if isinstance(event, e.TicketCreated):
            life = Life(at, states=[Change(at, Status.NEW.value)], priorities=[Change(at, event.priority)])
        elif life is not None:
            _follow(life, recorded, void)
    return life


def _follow(life: Life, recorded: RecordedEvent, void: set[int]) -> None:
    event, at = recorded.event, recorded.at
    match event:
        case CallLogged(message=message, direction="in") if recorded.actor.handle is not None:
            # Who was on the telephone asked, and was answered.
            life.words += [Word(at, Said.ASKED, message), Word(at, Said.ANSWERED, message)]
        case MessageReceived(kept_only=True) | ReplyAdded(aside=True):
            pass
        case MessageReceived(message=message, automatic=None, received=received):
            if not _is_known(life, message):
                _bring(life, Word(received or at, Said.ASKED, message))
        case ReplyAdded(message=message) | CallLogged(message=message) if recorded.actor.handle is not None:
            if not _is_known(life, message):
                life.words.append(Word(at, Said.ANSWERED, message))
        case MessageWithdrawn(message=message):
            life.words = [w for w in life.words if w.message != message]
        case DeliverySettled(message=int(message), state=state) if state in _VOID:
            if any(w.answer and w.message == message for w in life.words):
                life.words = [w for w in life.words if not (w.answer and w.message == message)]
                void.add(message)
        case DeliverySettled(message=int(message), state="queued" | "sent") if message in void:
            life.words.append(Word(at, Said.ANSWERED, message))
            void.discard(message)
        case je.SplitOff(messages=gone):
            life.words = [w for w in life.words if w.message not in gone]
        case je.SplitFrom(since=since, asked=asked, moments=moments):
            life.start = min(life.start, since)
            for message, moment in zip(asked, moments, strict=True):
                _bring(life, Word(datetime.fromisoformat(moment), Said.ASKED, message))
        case je.Absorbed(waiting=datetime() as waiting):
            _bring(life, Word(waiting, Said.ASKED))
        case e.StatusChanged(new=new) | je.Unmerged(new=new) | e.UnmarkedSpam(new=new):
            life.states.append(Change(at, new.value))
        case je.Merged():
            life.states.append(Change(at, Status.MERGED.value))
        case e.MarkedSpam():
            life.states.append(Change(at, SPAM))
        case e.PriorityChanged(new=priority):
            life.priorities.append(Change(at, priority))
        case le.PolicyApplied(policy=policy):
            life.policies.append(Change(at, policy))
        case le.DueSet(metric=metric, due=due):
            life.dues.append(Change(at, (metric, due)))
        case le.Promised(due=promised):
            life.promises.append(Change(at, promised))
            life.words.append(Word(at, Said.PROMISED))


def unanswered(life: Life | None) -> list[Word]:
    """What the customer said that nobody has answered yet."""
    found: list[Word] = []
    for word in life.words if life is not None else ():
        if word.said is Said.ASKED:
            found.append(word)
        elif word.answer:
            found.clear()
    return found


def _is_known(life: Life, message: int) -> bool:
    """Two events may speak of one message: that somebody called, and what was said."""
    return any(word.message == message for word in life.words)


def _bring(life: Life, word: Word) -> None:
    """A word that may be older than its ticket, as it stood on another one or waited to be worked off: how this one
    began holds from then on."""
    life.words.append(word)
    life.states[0] = Change(min(life.states[0].at, word.at), life.states[0].value)
    life.priorities[0] = Change(min(life.priorities[0].at, word.at), life.priorities[0].value)


def at_moment(changes: Iterable[Change[T]], at: datetime) -> T | None:
    """What held at a moment: the last change until then, None before the first."""
    found: T | None = None
    for change in changes:
        if change.at > at:
            break
        found = change.value
    return found
