"""Events of the feature delivery."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..kernel.event import Event
from ..kernel.undo import UNRECORDED, Cannot, Follows, Hindrance, Restore, Undoable
from .model import DUE_STATES, OutboxState, sent_explanation
from .repository import Outbox

if TYPE_CHECKING:
    from ..kernel.records import RecordedEvent
    from ..kernel.unit import Unit


@dataclass(frozen=True, slots=True)
class DeliverySettled(Event):
    """What became of an outgoing message: sent, failed, uncertain or cancelled; queued again. `old`: what a person
    changed it from. Without a ticket where it is no reply."""

    kind = "delivery_settled"
    undo = Undoable(
        "A cancelled mail is queued again; a retry is taken back.", unless="the mail was sent or is being sent"
    )

    outbox: int
    message: int | None
    state: str
    reason: str | None = None
    old: str | None = None

    def is_quiet(self) -> bool:
        """Return True for a delivery that succeeded."""
        return self.state == "sent"

    def inverse(self, unit: Unit, past: RecordedEvent) -> Iterator[Event | Restore]:
        entry = Outbox.of(unit).get(self.outbox)
        state = OutboxState(self.old or self.state)
        due = unit.now + unit.settings.undo_window if state in DUE_STATES else None
        Outbox.of(unit).put(replace(entry, state=state, due_at=due))
        yield DeliverySettled(self.ticket, self.outbox, self.message, state.value, old=entry.state.value)

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        entry = Outbox.of(unit).get(self.outbox)
        if self.old is None and past.actor.startswith(("agent:", "user:")):
            return UNRECORDED
        if self.old is None:
            return Hindrance("a mail server decided it", f"deskctl outbox show {self.outbox}")
        if entry.state is OutboxState(self.state) or {entry.state, OutboxState(self.state)} <= DUE_STATES:
            return None
        why = sent_explanation(entry, unit.settings.timezone) or f"outgoing message {entry.id} is {entry.state} by now"
        return Hindrance(why, f"deskctl outbox show {self.outbox}")


@dataclass(frozen=True, slots=True)
class Bounced(Event):
    """A report says that a mail of ours did not arrive, or not yet. `message` is the report, `outbox` the mail.

    `action` is failed or delayed; `outbox` says for whom. `reason_class` is a value of `messages.ReasonClass`.
    `partly`: it failed for some of its recipients and holds as sent for the others.
    """

    kind = "bounced"
    undo = Cannot("a mail server reported it")

    message: int
    outbox: int
    permanent: bool
    status: str | None = None
    action: str = ""
    reason_class: str | None = None
    partly: bool = False


@dataclass(frozen=True, slots=True)
class Continued(Event):
    """The ticket goes on on another channel than before, too."""

    kind = "continued"
    undo = Follows("it belongs to the reply")

    message: int
    channel: str
