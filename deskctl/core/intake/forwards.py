"""Forwarded messages: the original message of a customer that an agent forwards to open a ticket."""

from __future__ import annotations

from dataclasses import replace

from ..agents.model import Agent
from ..agents.repository import Agents
from ..kernel.unit import Unit
from ..messages import matching, senders
from ..messages.channels import Channels
from ..messages.model import Forwarded as ForwardedMail
from ..messages.model import InboundMessage


def original_message(unit: Unit, message: InboundMessage, match: matching.Match) -> tuple[InboundMessage, Agent | None]:
    """Return the customer's message and the agent, if an agent forwards it to open a ticket; else the mail and None.

    The sender of a forwarded mail is not verified; therefore a forward opens a ticket and is never added to one.
    """
    forwarded = message.forwarded
    if match.ticket is None and forwarded is None:
        return senders.with_author_of_new_ticket(unit, message), None
    if forwarded is None or match.ticket is not None or message.sender is None or message.through is not None:
        return message, None
    agent = next(
        (a for a in Agents.of(unit).agents.values() if a.active and a.email.lower() == message.sender.lower()), None
    )
    if agent is None or unit.settings.of(Channels).owns(forwarded.sender):
        return message, None
    return as_forwarded(message, forwarded), agent


def as_forwarded(message: InboundMessage, forwarded: ForwardedMail) -> InboundMessage:
    """Return a forwarded message as its original sender wrote it."""
    return replace(
        message,
        sender=forwarded.sender,
        sender_name=forwarded.sender_name,
        subject=forwarded.subject or message.subject,
        visible_text=forwarded.text or message.visible_text,
        sent_at=forwarded.sent_at or message.sent_at,
        reply_to=(),
        to=(),
        cc=(),
    )
