"""Process a journal row: detect duplicates and reports, find the ticket, and add the message to it or to a new one."""

from __future__ import annotations

from dataclasses import replace

from ...i18n import _
from ..agents.model import Agent
from ..answers import intents
from ..delivery import bounces
from ..delivery.model import OutboxEntry
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from ..messages import matching, senders, subjects
from ..messages.authentication import Dmarc, dmarc
from ..messages.model import Automatic
from ..messages.repository import Messages
from . import agent_mail, agent_verification, duplicates, edits
from .add_to_ticket import add_to_ticket
from .channel import channel_of
from .commands import Receive
from .repository import Journal
from .settlement import settle_duplicate, settle_report, settled


def receive(unit: Unit, command: Receive, actor: Actor) -> Steps:
    """Add the message of a parsed journal row to a ticket, unless it is a duplicate."""
    duplicate = duplicates.find_duplicate(unit, command)
    if duplicate is not None:
        return settle_duplicate(unit, command, duplicate)
    command = replace(command, message=senders.with_author(unit, subjects.limited(command.message)))
    channel = channel_of(unit, command)
    proof = dmarc(channel, command.message)
    # A group that names an agent as the author proves nothing: anyone may own the group.
    notified = None if command.message.through else agent_mail.answered_notification(unit, command.message)
    classification = senders.classify_sender(unit, command.message, takes_part=notified is not None, opens=False)
    if notified is not None and not classification.automatic:
        return (yield from _from_agent(unit, command, *notified))
    returned = bounces.reported_entry(unit, command.channel, command.message)
    about = returned or (notified[1] if notified else None)
    if about is not None:
        command = replace(command, message=agent_verification.without_secret(command.message, about))
    copied = duplicates.find_copied(unit, channel, command.message) if about is None else None
    if copied is not None:
        same = duplicates.has_same_text(unit, copied, command.message)
        verified = copied.verified and (same or command.message.through is None)
        match = matching.Match(copied.ticket, duplicates.COPY if same else "same_id", verified=verified)
        classification = senders.classify_sender(unit, command.message, takes_part=verified, opens=False)
        if same:
            classification = Automatic(True, duplicates.COPY, False)
        return (yield from add_to_ticket(unit, command, match, classification, None))
    if about is not None and about.ticket is not None:
        match = matching.Match(about.ticket, "bounce" if returned else "notification", verified=False)
    elif returned is not None:
        return (yield from settle_report(unit, command, returned))
    else:
        edited = edits.find_edited(unit, channel.name, command.message)
        if edited is not None and proof is not Dmarc.FAIL:
            return (yield from edits.apply_edit(unit, command, edited))
        intent = intents.standalone_intent(unit, channel, command.message, classification)
        if intent is not None and proof is not Dmarc.FAIL:
            return (yield from intents.carry_out(unit, command, channel, intent))
        match = matching.find(unit, channel, command.message)
        takes_part, opens = match.ticket is not None and match.verified, match.ticket is None
        classification = senders.classify_sender(unit, command.message, takes_part=takes_part, opens=opens)
        if opens and command.message.confirmation is not None:
            return (yield from settle_report(unit, command, None))
    return (yield from add_to_ticket(unit, command, match, classification, returned))


def _from_agent(unit: Unit, command: Receive, agent: Agent, entry: OutboxEntry) -> Steps:
    """Apply the mail with which an agent answers a notification; it is not a customer's message."""
    command = replace(command, message=agent_verification.without_secret(command.message, entry))
    ticket = matching.follow_merges(unit, int(entry.ticket or 0))[0].number
    known = next((h.id for h in Messages.of(unit).heads(ticket) if h.digest == command.message.digest), None)
    if known is not None:  # the reply has another Message-ID than the mail
        return settle_duplicate(unit, command, known)
    known = agent_verification.accepted_message(unit, entry, agent_verification.content_digest(command.message))
    if known is not None:
        yield from agent_mail.notify_duplicate(unit, agent, entry)
        return settle_duplicate(unit, command, known)
    before = len(Messages.of(unit).changes.messages)
    reason = agent_verification.rejection_reason(channel_of(unit, command), command, entry)
    if reason is None:
        yield from agent_mail.apply_answer(unit, command, agent, entry)
    else:
        yield from agent_mail.reject(unit, command, agent, entry, reason)
    message = Messages.of(unit).changes.messages[before]
    Journal.of(unit).settle(settled(command, message.id))
    return Outcome(
        _("{agent} wrote on ticket {number}", agent=agent.handle, number=ticket),
        (ticket,),
        {"number": ticket, "message": message.id, "how": "notification"},
    )


HANDLERS: dict[type[Command], Handler] = {Receive: receive}
