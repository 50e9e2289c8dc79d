"""Requests that are answered automatically: status, help, a new ticket, a person, a link to a contact, a choice.

A message that contains only a request is not added to a ticket; its journal row is settled with a reason.
"""

from __future__ import annotations

import re

from ..contacts.identity import address_owner, contact_for
from ..contacts.linking import redeem
from ..contacts.model import Contact
from ..contacts.repository import Contacts
from ..intake.commands import Receive
from ..intake.journal import JournalSettled, JournalState
from ..intake.repository import Journal
from ..kernel.handler import Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from ..messages.channels import ChannelInfo
from ..messages.conversations import Conversations
from ..messages.customer_texts import customer_language, greeting, hours, phrase, ticket_list
from ..messages.matching import contacts_of_person, follow_merges, match_conversation, references
from ..messages.model import Automatic, InboundMessage, Intent, IntentKind
from ..messages.recipients import sender_recipient
from ..messages.repository import Messages
from ..messages.thread import MessageHead
from ..tickets.model import ACTIVE, Ticket
from ..tickets.repository import Tickets
from .automatic_answer import Answered, may_answer, send_automatic
from .choices import CustomerSteps, Pick, apply_pick, is_offer, rejection_phrase, request_person

_COMMAND = re.compile(r"(/[\w@]*)?")
#: The phrases that are sent on the ticket, because the request changed it.
ON_TICKET = frozenset({"person", "solved", "worked_on"})


def is_only_request(message: InboundMessage) -> bool:
    """Return True if a message has no files and no text except a command such as `/human`."""
    return not message.files and _COMMAND.fullmatch(message.visible_text.strip()) is not None


def standalone_intent(
    unit: Unit, channel: ChannelInfo, message: InboundMessage, classification: Automatic
) -> Intent | None:
    """Return the intent to carry out instead of adding the message to a ticket; None if the message is kept.

    Intents of automatic messages and of blocked senders are ignored. A message that asks for a new ticket or for a
    person is kept if it contains other text, and so is one that asks for a person if the sender has no current ticket.
    """
    intent = message.intent
    if intent is None or classification.automatic or not message.sender or Messages.of(unit).is_blocked(message.sender):
        return None
    if intent.kind in (IntentKind.NEW, IntentKind.PERSON) and not is_only_request(message):
        return None
    if intent.kind is IntentKind.PERSON and _current_ticket(unit, channel, message) is None:
        return None  # it opens a ticket, which an agent answers
    return intent


def carry_out(unit: Unit, command: Receive, channel: ChannelInfo, intent: Intent) -> Steps:
    """Carry out a request and answer the customer; settle the journal row."""
    message = command.message
    contact = contact_for(unit, channel.kind, message.sender, message.sender_name, message.language)
    owner = address_owner(unit, channel.kind, message.sender, contact)
    language = customer_language(unit, message.language, contact.language)
    ticket: Ticket | None = None
    text = name = ""
    match intent.kind:
        case IntentKind.STATUS:
            text = ticket_list(language, _open_tickets(unit, contact))
        case IntentKind.HELP:
            text = greeting(unit, channel, language)
        case IntentKind.NEW:
            Conversations.of(unit).expect_new_ticket(channel.name, str(message.sender), True)
            text = phrase(language, "begin")
        case IntentKind.LINK:
            outcome = yield from redeem(unit, intent.argument.strip(), channel.kind, str(message.sender), unit.now)
            text = phrase(language, "linked" if outcome else "not_linked")
        case IntentKind.PERSON:
            ticket = _current_ticket(unit, channel, message)
            assert ticket is not None
            name = yield from request_person(unit, ticket.number, None, owner)
            text = confirmation_text(channel, language, name, ticket)
        case IntentKind.CHOICE:
            offer = _answered_offer(unit, channel, message)
            ticket = follow_merges(unit, offer.ticket)[0] if offer is not None else None
            name = yield from _apply_choice(unit, ticket, offer, message, intent.argument, owner)
            text = confirmation_text(channel, language, name, ticket)
    about = ticket if name in ON_TICKET else None
    sent = send_answer(unit, channel, message, text, language, about, name or intent.kind.value) if text else True
    kind = intent.kind.value
    reason = f"asked for {kind}" if sent else f"asked for {kind}; not answered"
    Journal.of(unit).settle(
        JournalSettled(command.journal, JournalState.DONE, reason=reason, sender=message.sender, subject=None)
    )
    return Outcome(reason, (ticket.number,) if ticket else (), {"intent": kind})


def confirmation_text(channel: ChannelInfo, language: str, name: str, ticket: Ticket | None) -> str:
    """Return the text of a phrase; with the support hours if the customer asks for a person."""
    if not name:
        return ""
    words = phrase(language, name, number=ticket.number if ticket else "")
    when = hours(channel, language) if name in ("person", "person_again") else ""
    return f"{words}\n{when}".strip()


def send_answer(
    unit: Unit,
    channel: ChannelInfo,
    message: InboundMessage,
    text: str,
    language: str,
    ticket: Ticket | None,
    about: str,
) -> bool:
    """Send `text` to the sender of a message unless automatic answers are forbidden; return True if it was sent.

    It goes to the sender's address; the Reply-To is ignored in automatic answers.
    """
    if not message.automatic.may_answer:
        return False
    address = sender_recipient(unit.settings, message.sender, message.lists)
    if not address or not channel.sends or not may_answer(unit, address, channel):
        return False
    answered = Answered(address, message.message_id, message.subject, message.headers)
    send_automatic(unit, channel, answered, text, language, about=about, ticket=ticket)
    return True


def _open_tickets(unit: Unit, contact: Contact) -> list[Ticket]:
    contacts = contacts_of_person(unit, contact.id)
    numbers = {*Contacts.of(unit).source.active_tickets_of(contacts), *Tickets.of(unit).changes.new_tickets}
    Tickets.of(unit).load(numbers)
    found = (Tickets.of(unit).get(number) for number in sorted(numbers, reverse=True))
    return [t for t in found if t.contact in contacts and t.status in ACTIVE and not t.spam]


def _current_ticket(unit: Unit, channel: ChannelInfo, message: InboundMessage) -> Ticket | None:
    """Return the open ticket to which the message belongs on this channel; None if there is none."""
    match = match_conversation(unit, channel, message)
    if match.ticket is None:
        return None
    ticket, closed = follow_merges(unit, match.ticket)
    return ticket if closed is None else None


def _answered_offer(unit: Unit, channel: ChannelInfo, message: InboundMessage) -> MessageHead | None:
    """Return the message with choices that the message answers; None if it answers none."""
    heads = (head for reference in references(message) for head in Messages.of(unit).by_message_id(reference))
    return next((head for head in heads if head.channel == channel.name and is_offer(head)), None)


def _apply_choice(
    unit: Unit, ticket: Ticket | None, offer: MessageHead | None, message: InboundMessage, key: str, contact: int
) -> CustomerSteps:
    """Apply the choice with this key. Returns the name of the phrase to answer with."""
    choice = next((c for c in offer.choices if c.key == key), None) if offer is not None else None
    if ticket is None or offer is None or choice is None:
        return "too_late"
    rejection = rejection_phrase(unit, ticket, offer, str(message.sender))
    if rejection is not None:
        return rejection
    return (yield from apply_pick(unit, ticket, offer, Pick(choice, False), contact))
