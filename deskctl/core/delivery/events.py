"""Events of outgoing messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from ...dataclass import dataclass
from ...i18n import _
from ..kernel.event import Event
from ..kernel.undo import UNRECORDED, Cannot, Follows, Hindrance, Restore, Undoable
from .model import DUE_STATES, STATE_NAMES, OutboxState, sent_explanation
from .repository import Outbox
from .settings import DeliverySettings

if TYPE_CHECKING:
    from ..kernel.records import RecordedEvent
    from ..kernel.unit import Unit


@dataclass(frozen=True, slots=True)
class DeliverySettled(Event):
    """An outgoing message was sent, failed, uncertain, cancelled, or queued again.

    `old` is the previous state if someone changed it. The event has no ticket if the message is not a reply.
    """

    kind = "delivery_settled"
    undo = Undoable(
        "A cancelled mail is queued again; a retry is cancelled.", unless="the mail was sent or is being sent"
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
        due = unit.now + unit.settings.of(DeliverySettings).undo_window if state in DUE_STATES else None
        Outbox.of(unit).put(replace(entry, state=state, due_at=due))
        yield DeliverySettled(self.ticket, self.outbox, self.message, state.value, old=entry.state.value)

    def hindrance(self, unit: Unit, past: RecordedEvent) -> Hindrance | None:
        entry = Outbox.of(unit).get(self.outbox)
        if self.old is None and past.actor.startswith(("agent:", "user:")):
            return UNRECORDED
        if self.old is None:
            return Hindrance(
                _("the mail server decided it"), _("see deskctl outbox show {message}", message=self.outbox)
            )
        if entry.state is OutboxState(self.state) or {entry.state, OutboxState(self.state)} <= DUE_STATES:
            return None
        why = sent_explanation(entry, unit.settings.timezone) or _(
            "outgoing message {message} is {state} now", message=entry.id, state=STATE_NAMES[entry.state]
        )
        return Hindrance(why, _("see deskctl outbox show {message}", message=self.outbox))


@dataclass(frozen=True, slots=True)
class Bounced(Event):
    """A report says that a mail failed or is delayed. `message` is the report, `outbox` the mail.

    `action` is failed or delayed; the outbox entry has the recipients. `reason_class` is a value of
    `messages.ReasonClass`. If `partly`, the mail failed for some recipients and stays sent for the others.
    """

    kind = "bounced"
    undo = Cannot(_("a mail server reported it"))

    message: int
    outbox: int
    permanent: bool
    status: str | None = None
    action: str = ""
    reason_class: str | None = None
    partly: bool = False


@dataclass(frozen=True, slots=True)
class Continued(Event):
    """The ticket continues on another channel."""

    kind = "continued"
    undo = Follows(_("it belongs to the reply"))

    message: int
    channel: str
