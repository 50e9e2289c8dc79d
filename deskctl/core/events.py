"""What happened. Events carry ids and facts, never what somebody wrote, so that a person can be erased.

The state of a ticket is the fold of its events (`lifecycle.evolve`); audit, reports and undo read them.
Each class is one kind; its name in snake case is the kind's name for people and scripts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar, get_type_hints

from .tickets import Priority, Status

KINDS: dict[str, type[Event]] = {}


@dataclass(frozen=True, slots=True)
class Event:
    """`ticket` is a number, or None for what concerns no ticket."""

    kind: ClassVar[str] = "event"
    ticket: int | None

    def __init_subclass__(cls) -> None:
        cls.kind = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        KINDS[cls.kind] = cls

    def facts(self) -> dict[str, Any]:
        """Everything but the ticket, as JSON: moments in RFC 3339, enumerations by value."""
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self) if f.name != "ticket"}


def _plain(value: Any) -> Any:
    if isinstance(value, Priority):
        return value.label
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (frozenset, set)):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def restore(kind: str, ticket: int | None, facts: dict[str, Any]) -> Event:
    """The event whose `facts()` these are. Facts that a later version added are left out."""
    cls = KINDS[kind]
    hints = _hints(cls)
    return cls(ticket=ticket, **{k: _typed(hints[k], v) for k, v in facts.items() if k in hints})


_HINTS: dict[type[Event], dict[str, Any]] = {}


def _hints(cls: type[Event]) -> dict[str, Any]:
    if cls not in _HINTS:
        _HINTS[cls] = get_type_hints(cls)
    return _HINTS[cls]


def _typed(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    text = str(hint)
    if "Priority" in text:
        return Priority[value.upper()]
    if "Status" in text:
        return Status(value)
    if "datetime" in text:
        return datetime.fromisoformat(value)
    if "frozenset" in text:
        return frozenset(value)
    return tuple(value) if "tuple" in text else value


# --- what a ticket goes through -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TicketCreated(Event):
    """A ticket's first event. `follows` is the closed ticket that it continues."""

    channel: str
    contact: int
    team: str | None = None
    priority: Priority = Priority.NORMAL
    language: str | None = None
    follows: int | None = None


@dataclass(frozen=True, slots=True)
class MessageReceived(Event):
    """A customer's words (or their machine's, when `automatic` says why) are on the ticket.

    `matched` tells what led here: own_id, reference, plus, subject, talk (what was talked about last), new. `verified`
    is False when the sender had no part in the ticket before. `received`: when it reached the desk, where it was
    worked off later.
    """

    message: int
    matched: str = "new"
    automatic: str | None = None
    verified: bool = True
    received: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReplyAdded(Event):
    """`inserted` are references of what was put into it, as in "kb:3"."""

    message: int
    outbox: int | None = None
    inserted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoteAdded(Event):
    message: int


@dataclass(frozen=True, slots=True)
class MessageWithdrawn(Event):
    """A reply or note was taken back before anybody outside saw it."""

    message: int


@dataclass(frozen=True, slots=True)
class StatusChanged(Event):
    """`back`: a change was taken back, and the ticket is as if it had never been otherwise: work since `since`, None
    since it was created."""

    old: Status
    new: Status
    back: bool | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class PriorityChanged(Event):
    old: Priority
    new: Priority


@dataclass(frozen=True, slots=True)
class Assigned(Event):
    """Whose ticket it is; `new` None gives it back to the queue."""

    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class TeamChanged(Event):
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class FollowerAdded(Event):
    agent: str


@dataclass(frozen=True, slots=True)
class FollowerRemoved(Event):
    agent: str


@dataclass(frozen=True, slots=True)
class Tagged(Event):
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Escalated(Event):
    """`to` is `agent:HANDLE`, `team:HANDLE` or `tier:NAME`. The reason is a note on the ticket (`message`)."""

    to: str
    message: int


@dataclass(frozen=True, slots=True)
class Mentions(Event):
    """What the customer wrote names another ticket that they have no part in."""

    other: int


@dataclass(frozen=True, slots=True)
class WaitingChanged(Event):
    """Since when the customer waits for an answer; None: no longer."""

    old: datetime | None
    new: datetime | None


@dataclass(frozen=True, slots=True)
class LanguageChanged(Event):
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class DeliverySettled(Event):
    """What became of an outgoing message: sent, failed, uncertain or cancelled."""

    outbox: int
    message: int | None
    state: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class AgentTold(Event):
    """A notification to an agent entered the outbox."""

    agent: str
    about: str
    outbox: int


@dataclass(frozen=True, slots=True)
class MarkedSpam(Event):
    """Closed as spam; `old` is the status it had. `why` is the verdict, None when an agent said so."""

    old: Status
    why: str | None = None


@dataclass(frozen=True, slots=True)
class UnmarkedSpam(Event):
    """No spam after all; the ticket has its status again."""

    new: Status


@dataclass(frozen=True, slots=True)
class SpamPurged(Event):
    """What was said on a ticket that is spam is gone."""


@dataclass(frozen=True, slots=True)
class Bounced(Event):
    """A report says that a mail of ours did not arrive, or not yet. `message` is the report, `outbox` the mail.

    `action` is failed or delayed; `outbox` says for whom. `reason_class` is a value of `messages.ReasonClass`.
    `partly`: it failed for some of its recipients and holds as sent for the others.
    """

    message: int
    outbox: int
    permanent: bool
    status: str | None = None
    action: str = ""
    reason_class: str | None = None
    partly: bool = False


@dataclass(frozen=True, slots=True)
class Acknowledged(Event):
    """The customer was told at once that their message is here."""

    message: int
    outbox: int


@dataclass(frozen=True, slots=True)
class Forwarded(Event):
    """An agent sent on what a customer had sent to them. `proven`: a server that we believe vouches for the agent."""

    agent: str
    message: int
    proven: bool


@dataclass(frozen=True, slots=True)
class CallbackChanged(Event):
    """When somebody promised to call; `new` None: it is done, or nobody need."""

    old: datetime | None
    new: datetime | None


@dataclass(frozen=True, slots=True)
class CallbackDue(Event):
    """The moment of a promised call has come."""


@dataclass(frozen=True, slots=True)
class Continued(Event):
    """The ticket goes on on another channel than before, too."""

    message: int
    channel: str


@dataclass(frozen=True, slots=True)
class MessageEdited(Event):
    """Its sender changed what a message says; what it said first is kept."""

    message: int


@dataclass(frozen=True, slots=True)
class MachineAnswered(Event):
    """A machine answered the customer's message `answers`; `about` says what kind of answer it was."""

    message: int
    outbox: int
    answers: int
    about: str = "answer"


@dataclass(frozen=True, slots=True)
class ChoiceMade(Event):
    """The customer picked `key` from what the message offered."""

    message: int
    key: str


@dataclass(frozen=True, slots=True)
class PersonAsked(Event):
    """The customer wants a person to answer; `message` says so, None where nothing else was said."""

    message: int | None = None


@dataclass(frozen=True, slots=True)
class Undone(Event):
    """An agent's command was taken back; the events before this one, of the same command, say how."""

    command: int


# --- what concerns no ticket ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AgentChanged(Event):
    agent: str
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TeamCreated(Event):
    team: str


@dataclass(frozen=True, slots=True)
class TeamRedefined(Event):
    team: str
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SenderBlocked(Event):
    """Mail from somebody is spam from now on, or (`blocked` False) no longer.

    Where a ticket's customer is meant: `place` is that of the address among theirs, oldest first, and `domain`
    tells whether everybody there is meant. Both are null where an agent named an address.
    """

    blocked: bool
    place: int | None = None
    domain: bool | None = None


@dataclass(frozen=True, slots=True)
class IntakeDecided(Event):
    """What a person decided on a quarantined message: retry or drop."""

    journal: int
    decision: str
