"""What the desk itself asks for: intake, delivery, time and notifications. Never spoken over the socket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..messages import Choice, Envelope, InboundMessage, RecipientReport
from . import Command


@dataclass(frozen=True, slots=True)
class Receive(Command):
    """One journal row, parsed. `raw_sha256` is the blob with the raw bytes."""

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    journal: int
    channel: str
    envelope: Envelope
    message: InboundMessage
    raw_sha256: str


@dataclass(frozen=True, slots=True)
class Quarantine(Command):
    """A journal row that cannot be processed is set aside, whole; agents are told."""

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    journal: int
    channel: str
    reason: str
    sender: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class SettleDelivery(Command):
    """What came of an attempt to send: `sent`, `try_later`, `rejected` or `uncertain`; `deferred` when nothing was
    attempted, because the channel has sent as much as it may for now.

    The core decides what follows (when to retry, when to give up, what the ticket shows).
    """

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    outbox: int
    result: str
    reason: str | None = None
    retry_after: float | None = None  # seconds, when the peer named a time
    ids: tuple[str, ...] = ()  # what the peer calls it
    refused: tuple[RecipientReport, ...] = ()  # recipients whom the peer did not accept, while it accepted others


@dataclass(frozen=True, slots=True)
class FireTimer(Command):
    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    timer: int


@dataclass(frozen=True, slots=True)
class Tell(Command):
    """Notify an agent. `about` is new, assigned, escalated, failed, uncertain, refused, quarantined, person, callback,
    due_soon, overdue, routed, nobody, approval, approved or denied. `personal`: a step of a service level names them,
    and it comes in their quiet hours, too, as what is overdue on their own ticket does."""

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    agent: str
    about: str
    ticket: int | None = None
    detail: str | None = None
    personal: bool = False
    shows: tuple[int, ...] = ()  # messages that `detail` quotes


@dataclass(frozen=True, slots=True)
class SettleCallback(Command):
    """A promised call is off: the ticket is done with, or (`into`) another one has taken its place and the promise."""

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    ticket: int
    into: int | None = None


@dataclass(frozen=True, slots=True)
class Acknowledge(Command):
    """Tell the customer of a new ticket that it is here. `message` is theirs."""

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    ticket: int
    message: int


@dataclass(frozen=True, slots=True)
class Reread(Command):
    """A stored message was parsed again from its raw bytes; what is shown of it becomes what is read now."""

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    id: int
    message: InboundMessage


@dataclass(frozen=True, slots=True)
class Answer(Command):
    """A machine's answer to a customer, marked as one, with choices to pick from.

    Nothing is sent where `may_answer` forbids it (a loop, an address of our own, too many today), where a person has
    answered or was asked for, or where `message` (the customer's) was answered by a machine before.
    """

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    ticket: int
    message: int
    text: str
    choices: tuple[Choice, ...] = ()
    about: str = "answer"  # a word for the event: what kind of answer it was
