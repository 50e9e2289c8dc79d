"""Edits by customers: the message gets the new text, and the original text is kept."""

from __future__ import annotations

from ...i18n import _
from ..kernel.handler import Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from ..messages.events import MessageEdited
from ..messages.model import InboundMessage
from ..messages.repository import Messages
from ..messages.thread import MessageHead
from .commands import Receive
from .journal import JournalSettled, JournalState
from .repository import Journal


def find_edited(unit: Unit, channel: str, message: InboundMessage) -> MessageHead | None:
    """Return the message that an edit replaces, on the same channel and by the same sender; None if there is none."""
    if message.edits is None or not message.sender:
        return None
    sender = message.sender.lower()
    found = (h for h in Messages.of(unit).by_message_id(message.edits) if h.channel == channel)
    return next((h for h in found if h.author is not None and h.author.lower() == sender), None)


def apply_edit(unit: Unit, command: Receive, head: MessageHead) -> Steps:
    """Replace the text of a message. Agents are not notified; the ticket shows that the message was edited."""
    Messages.of(unit).changes.edited[head.id] = command.message
    yield MessageEdited(head.ticket, head.id)
    reason = f"changed message {head.id}"
    Journal.of(unit).settle(
        JournalSettled(command.journal, JournalState.DONE, reason=reason, sender=command.message.sender)
    )
    return Outcome(
        _("message {message} was edited", message=head.id), (head.ticket,), {"number": head.ticket, "message": head.id}
    )
