"""What happened to messages: received, written, withdrawn, sent, returned. Ids and facts only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from ..delivery.model import OutboxState, sent_explanation
from ..delivery.repository import Outbox
from ..kernel.event import Event, Kept
from ..kernel.undo import PART_OF_UNDO, UNRECORDED, Cannot, Hindrance, Restore, Undoable
from ..tickets.repository import Tickets
from .blocked_senders import is_listed, pattern_of
from .repository import Messages

if TYPE_CHECKING:
    from ..kernel.records import RecordedEvent
    from ..kernel.unit import Unit


@dataclass(frozen=True, slots=True)
class MessageReceived(Event):
    """A customer's words (or their machine's, when `automatic` says why) are on the ticket.

    `matched` tells what led here: own_id, reference, plus, subject, talk (what was talked about last), new. `verified`
    is False when the sender had no part in the ticket before. `received`: when it reached the desk, where it was
    worked off later. `kept_only`: it is on the ticket and changes neither status nor clocks.
    """

    kind = "message_received"
    undo = Undoable("The message is withdrawn.")
    by_customer = True

    message: int
    matched: str = "new"
    automatic: str | None = None
    verified: bool = True
    received: datetime | None = None
    kept_only: bool = False

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield from withdraw_message(unit, self.ticket, self.message)


@dataclass(frozen=True, slots=True)
class ReplyAdded(Event):
    """`inserted` are references of what was put into it, as in "kb:3". `aside`: it went to somebody other than the
    requester, who is still not answered."""

    kind = "reply_added"
    undo = Undoable("The reply is withdrawn and its mail cancelled.", unless="its mail was sent")

    message: int
    outbox: int | None = None
    inserted: tuple[str, ...] = ()
    aside: bool = False

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        if self.outbox is not None:
            _cancel(unit, self.outbox)
        yield from withdraw_message(unit, self.ticket, self.message)

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        why = (
            None if self.outbox is None else sent_explanation(Outbox.of(unit).get(self.outbox), unit.settings.timezone)
        )
        return None if why is None else Hindrance(why, f"write another reply: deskctl reply {self.ticket}")


@dataclass(frozen=True, slots=True)
class NoteAdded(Event):
    kind = "note_added"
    undo = Undoable("The note is withdrawn.")
    message: int

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield from withdraw_message(unit, self.ticket, self.message)


@dataclass(frozen=True, slots=True)
class MessageWithdrawn(Event):
    """A reply or note was taken back before anybody outside saw it."""

    kind = "message_withdrawn"
    undo = PART_OF_UNDO

    message: int


@dataclass(frozen=True, slots=True)
class Forwarded(Event):
    """An agent sent on what a customer had sent to them. `proven`: a server that we believe vouches for the agent."""

    kind = "forwarded"
    undo = Cannot("an agent forwarded it by mail")

    agent: str
    message: int
    proven: bool


@dataclass(frozen=True, slots=True)
class MessageEdited(Event):
    """Its sender changed what a message says; what it said first is kept."""

    kind = "message_edited"
    by_customer = True
    undo = Cannot("a customer did it")

    message: int


def withdraw_message(unit: Unit, ticket: int | None, message: int) -> Iterator[Event]:
    """Withdraw a message and yield its event."""
    Messages.of(unit).withdraw(message)
    yield MessageWithdrawn(ticket, message)


def _cancel(unit: Unit, outbox: int) -> None:
    Outbox.of(unit).put(replace(Outbox.of(unit).get(outbox), state=OutboxState.CANCELLED, due_at=None))


@dataclass(frozen=True, slots=True)
class SenderBlocked(Event):
    """Mail from somebody is spam from now on, or (`blocked` False) no longer.

    Where a ticket's customer is meant: `place` is that of the address among theirs, oldest first, and `domain`
    tells whether everybody there is meant. Both are null where an agent named an address.
    """

    kind = "sender_blocked"
    undo = Undoable("The address or domain is blocked, or not, as before.")
    concerns = "a blocked sender"

    blocked: bool
    place: int | None = None
    domain: bool | None = None

    kept: Kept = None

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        if pattern := self._pattern(unit):
            Messages.of(unit).block(pattern, not self.blocked)
            yield SenderBlocked(self.ticket, not self.blocked, self.place, self.domain, self.kept)

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        pattern = self._pattern(unit)
        if not pattern:
            return None if self.ticket is not None else UNRECORDED
        if self.ticket is None and is_listed(unit, pattern) is not self.blocked:
            return Hindrance(f"{pattern} was {'unblocked' if self.blocked else 'blocked'} since", "deskctl block list")
        return None

    def _pattern(self, unit: Unit) -> str:
        """The blocked address or domain; "" when it is no longer known."""
        if self.ticket is not None and self.place is not None:
            return pattern_of(unit, Tickets.of(unit).get(self.ticket).contact, self.place, bool(self.domain))
        return str((self.kept or {}).get("pattern", ""))
