"""A customer changes what they said: the message says the new words, the first ones are kept."""

from __future__ import annotations

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


def earlier(unit: Unit, channel: str, message: InboundMessage) -> MessageHead | None:
    """The message that this one replaces: on the same channel, by the same sender."""
    if message.edits is None or not message.sender:
        return None
    sender = message.sender.lower()
    found = (h for h in Messages.of(unit).by_message_id(message.edits) if h.channel == channel)
    return next((h for h in found if h.author is not None and h.author.lower() == sender), None)


def replace_words(unit: Unit, command: Receive, head: MessageHead) -> Steps:
    """Nobody is told: who has read the message sees in the ticket that it was changed."""
    Messages.of(unit).changes.edited[head.id] = command.message
    yield MessageEdited(head.ticket, head.id)
    reason = f"changed message {head.id}"
    Journal.of(unit).settle(
        JournalSettled(command.journal, JournalState.DONE, reason=reason, sender=command.message.sender)
    )
    return Outcome(f"message {head.id} was edited", (head.ticket,), {"number": head.ticket, "message": head.id})
