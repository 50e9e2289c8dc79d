"""Duplicates of stored messages, and copies: a mail received directly and through a list opens only one ticket."""

from __future__ import annotations

import re

from ..kernel.unit import Unit
from ..messages.channels import ChannelInfo
from ..messages.model import InboundMessage
from ..messages.repository import Messages
from ..messages.thread import MessageHead
from .commands import Receive

COPY = "copy"
"""The reason why a copy is treated as automatic: a list or a gateway forwarded a mail that is already stored."""

_GAPS = re.compile(r"[\W_]+")


def find_copied(unit: Unit, channel: ChannelInfo, message: InboundMessage) -> MessageHead | None:
    """Return the stored message of which a mail is a copy; None if there is none in this mailbox.

    Both have the same Message-ID, sender and Date (RFC 5322, 3.6.4). Their texts may differ: a list adds a footer.
    """
    if channel.conversational or message.message_id is None or message.sender is None or message.sent_at is None:
        return None
    for head in Messages.of(unit).by_message_id(message.message_id):
        same = head.channel == channel.name and (head.author or "").lower() == message.sender.lower()
        if same and head.sent_at == message.sent_at:
            return head
    return None


def has_same_text(unit: Unit, head: MessageHead, message: InboundMessage) -> bool:
    """Return True if one text contains the other, so that the copy is not new to an agent."""
    known = next((m.visible_text for m in Messages.of(unit).changes.messages if m.id == head.id), None)
    if known is None:
        known = Messages.of(unit).source.visible_texts((head.id,)).get(head.id, "")
    stored, copied = (_GAPS.sub("", text) for text in (known, message.text))
    return stored in copied or _GAPS.sub("", message.visible_text) in stored


def find_duplicate(unit: Unit, command: Receive) -> int | None:
    """Return the message of the same mailbox with the same Message-ID and content. The Message-ID alone may collide."""
    message_id = command.message.message_id
    if message_id is None:
        return None
    for head in Messages.of(unit).by_message_id(message_id):
        if head.channel == command.channel and head.digest == command.message.digest:
            return head.id
    return None
