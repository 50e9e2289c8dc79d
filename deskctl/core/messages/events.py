"""Events of messages: received, written, edited, withdrawn. Events have ids and facts only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from ...dataclass import dataclass
from ...i18n import _
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
    """A customer's message, or automatic mail if `automatic` gives the reason, was added to the ticket.

    `matched` is the reason for the ticket: own_id, reference, plus, subject, talk (the ticket that was discussed last),
    new. `verified` is False if the sender did not take part in the ticket before. `received` is the time of arrival if
    the message was processed later. `kept_only`: the message changes neither status nor clocks.
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
    """A reply was written. `inserted` are references of texts that were inserted, as in "kb:3".

    `aside`: the requester does not get the reply and still waits for an answer.
    """

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
        return (
            None
            if why is None
            else Hindrance(why, _("write another reply: deskctl reply {number}", number=self.ticket))
        )


@dataclass(frozen=True, slots=True)
class NoteAdded(Event):
    """An internal note was added."""

    kind = "note_added"
    undo = Undoable("The note is withdrawn.")
    message: int

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        yield from withdraw_message(unit, self.ticket, self.message)


@dataclass(frozen=True, slots=True)
class MessageWithdrawn(Event):
    """A reply or note was withdrawn before it left the desk."""

    kind = "message_withdrawn"
    undo = PART_OF_UNDO

    message: int


@dataclass(frozen=True, slots=True)
class Forwarded(Event):
    """An agent forwarded a customer's mail. `proven`: a trusted server vouches for the agent."""

    kind = "forwarded"
    undo = Cannot(_("an agent forwarded it by mail"))

    agent: str
    message: int
    proven: bool


@dataclass(frozen=True, slots=True)
class MessageEdited(Event):
    """The sender changed a message; the first version is kept."""

    kind = "message_edited"
    by_customer = True
    undo = Cannot(_("a customer did it"))

    message: int


def withdraw_message(unit: Unit, ticket: int | None, message: int) -> Iterator[Event]:
    """Withdraw a message and yield its event."""
    Messages.of(unit).withdraw(message)
    yield MessageWithdrawn(ticket, message)


def _cancel(unit: Unit, outbox: int) -> None:
    """Cancel an outbox entry."""
    Outbox.of(unit).put(replace(Outbox.of(unit).get(outbox), state=OutboxState.CANCELLED, due_at=None))


@dataclass(frozen=True, slots=True)
class SenderBlocked(Event):
    """A sender was blocked, so that their mail is spam, or (`blocked` False) unblocked.

    For the customer of a ticket, `place` is the position of the address among the contact's, oldest first, and `domain`
    means the whole domain. Both are null if an agent named an address.
    """

    kind = "sender_blocked"
    undo = Undoable("The address or domain is blocked, or not, as before.")
    concerns = _("a blocked sender")

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
            if self.blocked:
                why = _("{pattern} was unblocked since", pattern=pattern)
            else:
                why = _("{pattern} was blocked since", pattern=pattern)
            return Hindrance(why, "deskctl block list")
        return None

    def _pattern(self, unit: Unit) -> str:
        """Return the blocked address or domain; "" if it is no longer known."""
        if self.ticket is not None and self.place is not None:
            return pattern_of(unit, Tickets.of(unit).get(self.ticket).contact, self.place, bool(self.domain))
        return str((self.kept or {}).get("pattern", ""))
