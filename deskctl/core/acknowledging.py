"""Telling a customer at once that their message is here: once for each new ticket, and never in a loop."""

from __future__ import annotations

import re
from datetime import timedelta

from .commands import Command
from .commands.machine import Acknowledge
from .conversation import Message
from .events import Acknowledged
from .handling import Handler, Said, Steps
from .messages import MessageKind
from .outbox import OutboxEntry, OutboxKind
from .people import Actor
from .replying import new_message_id, reply_subject, return_address, sender_name, written_to
from .settings import Acknowledgement
from .tickets import Ticket
from .unit import Unit

#: The last line of defence against a machine that looks like a person: so many automatic words a day to one address.
MOST_A_DAY = 5
#: Nobody reads what is sent to these.
_NOBODY = re.compile(
    r"(no|do-?not|nicht|ne)[-_.]?(reply|antworten|repondre)|mailer-daemon|postmaster|bounces?\b", re.IGNORECASE
)

WORDS = {
    "en": (
        "Hello,\n\nyour message has arrived. Its number is #{number}: {subject}\n"
        "{hours_line}{within_line}\nTo add something, just answer this mail.\n\n{desk}\n"
    ),
    "ko": (
        "안녕하세요,\n\n보내 주신 메시지를 잘 받았습니다. 접수 번호는 #{number}입니다: {subject}\n"
        "{hours_line}{within_line}\n덧붙일 내용이 있으면 이 메일에 답장해 주세요.\n\n{desk} 드림\n"
    ),
}
_HOURS = {"en": "We work {hours}.\n", "ko": "운영 시간: {hours}\n"}
_WITHIN = {"en": "You can expect an answer within {within}.\n", "ko": "{within} 이내에 답변드리겠습니다.\n"}


def acknowledge(unit: Unit, command: Acknowledge, actor: Actor) -> Steps:
    ticket = unit.ticket(command.ticket)
    channel = unit.settings.channel(ticket.channel)
    heads = [h for h in unit.heads(ticket.number) if h.id == command.message]
    if channel is None or channel.acknowledge is None or not channel.sends or not heads:
        return Said("nothing to acknowledge with")
    incoming = heads[0]
    address = incoming.reply_to or incoming.author
    if not address or not may_answer(unit, address):
        return Said("nobody to acknowledge to")
    sender = written_to(channel, heads)
    entry = OutboxEntry(
        id=unit.source.next_id("outbox"),
        kind=OutboxKind.AUTO,
        channel=channel.name,
        message_id=new_message_id(unit, channel),
        to=(address,),
        subject=reply_subject(ticket),
        text=text(unit, ticket, channel.acknowledge),
        created_at=unit.now,
        due_at=unit.now,
        ticket=ticket.number,
        message=unit.source.next_id("messages"),
        sender_name=sender_name(unit, channel, None),
        sender_address=sender,
        reply_to=return_address(channel, ticket, sender),
        in_reply_to=incoming.message_id,
        references=(incoming.message_id,) if incoming.message_id else (),
        language=ticket.language,
        automatic=True,
        headers=dict(incoming.headers),
    )
    unit.enqueue(entry)
    unit.add_message(_message(unit, entry))
    yield Acknowledged(ticket.number, int(entry.message or 0), entry.id)
    return Said(f"{address} is told that ticket {ticket.number} is here", (ticket.number,), {"outbox": entry.id})


def may_answer(unit: Unit, address: str) -> bool:
    """Whether a machine of ours may write to an address: not to itself, not to nobody, not for ever."""
    address = address.lower()
    if unit.settings.owns(address) or _NOBODY.search(address.partition("@")[0]):
        return False
    fresh = sum(
        address in map(str.lower, entry.to)
        for number in unit.changes.new_outbox
        if (entry := unit.changes.outbox[number]).kind is OutboxKind.AUTO
    )
    return unit.source.automatic_sent(address, unit.now - timedelta(days=1)) + fresh < MOST_A_DAY


def text(unit: Unit, ticket: Ticket, words: Acknowledgement) -> str:
    """In the customer's language if there are words in it, else in the desk's, else in English."""
    known = {**WORDS, **words.texts}
    language = next((k for k in (ticket.language, unit.settings.language) if k in known), "en")
    near = language if language in _HOURS else "en"
    facts = {
        "number": str(ticket.number),
        "subject": ticket.subject,
        "desk": unit.settings.name,
        "hours": words.hours,
        "within": words.within,
        "hours_line": _HOURS[near].replace("{hours}", words.hours) if words.hours else "",
        "within_line": _WITHIN[near].replace("{within}", words.within) if words.within else "",
    }
    return re.sub(r"\{(\w+)\}", lambda found: facts.get(found[1], found[0]), known[language])


def _message(unit: Unit, entry: OutboxEntry) -> Message:
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
        visible_text=entry.text,
        message_id=entry.message_id,
        in_reply_to=entry.in_reply_to,
        references=entry.references,
        to=entry.to,
        automatic="acknowledgement",
    )


HANDLERS: dict[type[Command], Handler] = {Acknowledge: acknowledge}
