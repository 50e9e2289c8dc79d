"""What a machine says to customers: always known as one, never in a loop, and silent where people are at work."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from ...errors import Refused
from ..delivery.model import OutboxEntry, OutboxKind
from ..delivery.repository import Outbox
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.settings import ChannelInfo
from ..kernel.unit import Unit
from ..messages.customer_texts import customer_language, numbered_choices, phrase
from ..messages.events import Forwarded
from ..messages.model import Choice, MessageKind
from ..messages.recipients import machine_recipient
from ..messages.reply import address_in_use, new_message_id, reply_subject, return_address, sender_name
from ..messages.reply_context import correspondence
from ..messages.repository import Messages
from ..messages.senders import NOBODY
from ..messages.thread import Message, MessageHead
from ..tickets.model import FINAL, Status, Ticket
from ..tickets.repository import Tickets
from .commands import Answer
from .events import MachineAnswered, PersonAsked

#: The last line of defence against a machine that looks like a person: so many automatic words a day to one address.
MOST_A_DAY = 5
#: In a chat people ask the desk itself and are answered; nobody does that all day.
MOST_A_DAY_IN_CHAT = 40


@dataclass(frozen=True, slots=True)
class Heard:
    """What a machine's words answer: where they go, and what they refer to."""

    address: str
    message_id: str | None = None
    subject: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def may_answer(unit: Unit, address: str, channel: ChannelInfo | None = None) -> bool:
    """Whether a machine of ours may write to an address: not to itself, not to nobody, not for ever."""
    address = address.lower()
    if unit.settings.owns(address) or NOBODY.search(address.partition("@")[0]):
        return False
    fresh = sum(
        address in map(str.lower, entry.to)
        for number in Outbox.of(unit).changes.new_outbox
        if (entry := Outbox.of(unit).changes.outbox[number]).kind is OutboxKind.AUTO
    )
    most = MOST_A_DAY_IN_CHAT if channel is not None and channel.conversational else MOST_A_DAY
    return Outbox.of(unit).source.automatic_sent(address, unit.now - timedelta(days=1)) + fresh < most


def say(
    unit: Unit,
    channel: ChannelInfo,
    heard: Heard,
    text: str,
    language: str,
    *,
    about: str,
    ticket: Ticket | None = None,
    choices: tuple[Choice, ...] = (),
    heads: Sequence[MessageHead] = (),
) -> OutboxEntry:
    """A machine's words enter the outbox and, where they are about a ticket, the ticket. `about` says why."""
    sender = address_in_use(channel, heads)
    block = "" if channel.choices else numbered_choices(language, choices)
    entry = OutboxEntry(
        id=unit.source.next_id("outbox"),
        kind=OutboxKind.AUTO,
        channel=channel.name,
        message_id=new_message_id(unit, channel),
        to=(heard.address,),
        subject=reply_subject(ticket) if ticket else f"Re: {heard.subject}" if heard.subject else unit.settings.name,
        text=f"{text.rstrip()}\n\n{block}\n" if block else text,
        created_at=unit.now,
        due_at=unit.now,
        ticket=ticket.number if ticket else None,
        message=unit.source.next_id("messages") if ticket else None,
        sender_name=sender_name(unit, channel, None),
        sender_address=sender,
        reply_to=return_address(channel, ticket, sender) if ticket else None,
        in_reply_to=heard.message_id,
        references=(heard.message_id,) if heard.message_id else (),
        language=language,
        automatic=True,
        headers=dict(heard.headers),
        choices=choices if channel.choices else (),
    )
    Outbox.of(unit).add(entry)
    if ticket is not None:
        Messages.of(unit).add(_message(unit, entry, text, about, choices))
    return entry


def _message(unit: Unit, entry: OutboxEntry, text: str, about: str, choices: tuple[Choice, ...]) -> Message:
    return Message(
        id=int(entry.message or 0),
        ticket=int(entry.ticket or 0),
        kind=MessageKind.AUTO,
        channel=entry.channel,
        author=None,
        sent_at=unit.now,
        created_at=unit.now,
        subject=entry.subject,
        text=entry.text,
        visible_text=text,
        message_id=entry.message_id,
        in_reply_to=entry.in_reply_to,
        references=entry.references,
        to=entry.to,
        automatic=about,
        choices=choices,
    )


def answer(unit: Unit, command: Answer, actor: Actor) -> Steps:
    """Nothing is sent, and nothing is refused aloud, where a machine had better be silent."""
    ticket = Tickets.of(unit).get(command.ticket)
    heads = Messages.of(unit).heads(ticket.number)
    theirs = next((h for h in heads if h.id == command.message), None)
    silent = _why_not(unit, ticket, theirs, heads)
    if silent is not None or theirs is None:
        return Outcome(f"no automatic answer on ticket {ticket.number}: {silent}", (ticket.number,), {"silent": silent})
    channel = unit.settings.channel(theirs.channel)
    address = None if channel is None else machine_recipient(correspondence(unit, ticket), channel, theirs.id)
    if channel is None or address is None or not may_answer(unit, address, channel):
        return Outcome(f"nobody to answer on ticket {ticket.number}", (ticket.number,), {"silent": "address"})
    language = customer_language(unit, ticket.language)
    entry = say(
        unit,
        channel,
        Heard(address, theirs.message_id, headers=theirs.headers),
        f"{phrase(language, 'machine')}\n\n{command.text.strip()}\n",
        language,
        about=command.about,
        ticket=ticket,
        choices=command.choices,
        heads=heads,
    )
    message = int(entry.message or 0)
    yield MachineAnswered(ticket.number, message, entry.id, command.message, command.about)
    facts = {"message": message, "outbox": entry.id}
    return Outcome(f"a machine answers on ticket {ticket.number}", (ticket.number,), facts)


def inform(unit: Unit, ticket: Ticket, text: str, *, about: str) -> Steps:
    """Word to a customer before they ask. `text` may name {number}, {subject} and {desk}; it answers what they said
    last. Raises Refused where there is nobody to tell, or no way to."""
    talk = correspondence(unit, ticket)
    said = [head for head in talk.heads if head.kind is MessageKind.IN and head.verified]
    theirs = said[-1] if said else None
    channel = None if theirs is None else unit.settings.channel(theirs.channel)
    address = None if channel is None else machine_recipient(talk, channel)
    if theirs is None or channel is None or not channel.sends or ticket.spam or address is None:
        raise Refused(f"the customer of ticket {ticket.number} cannot be told anything")
    if theirs.may_answer is False:
        raise Refused(f"a machine may not answer what the customer of ticket {ticket.number} wrote last")
    if not may_answer(unit, address, channel):
        raise Refused(f"{address} is told no more by a machine today")
    facts = {"number": str(ticket.number), "subject": ticket.subject, "desk": unit.settings.name}
    words = re.sub(r"\{(\w+)\}", lambda found: facts.get(found[1], found[0]), text)
    language = customer_language(unit, ticket.language)
    heard = Heard(address, theirs.message_id, headers=theirs.headers)
    entry = say(unit, channel, heard, f"{words.strip()}\n", language, about=about, ticket=ticket, heads=[theirs])
    message = int(entry.message or 0)
    yield MachineAnswered(ticket.number, message, entry.id, theirs.id, about)
    return Outcome(f"the customer of ticket {ticket.number} is told", (ticket.number,), {"message": message})


def _why_not(unit: Unit, ticket: Ticket, theirs: MessageHead | None, heads: Sequence[MessageHead]) -> str | None:
    """What forbids a machine's answer to a message; None for nothing."""
    if theirs is None or theirs.kind is not MessageKind.IN or theirs.automatic is not None or not theirs.verified:
        return "it is no message of the customer's"
    if theirs.may_answer is False:
        return "a machine may not answer it"
    channel = unit.settings.channel(theirs.channel)
    if channel is None or not channel.sends or not channel.answer:
        return f"answer is off for the channel {theirs.channel}"
    if ticket.spam or ticket.status in FINAL or ticket.status is Status.SOLVED:
        return "the ticket is done"
    if answered_by_people(heads):
        return "a person has answered"
    past = history(unit, ticket.number)
    if any(isinstance(event, Forwarded) and event.message == theirs.id for event in past):
        return "an agent sent it on: the customer wrote to a person"
    if any(isinstance(event, PersonAsked) for event in past):
        return "the customer has asked for a person"
    if any(isinstance(event, MachineAnswered) for event in past):
        return "a machine has answered already"
    return None


def answered_by_people(heads: Collection[MessageHead]) -> bool:
    return any(head.kind is MessageKind.OUT for head in heads)


def history(unit: Unit, ticket: int) -> list[Event]:
    """What happened on a ticket, oldest first, as this transaction leaves it."""
    stored = [recorded.event for recorded in unit.source.events_since(ticket, 0)]
    return stored + [recorded.event for recorded in unit.changes.events if recorded.event.ticket == ticket]


HANDLERS: dict[type[Command], Handler] = {Answer: answer}
