"""Copies of one mail: what comes directly and over a mailing list is one message, and opens one ticket."""

from __future__ import annotations

import re

from ..kernel.settings import ChannelInfo
from ..kernel.unit import Unit
from ..messages.model import InboundMessage
from ..messages.repository import Messages
from ..messages.thread import MessageHead

COPY = "copy"
"""Why a copy counts as a machine's words: a list or a gateway passed on what a person wrote, and we have that."""

_GAPS = re.compile(r"[\W_]+")


def earlier(unit: Unit, channel: ChannelInfo, message: InboundMessage) -> MessageHead | None:
    """The message that is the same mail on its other way here: same Message-ID, sender and Date (RFC 5322, 3.6.4).

    None if there is none in this mailbox. Its text need not be the same: a list adds a footer.
    """
    if channel.conversational or message.message_id is None or message.sender is None or message.sent_at is None:
        return None
    for head in Messages.of(unit).by_message_id(message.message_id):
        same = head.channel == channel.name and (head.author or "").lower() == message.sender.lower()
        if same and head.sent_at == message.sent_at:
            return head
    return None


def says_the_same(unit: Unit, head: MessageHead, message: InboundMessage) -> bool:
    """Whether one text holds the other: then the copy tells an agent nothing new."""
    known = next((m.visible_text for m in Messages.of(unit).changes.messages if m.id == head.id), None)
    if known is None:
        known = Messages.of(unit).source.visible_texts((head.id,)).get(head.id, "")
    ours, theirs = (_GAPS.sub("", text) for text in (known, message.text))
    return ours in theirs or _GAPS.sub("", message.visible_text) in ours
