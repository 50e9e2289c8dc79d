"""Telling a customer at once that their message is here: once for each new ticket, and never in a loop."""

from __future__ import annotations

import re

from ..answers.automatic_answer import Heard, may_answer, say
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.handler import Handler, Said, Steps
from ..kernel.settings import Acknowledgement
from ..kernel.unit import Unit
from ..messages.recipients import machine_recipient
from ..messages.reply_context import correspondence
from ..tickets.model import Ticket
from .commands import Acknowledge
from .events import Acknowledged

WORDS = {
    "en": (
        "Hello,\n\nyour message has arrived. Its number is #{number}: {subject}\n"
        "{hours_line}{within_line}\n{add_line}\n\n{desk}\n"
    ),
    "ko": (
        "안녕하세요,\n\n보내 주신 메시지를 잘 받았습니다. 접수 번호는 #{number}입니다: {subject}\n"
        "{hours_line}{within_line}\n{add_line}\n\n{desk} 드림\n"
    ),
}
_ADD = {
    "en": ("To add something, just answer this mail.", "To add something, just write it here."),
    "ko": ("덧붙일 내용이 있으면 이 메일에 답장해 주세요.", "덧붙일 내용이 있으면 여기에 이어서 적어 주세요."),
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
    if incoming.may_answer is False:
        return Said("a machine may not answer it")
    address = machine_recipient(correspondence(unit, ticket), channel, incoming.id)
    if address is None or not may_answer(unit, address, channel):
        return Said("nobody to acknowledge to")
    entry = say(
        unit,
        channel,
        Heard(address, incoming.message_id, headers=incoming.headers),
        text(unit, ticket, channel.acknowledge, talking=channel.conversational),
        ticket.language or unit.settings.language,
        about="acknowledgement",
        ticket=ticket,
        heads=heads,
    )
    yield Acknowledged(ticket.number, int(entry.message or 0), entry.id)
    return Said(f"{address} is told that ticket {ticket.number} is here", (ticket.number,), {"outbox": entry.id})


def text(unit: Unit, ticket: Ticket, words: Acknowledgement, *, talking: bool = False) -> str:
    """In the customer's language if there are words in it, else the desk's, else English. `talking`: in a chat."""
    known = {**WORDS, **words.texts}
    language = next((k for k in (ticket.language, unit.settings.language) if k in known), "en")
    near = language if language in _HOURS else "en"
    facts = {
        "number": str(ticket.number),
        "subject": ticket.subject,
        "desk": unit.settings.name,
        "hours": words.hours,
        "within": words.within,
        "add_line": _ADD[near][talking],
        "hours_line": _HOURS[near].replace("{hours}", words.hours) if words.hours else "",
        "within_line": _WITHIN[near].replace("{within}", words.within) if words.within else "",
    }
    return re.sub(r"\{(\w+)\}", lambda found: facts.get(found[1], found[0]), known[language])


HANDLERS: dict[type[Command], Handler] = {Acknowledge: acknowledge}
