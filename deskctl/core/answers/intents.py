"""What a message asks of the desk itself: how things stand, what can be done here, a person, a link, a choice.

A message that asks and says nothing else becomes no message of a ticket: its journal row is done, with the reason.
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
from ..kernel.settings import ChannelInfo
from ..kernel.unit import Unit
from ..messages.conversations import Conversations
from ..messages.customer_texts import customer_language, greeting, hours, phrase, ticket_list
from ..messages.matching import contacts_of_person, follow_merges, match_conversation, references
from ..messages.model import Automatic, InboundMessage, Intent, IntentKind
from ..messages.recipients import sender_recipient
from ..messages.repository import Messages
from ..messages.thread import MessageHead
from ..tickets.model import ACTIVE, Ticket
from ..tickets.repository import Tickets
from .automatic_answer import Heard, may_answer, say
from .choices import Caused, Pick, ask_for_person, make, offered, why_not

_COMMAND = re.compile(r"(/[\w@]*)?")
#: What is said on the ticket itself, as it changed by what the customer asked for.
CHANGED = frozenset({"person", "solved", "worked_on"})


def wordless(message: InboundMessage) -> bool:
    """Whether a message says nothing beside what it asks for: a bare command (`/human`) says nothing."""
    return not message.files and _COMMAND.fullmatch(message.visible_text.strip()) is not None


def asked(unit: Unit, channel: ChannelInfo, message: InboundMessage, sign: Automatic) -> Intent | None:
    """The intent that is to be carried out instead of keeping the message on a ticket; None for none.

    Machines ask for nothing, and blocked senders are not heard. A new matter and a call for a person come with the
    words that they come with: what says something is kept.
    """
    intent = message.intent
    if intent is None or sign.automatic or not message.sender or Messages.of(unit).is_blocked(message.sender):
        return None
    if intent.kind in (IntentKind.NEW, IntentKind.PERSON) and not wordless(message):
        return None
    if intent.kind is IntentKind.PERSON and _talked_about(unit, channel, message) is None:
        return None  # a ticket of its own, for a person to answer
    return intent


def carry_out(unit: Unit, command: Receive, channel: ChannelInfo, intent: Intent) -> Steps:
    """Do as the customer asks and tell them; the journal row is done."""
    message = command.message
    contact = contact_for(unit, channel.kind, message.sender, message.sender_name, message.language)
    own = address_owner(unit, channel.kind, message.sender, contact)
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
            ticket = _talked_about(unit, channel, message)
            assert ticket is not None
            name = yield from ask_for_person(unit, ticket.number, None, own)
            text = confirmation(channel, language, name, ticket)
        case IntentKind.CHOICE:
            offer = _offer_of(unit, channel, message)
            ticket = follow_merges(unit, offer.ticket)[0] if offer is not None else None
            name = yield from _choose(unit, ticket, offer, message, intent.argument, own)
            text = confirmation(channel, language, name, ticket)
    about = ticket if name in CHANGED else None
    told = answered(unit, channel, message, text, language, about, name or intent.kind.value) if text else True
    reason = f"asked for {intent.kind.value}" + ("" if told else "; not answered")
    Journal.of(unit).settle(
        JournalSettled(command.journal, JournalState.DONE, reason=reason, sender=message.sender, subject=None)
    )
    return Outcome(reason, (ticket.number,) if ticket else (), {"intent": intent.kind.value})


def confirmation(channel: ChannelInfo, language: str, name: str, ticket: Ticket | None) -> str:
    """The named phrase in words for the customer; when they ask for a person, with the hours."""
    if not name:
        return ""
    words = phrase(language, name, number=ticket.number if ticket else "")
    when = hours(channel, language) if name in ("person", "person_again") else ""
    return f"{words}\n{when}".strip()


def answered(
    unit: Unit,
    channel: ChannelInfo,
    message: InboundMessage,
    text: str,
    language: str,
    ticket: Ticket | None,
    about: str,
) -> bool:
    """Say `text` to whoever wrote, unless a machine had better be silent; whether it was said.

    It goes to the sender's own address: a Reply-To is for people to follow.
    """
    if not message.automatic.may_answer:
        return False
    address = sender_recipient(unit.settings, message.sender, message.lists)
    if not address or not channel.sends or not may_answer(unit, address, channel):
        return False
    heard = Heard(address, message.message_id, message.subject, message.headers)
    say(unit, channel, heard, text, language, about=about, ticket=ticket)
    return True


def _open_tickets(unit: Unit, contact: Contact) -> list[Ticket]:
    everybody = contacts_of_person(unit, contact.id)
    numbers = {*Contacts.of(unit).source.active_tickets_of(everybody), *Tickets.of(unit).changes.new_tickets}
    Tickets.of(unit).load(numbers)
    found = (Tickets.of(unit).get(number) for number in sorted(numbers, reverse=True))
    return [t for t in found if t.contact in everybody and t.status in ACTIVE and not t.spam]


def _talked_about(unit: Unit, channel: ChannelInfo, message: InboundMessage) -> Ticket | None:
    """The living ticket that the sender talks about on this channel."""
    match = match_conversation(unit, channel, message)
    if match.ticket is None:
        return None
    ticket, closed = follow_merges(unit, match.ticket)
    return ticket if closed is None else None


def _offer_of(unit: Unit, channel: ChannelInfo, message: InboundMessage) -> MessageHead | None:
    """What the message answers, if that gave something to pick."""
    heads = (head for reference in references(message) for head in Messages.of(unit).by_message_id(reference))
    return next((head for head in heads if head.channel == channel.name and offered(unit, head)), None)


def _choose(
    unit: Unit, ticket: Ticket | None, offer: MessageHead | None, message: InboundMessage, key: str, contact: int
) -> Caused:
    """Gives the phrase to answer with."""
    choice = next((c for c in offer.choices if c.key == key), None) if offer is not None else None
    if ticket is None or offer is None or choice is None:
        return "too_late"
    silent = why_not(unit, ticket, offer, str(message.sender))
    if silent is not None:
        return silent
    return (yield from make(unit, ticket, offer, Pick(choice, False), contact))
