"""The messages that a notification shows, which an answer to it is checked against."""

from __future__ import annotations

from collections.abc import Sequence

from ..delivery.model import NotificationContent
from ..kernel.unit import Unit
from ..messages.model import MessageKind
from ..messages.repository import Messages
from ..messages.thread import MessageHead, head
from ..messages.unseen import EXCERPT, conversation
from ..tickets.repository import Tickets
from .model import Notification


def shown(unit: Unit, notification: Notification, text: str, quoted: Sequence[int] = ()) -> NotificationContent | None:
    """Return which messages a notification with this `text` shows; None if it is not about a ticket.

    A message that was cut short does not count as shown. `quoted` are further messages in the text.
    """
    if notification.ticket is None:
        return None
    heads = _heads(unit, notification.ticket)
    quoted = (*quoted, *((notification.message,) if notification.message is not None and len(text) < EXCERPT else ()))
    public = {h.id: h.version for h in heads if h.kind in (MessageKind.IN, MessageKind.OUT)}
    return _state(heads, tuple((number, public[number]) for number in dict.fromkeys(quoted) if number in public))


def shown_together(unit: Unit, ticket: int | None) -> NotificationContent | None:
    """Return which messages a digest shows if it is about one ticket: no texts, but that they exist."""
    return None if ticket is None else _state(_heads(unit, ticket), ())


def _state(heads: Sequence[MessageHead], quoted: tuple[tuple[int, int], ...]) -> NotificationContent:
    top = max((h.id for h in heads), default=0)
    edited = tuple((h.id, h.version) for h in heads if h.version)
    return NotificationContent(quoted, top, edited, tuple(sorted({h.ticket for h in heads})))


def _heads(unit: Unit, ticket: int) -> list[MessageHead]:
    """Return the messages of a ticket. The store is not read for a new ticket: intake notifies many agents at once."""
    if ticket in Tickets.of(unit).changes.new_tickets:
        return [head(message) for message in Messages.of(unit).changes.messages if message.ticket == ticket]
    return conversation(unit, ticket)
