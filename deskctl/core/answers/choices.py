"""What customers pick from what a machine offered: with a button, or by answering with its number or its words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Generator
from dataclasses import dataclass

from ..kernel.actor import Actor
from ..kernel.event import Event
from ..kernel.handler import By
from ..kernel.settings import ChannelInfo
from ..kernel.unit import Unit
from ..messages.conversations import Conversations
from ..messages.matching import references, sent_by_desk
from ..messages.model import Choice, InboundMessage, MessageKind
from ..messages.repository import Messages
from ..messages.thread import MessageHead
from ..tickets.events import StatusChanged, WaitingChanged
from ..tickets.model import ACTIVE, FINAL, Status, Ticket
from ..tickets.repository import Tickets
from ..tickets.status import change_status
from .automatic_answer import answered_by_people, history
from .events import ChoiceMade, PersonAsked

#: An answer whose first line is longer is no pick from a list.
LONGEST = 100
_NUMBER = re.compile(r"[(\[#]?\s*(\d{1,2})\s*(?:번(?:이요|요|입니다)?)?\s*[.):\]]?")
_PUNCTUATION = re.compile(r"[\s.!~,:;\"'“”‘’()\[\]…]+")

#: What follows from an event that the customer caused.
Caused = Generator[Event | By, None, str]


@dataclass(frozen=True, slots=True)
class Pick:
    """A choice, and whether the customer wrote more than that."""

    choice: Choice
    more: bool


def read(text: str, choices: tuple[Choice, ...]) -> Pick | None:
    """The choice that the first line of an answer names, by its number or its label; None for any other answer."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    if not lines or len(lines[0]) > LONGEST:
        return None
    first = unicodedata.normalize("NFKC", lines[0])
    found = _NUMBER.fullmatch(first)
    number = int(found[1]) if found else 0
    if 0 < number <= len(choices):
        return Pick(choices[number - 1], len(lines) > 1)
    said = _letters(first)
    # "1: This solved it" is how the list shows it, and people copy that.
    numbered = re.match(r"(\d{1,2})\s*[.):]\s*(.+)", first)
    for place, choice in enumerate(choices, 1):
        label = _letters(unicodedata.normalize("NFKC", choice.label))
        if said == label or (numbered and int(numbered[1]) == place and _letters(numbered[2]) == label):
            return Pick(choice, len(lines) > 1)
    return None


def _letters(words: str) -> str:
    return _PUNCTUATION.sub("", words).casefold()


def answered(
    unit: Unit, channel: ChannelInfo, ticket: Ticket, message: InboundMessage
) -> tuple[MessageHead, Pick] | None:
    """Return what a participant's words on a ticket pick from the newest offer there, if nothing was said since.

    By mail only an answer to the message with the offer picks anything: a number elsewhere may mean anything.
    """
    sender = message.sender
    if not sender or sender.lower() not in Tickets.of(unit).participants(ticket.number):
        return None
    offer = Conversations.of(unit).offer(ticket.number)
    if offer is None or not (channel.conversational or _is_answered(unit, offer, message)):
        return None
    pick = read(message.visible_text, offer.choices)
    if pick is None or why_not(unit, ticket, offer, sender) is not None:
        return None
    return offer, pick


def _is_answered(unit: Unit, offer: MessageHead, message: InboundMessage) -> bool:
    """Tell whether In-Reply-To or References name the message with the offer."""
    return any(head.id == offer.id for name in references(message) for head in Messages.of(unit).by_message_id(name))


def why_not(unit: Unit, ticket: Ticket, offer: MessageHead, sender: str) -> str | None:
    """The phrase that says why nothing can be picked from an offer (any more); None when it can."""
    if sender.lower() not in Tickets.of(unit).participants(ticket.number):
        return "not_yours"
    if any(isinstance(event, ChoiceMade) and event.message == offer.id for event in history(unit, ticket.number)):
        return "chosen"
    last = next((head for head in reversed(Messages.of(unit).heads(ticket.number)) if sent_by_desk(head)), None)
    if ticket.status in FINAL or ticket.spam or last is None or last.id != offer.id:
        return "too_late"
    return None


def make(unit: Unit, ticket: Ticket, offer: MessageHead, pick: Pick, contact: int) -> Caused:
    """The choice is made. Gives the phrase to answer with, "" for none."""
    by = Actor.contact(contact)
    yield By(ChoiceMade(ticket.number, offer.id, pick.choice.key), by)
    if pick.choice.key == "person":
        return (yield from ask_for_person(unit, ticket.number, None, contact))
    if pick.choice.key != "solved" or pick.more:
        return ""
    now = Tickets.of(unit).get(ticket.number)
    if now.assignee is not None or answered_by_people(Messages.of(unit).heads(now.number)):
        return "worked_on"
    if now.status in ACTIVE:
        for event in change_status(now, Status.SOLVED):
            yield By(event, by)
    return "solved"


def ask_for_person(unit: Unit, number: int, message: int | None, contact: int) -> Caused:
    """From now on people answer on the ticket, and it is their work. Gives the phrase to answer with."""
    by = Actor.contact(contact)
    ticket = Tickets.of(unit).get(number)
    idle = ticket.status in (Status.PENDING, Status.HOLD, Status.SOLVED)
    waited = ticket.waiting_since is not None and not idle
    if waited and any(isinstance(event, PersonAsked) for event in history(unit, number)):
        return "person_again"
    yield By(PersonAsked(number, message), by)
    if idle:
        yield By(StatusChanged(number, ticket.status, Status.OPEN), by)
    if ticket.waiting_since is None:
        yield By(WaitingChanged(number, None, unit.now), by)
    return "person"


def offered(unit: Unit, head: MessageHead) -> bool:
    """Return True if the desk sent the message with choices."""
    return head.kind is MessageKind.AUTO and bool(head.choices) and sent_by_desk(head)
