"""Choices in automatic answers, which customers pick with a button or by writing the number or the label."""

from __future__ import annotations

import re
from collections.abc import Generator

from ...dataclass import dataclass
from ...normalization import normalize
from ..kernel.actor import Actor
from ..kernel.event import Event
from ..kernel.handler import By
from ..kernel.unit import Unit
from ..messages.channels import ChannelInfo
from ..messages.conversations import Conversations
from ..messages.matching import references, sent_by_desk
from ..messages.model import Choice, InboundMessage, MessageKind
from ..messages.repository import Messages
from ..messages.thread import MessageHead
from ..tickets.events import StatusChanged, WaitingChanged
from ..tickets.model import ACTIVE, FINAL, Status, Ticket
from ..tickets.repository import Tickets
from ..tickets.status import change_status
from .automatic_answer import has_agent_reply, history
from .events import ChoiceMade, PersonAsked

#: A longer first line, in characters, is not a pick from a list.
MAX_LENGTH = 100
_NUMBER = re.compile(r"[(\[#]?\s*(\d{1,2})\s*(?:번(?:이요|요|입니다)?)?\s*[.):\]]?")
_PUNCTUATION = re.compile(r"[\s.!~,:;\"'“”‘’()\[\]…]+")

#: Events that a customer causes, and the name of the phrase to answer with.
CustomerSteps = Generator[Event | By, None, str]


@dataclass(frozen=True, slots=True)
class Pick:
    """A picked choice. `more`: the customer wrote more text after it."""

    choice: Choice
    more: bool


def parse_pick(text: str, choices: tuple[Choice, ...]) -> Pick | None:
    """Return the choice that the first line of an answer names by number or label; None for any other answer."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    if not lines or len(lines[0]) > MAX_LENGTH:
        return None
    first = normalize("NFKC", lines[0])
    found = _NUMBER.fullmatch(first)
    number = int(found[1]) if found else 0
    if 0 < number <= len(choices):
        return Pick(choices[number - 1], len(lines) > 1)
    letters = _letters(first)
    # The list shows a choice as "1: This solved it", and customers copy the whole line.
    numbered = re.match(r"(\d{1,2})\s*[.):]\s*(.+)", first)
    for place, choice in enumerate(choices, 1):
        label = _letters(normalize("NFKC", choice.label))
        if letters == label or (numbered and int(numbered[1]) == place and _letters(numbered[2]) == label):
            return Pick(choice, len(lines) > 1)
    return None


def _letters(text: str) -> str:
    return _PUNCTUATION.sub("", text).casefold()


def find_pick(
    unit: Unit, channel: ChannelInfo, ticket: Ticket, message: InboundMessage
) -> tuple[MessageHead, Pick] | None:
    """Return the newest offer on a ticket and the choice that a participant's message picks from it, else None.

    After a later message of the desk nothing can be picked. A mail must answer the message with the offer, because a
    number in any other mail may mean something else.
    """
    sender = message.sender
    if not sender or sender.lower() not in Tickets.of(unit).participants(ticket.number):
        return None
    offer = Conversations.of(unit).offer(ticket.number)
    if offer is None or not (channel.conversational or _is_answered(unit, offer, message)):
        return None
    pick = parse_pick(message.visible_text, offer.choices)
    if pick is None or rejection_phrase(unit, ticket, offer, sender) is not None:
        return None
    return offer, pick


def _is_answered(unit: Unit, offer: MessageHead, message: InboundMessage) -> bool:
    """Return True if In-Reply-To or References name the message with the offer."""
    return any(head.id == offer.id for name in references(message) for head in Messages.of(unit).by_message_id(name))


def rejection_phrase(unit: Unit, ticket: Ticket, offer: MessageHead, sender: str) -> str | None:
    """Return the name of the phrase that says why the offer cannot be used (any more); None if it can."""
    if sender.lower() not in Tickets.of(unit).participants(ticket.number):
        return "not_yours"
    if any(isinstance(event, ChoiceMade) and event.message == offer.id for event in history(unit, ticket.number)):
        return "chosen"
    last = next((head for head in reversed(Messages.of(unit).heads(ticket.number)) if sent_by_desk(head)), None)
    if ticket.status in FINAL or ticket.spam or last is None or last.id != offer.id:
        return "too_late"
    return None


def apply_pick(unit: Unit, ticket: Ticket, offer: MessageHead, pick: Pick, contact: int) -> CustomerSteps:
    """Apply the picked choice. Returns the name of the phrase to answer with, "" for none."""
    by = Actor.contact(contact)
    yield By(ChoiceMade(ticket.number, offer.id, pick.choice.key), by)
    if pick.choice.key == "person":
        return (yield from request_person(unit, ticket.number, None, contact))
    if pick.choice.key != "solved" or pick.more:
        return ""
    now = Tickets.of(unit).get(ticket.number)
    if now.assignee is not None or has_agent_reply(Messages.of(unit).heads(now.number)):
        return "worked_on"
    if now.status in ACTIVE:
        for event in change_status(now, Status.SOLVED):
            yield By(event, by)
    return "solved"


def request_person(unit: Unit, number: int, message: int | None, contact: int) -> CustomerSteps:
    """Record that the customer asks for a person and reopen the ticket. Returns the name of the phrase to answer with.

    The ticket gets no more automatic answers.
    """
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


def is_offer(head: MessageHead) -> bool:
    """Return True if a message is an automatic message of the desk with choices."""
    return head.kind is MessageKind.AUTO and bool(head.choices) and sent_by_desk(head)
