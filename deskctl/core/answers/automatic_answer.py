"""Automatic answers: always marked as automatic, never in a loop, and none where an agent handles the ticket."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field
from datetime import timedelta

from ...dataclass import dataclass
from ...errors import Refused
from ...i18n import _
from ..delivery.model import OutboxEntry, OutboxKind
from ..delivery.repository import Outbox
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.repository import Grouped, Repository
from ..kernel.unit import Unit
from ..messages.channels import ChannelInfo, Channels
from ..messages.customer_texts import customer_language, numbered_choices, phrase
from ..messages.events import Forwarded
from ..messages.model import Choice, MessageKind
from ..messages.recipients import machine_recipient
from ..messages.reply import address_in_use, new_message_id, reply_subject, return_address, sender_name
from ..messages.reply_context import correspondence
from ..messages.repository import Messages
from ..messages.senders import UNATTENDED_ADDRESS
from ..messages.thread import Message, MessageHead
from ..tickets.model import FINAL, Status, Ticket
from ..tickets.repository import Tickets
from .commands import Answer
from .events import ChoiceMade, MachineAnswered, PersonAsked

#: The maximum number of automatic messages to one address in a day. It stops loops with unrecognised machines.
DAILY_LIMIT = 5
#: The same limit in a chat, where customers send requests that are answered automatically.
DAILY_CHAT_LIMIT = 40
#: The events that decide if an automatic answer may be sent and if a choice counts.
_DECISIVE = (ChoiceMade, Forwarded, MachineAnswered, PersonAsked)


@dataclass(frozen=True, slots=True)
class Answered:
    """The message that an automatic message answers: its address, Message-ID, subject and headers."""

    address: str
    message_id: str | None = None
    subject: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def may_answer(unit: Unit, address: str, channel: ChannelInfo | None = None) -> bool:
    """Return True if an automatic message may be sent to an address.

    Addresses of the desk, addresses that no one reads and addresses that have reached the daily limit get none.
    """
    address = address.lower()
    if unit.settings.of(Channels).owns(address) or UNATTENDED_ADDRESS.search(address.partition("@")[0]):
        return False
    fresh = sum(
        address in map(str.lower, entry.to)
        for number in Outbox.of(unit).changes.new_outbox
        if (entry := Outbox.of(unit).changes.outbox[number]).kind is OutboxKind.AUTO
    )
    limit = DAILY_CHAT_LIMIT if channel is not None and channel.conversational else DAILY_LIMIT
    return Outbox.of(unit).automatic_sent(address, unit.now - timedelta(days=1)) + fresh < limit


def send_automatic(
    unit: Unit,
    channel: ChannelInfo,
    answered: Answered,
    text: str,
    language: str,
    *,
    about: str,
    ticket: Ticket | None = None,
    choices: tuple[Choice, ...] = (),
    heads: Sequence[MessageHead] = (),
) -> OutboxEntry:
    """Put an automatic message into the outbox and, with a ticket, on the ticket. `about` is the kind of message."""
    sender = address_in_use(channel, heads)
    block = "" if channel.choices else numbered_choices(language, choices)
    entry = OutboxEntry(
        id=unit.source.next_id("outbox"),
        kind=OutboxKind.AUTO,
        channel=channel.name,
        message_id=new_message_id(unit, channel),
        to=(answered.address,),
        subject=reply_subject(ticket) if ticket else _subject(unit, answered),
        text=f"{text.rstrip()}\n\n{block}\n" if block else text,
        created_at=unit.now,
        due_at=unit.now,
        ticket=ticket.number if ticket else None,
        message=unit.source.next_id("messages") if ticket else None,
        sender_name=sender_name(unit, channel, None),
        sender_address=sender,
        reply_to=return_address(channel, ticket, sender) if ticket else None,
        in_reply_to=answered.message_id,
        references=(answered.message_id,) if answered.message_id else (),
        language=language,
        automatic=True,
        headers=dict(answered.headers),
        choices=choices if channel.choices else (),
    )
    Outbox.of(unit).add(entry)
    if ticket is not None:
        Messages.of(unit).add(_message(unit, entry, text, about, choices))
    return entry


def _subject(unit: Unit, answered: Answered) -> str:
    return f"Re: {answered.subject}" if answered.subject else unit.settings.name


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
    """Send an automatic answer to a customer; where none may be sent, return the reason without an error."""
    ticket = Tickets.of(unit).get(command.ticket)
    heads = Messages.of(unit).heads(ticket.number)
    incoming = next((h for h in heads if h.id == command.message), None)
    reason = _rejection_reason(unit, ticket, incoming, heads)
    if reason is not None or incoming is None:
        summary = _("no automatic answer on ticket {number}: {reason}", number=ticket.number, reason=reason or "")
        return Outcome(summary, (ticket.number,), {"silent": str(reason)})
    channel = unit.settings.of(Channels).channel(incoming.channel)
    address = None if channel is None else machine_recipient(correspondence(unit, ticket), channel, incoming.id)
    if channel is None or address is None or not may_answer(unit, address, channel):
        summary = _("no automatic answer on ticket {number}: no address to send to", number=ticket.number)
        return Outcome(summary, (ticket.number,), {"silent": "address"})
    language = customer_language(unit, ticket.language)
    entry = send_automatic(
        unit,
        channel,
        Answered(address, incoming.message_id, headers=incoming.headers),
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
    return Outcome(_("automatic answer sent on ticket {number}", number=ticket.number), (ticket.number,), facts)


def notify_customer(unit: Unit, ticket: Ticket, text: str, *, about: str) -> Steps:
    """Send an update to the customer of a ticket, as an answer to their last message.

    `text` may contain {number}, {subject} and {desk}. Raises Refused if no automatic message can be sent.
    """
    talk = correspondence(unit, ticket)
    received = [head for head in talk.heads if head.kind is MessageKind.IN and head.verified]
    last = received[-1] if received else None
    channel = None if last is None else unit.settings.of(Channels).channel(last.channel)
    address = None if channel is None else machine_recipient(talk, channel)
    if last is None or channel is None or not channel.sends or ticket.spam or address is None:
        raise Refused(_("no message can be sent to the customer of ticket {number}", number=ticket.number))
    if last.may_answer is False:
        raise Refused(
            _("the last message of the customer of ticket {number} permits no automatic answer", number=ticket.number)
        )
    if not may_answer(unit, address, channel):
        raise Refused(_("{address} has received the maximum number of automatic messages for a day", address=address))
    facts = {"number": str(ticket.number), "subject": ticket.subject, "desk": unit.settings.name}
    filled = re.sub(r"\{(\w+)\}", lambda found: facts.get(found[1], found[0]), text)
    language = customer_language(unit, ticket.language)
    answered = Answered(address, last.message_id, headers=last.headers)
    entry = send_automatic(
        unit, channel, answered, f"{filled.strip()}\n", language, about=about, ticket=ticket, heads=[last]
    )
    message = int(entry.message or 0)
    yield MachineAnswered(ticket.number, message, entry.id, last.id, about)
    summary = _("update sent to the customer of ticket {number}", number=ticket.number)
    return Outcome(summary, (ticket.number,), {"message": message})


def _rejection_reason(
    unit: Unit, ticket: Ticket, incoming: MessageHead | None, heads: Sequence[MessageHead]
) -> str | None:
    """Return the reason why a message gets no automatic answer; None if it may get one."""
    if incoming is None or incoming.kind is not MessageKind.IN or incoming.automatic is not None:
        return _("the message is not from the customer")
    if not incoming.verified:
        return _("the sender of the message is not verified")
    if incoming.may_answer is False:
        return _("the message permits no automatic answer")
    channel = unit.settings.of(Channels).channel(incoming.channel)
    if channel is None or not channel.sends or not channel.answer:
        return _("automatic answers are off for the channel {channel}", channel=incoming.channel)
    if ticket.spam or ticket.status in FINAL or ticket.status is Status.SOLVED:
        return _("the ticket is solved, closed or spam")
    if has_agent_reply(heads):
        return _("an agent has answered")
    past = history(unit, ticket.number)
    if any(isinstance(event, Forwarded) and event.message == incoming.id for event in past):
        return _("an agent forwarded the message: the customer wrote to a person")
    if any(isinstance(event, PersonAsked) for event in past):
        return _("the customer has asked for a person")
    if any(isinstance(event, MachineAnswered) for event in past):
        return _("the ticket already has an automatic answer")
    return None


def has_agent_reply(heads: Collection[MessageHead]) -> bool:
    """Return True if an agent has sent a reply."""
    return any(head.kind is MessageKind.OUT for head in heads)


class Histories(Repository):
    """The stored events of tickets that automatic answers depend on."""

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit)
        self._events = Grouped[int, Event](
            lambda tickets: (
                (int(recorded.event.ticket or 0), recorded.event)
                for recorded in unit.source.histories(tickets, tuple(kind.kind for kind in _DECISIVE))
            )
        )

    def expect(self, tickets: Iterable[int]) -> None:
        """Announce tickets whose events may be needed, so that they are loaded in bulk."""
        self._events.expect(tickets)

    def of_ticket(self, ticket: int) -> list[Event]:
        """Return the events of a ticket, oldest first, those of this transaction included."""
        stored = () if Tickets.of(self.unit).is_new(ticket) else self._events.of((ticket,))
        fresh = (recorded.event for recorded in self.unit.changes.events if recorded.event.ticket == ticket)
        return [*stored, *(event for event in fresh if isinstance(event, _DECISIVE))]


def history(unit: Unit, ticket: int) -> list[Event]:
    """Return the events of a ticket that automatic answers depend on, oldest first."""
    return Histories.of(unit).of_ticket(ticket)


HANDLERS: dict[type[Command], Handler] = {Answer: answer}
