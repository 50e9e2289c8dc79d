"""What happened to messages: received, written, withdrawn, sent, returned. Ids and facts only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from .event import Event
from .outbox import DUE_STATES, OutboxState, sent_words
from .undo import PART_OF_UNDO, UNRECORDED, Cannot, Follows, Hindrance, Restore, Undoable

if TYPE_CHECKING:
    from .ports import RecordedEvent
    from .unit import Unit


@dataclass(frozen=True, slots=True)
class MessageReceived(Event):
    """A customer's words (or their machine's, when `automatic` says why) are on the ticket.

    `matched` tells what led here: own_id, reference, plus, subject, talk (what was talked about last), new. `verified`
    is False when the sender had no part in the ticket before. `received`: when it reached the desk, where it was
    worked off later. `kept_only`: it is on the ticket and changes neither status nor clocks.
    """

    undo = Undoable("The message is withdrawn.")
    by_customer = True

    message: int
    matched: str = "new"
    automatic: str | None = None
    verified: bool = True
    received: datetime | None = None
    kept_only: bool = False

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield from _withdrawn(unit, self.ticket, self.message)


@dataclass(frozen=True, slots=True)
class ReplyAdded(Event):
    """`inserted` are references of what was put into it, as in "kb:3". `aside`: it went to somebody other than the
    requester, who is still not answered."""

    undo = Undoable("The reply is withdrawn and its mail cancelled.", unless="its mail was sent")

    message: int
    outbox: int | None = None
    inserted: tuple[str, ...] = ()
    aside: bool = False

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        if self.outbox is not None:
            _cancel(unit, self.outbox)
        yield from _withdrawn(unit, self.ticket, self.message)

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        why = None if self.outbox is None else sent_words(unit.outbox(self.outbox), unit.settings.timezone)
        return None if why is None else Hindrance(why, f"write another reply: deskctl reply {self.ticket}")


@dataclass(frozen=True, slots=True)
class NoteAdded(Event):
    undo = Undoable("The note is withdrawn.")
    message: int

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield from _withdrawn(unit, self.ticket, self.message)


@dataclass(frozen=True, slots=True)
class MessageWithdrawn(Event):
    """A reply or note was taken back before anybody outside saw it."""

    undo = PART_OF_UNDO

    message: int


@dataclass(frozen=True, slots=True)
class Escalated(Event):
    """`to` is `agent:HANDLE`, `team:HANDLE` or `tier:NAME`. The reason is a note on the ticket (`message`)."""

    undo = Undoable("The reason is withdrawn.")

    to: str
    message: int

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield from _withdrawn(unit, self.ticket, self.message)


@dataclass(frozen=True, slots=True)
class DeliverySettled(Event):
    """What became of an outgoing message: sent, failed, uncertain or cancelled; queued again. `old`: what a person
    changed it from. Without a ticket where it is no reply."""

    undo = Undoable(
        "A cancelled mail is queued again; a retry is taken back.", unless="the mail was sent or is being sent"
    )

    outbox: int
    message: int | None
    state: str
    reason: str | None = None
    old: str | None = None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        entry = unit.outbox(self.outbox)
        state = OutboxState(self.old or self.state)
        due = unit.now + unit.settings.undo_window if state in DUE_STATES else None
        unit.put_outbox(replace(entry, state=state, due_at=due))
        yield DeliverySettled(self.ticket, self.outbox, self.message, state.value, old=entry.state.value)

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        entry = unit.outbox(self.outbox)
        if self.old is None and past.actor.startswith(("agent:", "user:")):
            return UNRECORDED
        if self.old is None:
            return Hindrance("a mail server decided it", f"deskctl outbox show {self.outbox}")
        if entry.state is OutboxState(self.state) or {entry.state, OutboxState(self.state)} <= DUE_STATES:
            return None
        why = sent_words(entry, unit.settings.timezone) or f"outgoing message {entry.id} is {entry.state} by now"
        return Hindrance(why, f"deskctl outbox show {self.outbox}")


@dataclass(frozen=True, slots=True)
class AgentTold(Event):
    """A notification to an agent entered the outbox."""

    undo = Follows("a notification that still waits is cancelled; one that was sent stays")

    agent: str
    about: str
    outbox: int

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield from ()
        if unit.outbox(self.outbox).state in DUE_STATES:
            _cancel(unit, self.outbox)


@dataclass(frozen=True, slots=True)
class Bounced(Event):
    """A report says that a mail of ours did not arrive, or not yet. `message` is the report, `outbox` the mail.

    `action` is failed or delayed; `outbox` says for whom. `reason_class` is a value of `messages.ReasonClass`.
    `partly`: it failed for some of its recipients and holds as sent for the others.
    """

    undo = Cannot("a mail server reported it")

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

    undo = Cannot("the acknowledgement goes to the customer at once")

    message: int
    outbox: int


@dataclass(frozen=True, slots=True)
class Forwarded(Event):
    """An agent sent on what a customer had sent to them. `proven`: a server that we believe vouches for the agent."""

    undo = Cannot("an agent forwarded it by mail")

    agent: str
    message: int
    proven: bool


@dataclass(frozen=True, slots=True)
class Continued(Event):
    """The ticket goes on on another channel than before, too."""

    undo = Follows("it belongs to the reply")

    message: int
    channel: str


@dataclass(frozen=True, slots=True)
class MessageEdited(Event):
    """Its sender changed what a message says; what it said first is kept."""

    by_customer = True
    undo = Cannot("a customer did it")

    message: int


@dataclass(frozen=True, slots=True)
class MachineAnswered(Event):
    """A machine answered the customer's message `answers`; `about` says what kind of answer it was."""

    undo = Cannot("the automatic answer goes to the customer at once")

    message: int
    outbox: int
    answers: int
    about: str = "answer"


@dataclass(frozen=True, slots=True)
class ChoiceMade(Event):
    """The customer picked `key` from what the message offered."""

    by_customer = True
    undo = Cannot("a customer did it")

    message: int
    key: str


@dataclass(frozen=True, slots=True)
class PersonAsked(Event):
    """The customer wants a person to answer; `message` says so, None where nothing else was said."""

    by_customer = True
    undo = Cannot("a customer did it")

    message: int | None = None


def _withdrawn(unit: Unit, ticket: int | None, message: int) -> Iterator[Event]:
    unit.withdraw(message)
    yield MessageWithdrawn(ticket, message)


def _cancel(unit: Unit, outbox: int) -> None:
    unit.put_outbox(replace(unit.outbox(outbox), state=OutboxState.CANCELLED, due_at=None))
