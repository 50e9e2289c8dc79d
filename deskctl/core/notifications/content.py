"""What a notification lets its reader know of a ticket, for when they answer it."""

from __future__ import annotations

from collections.abc import Sequence

from ..delivery.model import Shown
from ..kernel.unit import Unit
from ..messages.model import MessageKind
from ..messages.thread import MessageHead, head
from ..messages.unseen import EXCERPT, conversation
from .model import Notice


def shown(unit: Unit, notice: Notice, text: str, quoted: Sequence[int] = ()) -> Shown | None:
    """What the notification about `notice` shows, whose text is `text`; None where it is about no ticket.

    A message that was cut short was not shown. `quoted` are further messages that stand in the text.
    """
    if notice.ticket is None:
        return None
    heads = _heads(unit, notice.ticket)
    quoted = (*quoted, *((notice.message,) if notice.message is not None and len(text) < EXCERPT else ()))
    public = {h.id: h.version for h in heads if h.kind in (MessageKind.IN, MessageKind.OUT)}
    return _state(heads, tuple((number, public[number]) for number in dict.fromkeys(quoted) if number in public))


def shown_together(unit: Unit, ticket: int | None) -> Shown | None:
    """What one message about several things shows, if all are about one ticket: no words, but that they are there."""
    return None if ticket is None else _state(_heads(unit, ticket), ())


def _state(heads: Sequence[MessageHead], quoted: tuple[tuple[int, int], ...]) -> Shown:
    top = max((h.id for h in heads), default=0)
    edited = tuple((h.id, h.version) for h in heads if h.version)
    return Shown(quoted, top, edited, tuple(sorted({h.ticket for h in heads})))


def _heads(unit: Unit, ticket: int) -> list[MessageHead]:
    """Without a look into the store for a ticket that is new: intake tells many agents of many tickets."""
    if ticket in unit.changes.new_tickets:
        return [head(message) for message in unit.changes.messages if message.ticket == ticket]
    return conversation(unit, ticket)
