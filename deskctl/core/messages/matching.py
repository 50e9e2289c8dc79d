"""Match a message to a ticket: by its references, or by the ticket that was discussed last.

Facts that a stranger can guess or overhear never match.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ...dataclass import dataclass
from ..contacts.identity import address_key, person_contacts
from ..contacts.identity import primary_contact as living_contact
from ..contacts.model import Address
from ..contacts.repository import Contacts
from ..kernel.unit import Unit
from ..tickets.model import FINAL, Status, Ticket
from ..tickets.repository import Tickets
from .channels import ChannelInfo, Channels
from .conversations import ConversationKey, Conversations
from .model import InboundMessage, IntentKind, MessageKind
from .repository import Messages
from .senders import THROUGH
from .subjects import numbers
from .thread import MessageHead

#: The maximum number of references that are looked up, newest first; mail can have thousands of them.
MAX_REFERENCES = 50
#: The headers in which mail servers write the address of the delivery.
SENT_TO = ("delivered-to", "x-original-to", "envelope-to")
_PLUS = re.compile(r"\+([0-9a-f]{32})@")


@dataclass(frozen=True, slots=True)
class Match:
    """The ticket of a message; None for a new one.

    `how` is own_id, reference, plus, subject, talk or new. `verified` is False for a genuine id from an address that
    did not take part in the ticket. `mentions` are tickets that the message names although its sender has no part in
    them.
    """

    ticket: int | None = None
    how: str = "new"
    verified: bool = True
    mentions: tuple[int, ...] = ()


def find(unit: Unit, channel: ChannelInfo, message: InboundMessage) -> Match:
    """Return the ticket of a message that came on a channel."""
    return (
        match_conversation(unit, channel, message)
        if channel.conversational
        else match_references(unit, channel.name, message)
    )


def match_references(unit: Unit, channel: str, message: InboundMessage) -> Match:
    """Match a mail, in this order, always within one channel (mailbox):

    1. a Message-ID of the desk: 128 random bits that only recipients of its mail can know;
    2. any other stored Message-ID, newest first, if the sender takes part in that ticket;
    3. the random token in the plus-address of the desk's Reply-To;
    4. a number in the subject, `[#42]`, if the sender takes part in that ticket; an open ticket first, then the last
       number, which was added last.

    If a group or a form names the author, 2 and 4 count only if the author wrote on that ticket through the same group
    before: Message-IDs and numbers are not secret, and anyone can have a group or fill in a form.

    The subject alone never matches. A match without a right to the ticket is only a mention.
    """
    sender = (message.sender or "").lower()
    mentioned: list[int] = []
    heads = [h for ref in references(message) for h in Messages.of(unit).by_message_id(ref) if h.channel == channel]
    for head in heads:
        if sent_by_desk(head):
            return Match(head.ticket, "own_id", verified=_takes_part(unit, sender, head.ticket))
    for head in heads:
        if _takes_part(unit, sender, head.ticket) and _same_group(unit, message, head.ticket):
            return Match(head.ticket, "reference")
        mentioned.append(head.ticket)
    for number in Tickets.of(unit).by_token(tokens(message)):
        if on_channel(unit, Tickets.of(unit).get(number), channel):
            return Match(number, "plus", verified=_takes_part(unit, sender, number))
    named = [number for number in numbers(message.subject) if Tickets.of(unit).find(number) is not None]
    participating = [
        number
        for number in named
        if _takes_part(unit, sender, number)
        and on_channel(unit, Tickets.of(unit).get(number), channel)
        and _same_group(unit, message, number)
    ]
    if participating:  # an open ticket first, else the number that was added last
        return Match(next((n for n in participating if follow_merges(unit, n)[1] is None), participating[0]), "subject")
    mentioned += [number for number in named if Tickets.of(unit).get(number).channel == channel]
    return Match(mentions=tuple(dict.fromkeys(mentioned)))


def on_channel(unit: Unit, ticket: Ticket, channel: str) -> bool:
    """Return True if a ticket belongs to a channel or was continued there."""
    if ticket.channel == channel:
        return True
    return any(
        head.channel == channel and head.kind is not MessageKind.NOTE for head in Messages.of(unit).heads(ticket.number)
    )


def match_conversation(unit: Unit, channel: ChannelInfo, message: InboundMessage) -> Match:
    """Match a message in a conversation, where senders are authentic and messages rarely have references:

    1. a request for a new ticket gets one;
    2. an answer to a message belongs to its ticket, if the sender takes part in that;
    3. any other message belongs to the open ticket that the sender and the desk discussed last.
    """
    sender = (message.sender or "").lower()
    if message.intent is not None and message.intent.kind is IntentKind.NEW:
        return Match()
    if sender and Conversations.of(unit).expects_new_ticket(channel.name, sender):
        return Match()
    for head in (
        h for ref in references(message) for h in Messages.of(unit).by_message_id(ref) if h.channel == channel.name
    ):
        if _takes_part(unit, sender, head.ticket):
            return Match(head.ticket, "own_id" if sent_by_desk(head) else "reference")
    identity = Contacts.of(unit).identity(address_key(channel.kind, sender)) if sender else None
    for number in (
        Conversations.of(unit).tickets(channel.name, contacts_of_person(unit, identity.contact)) if identity else ()
    ):
        if _takes_part(unit, sender, number) and Tickets.of(unit).get(number).status not in FINAL:
            return Match(number, "talk")
    return Match()


def load_conversations(unit: Unit, senders: Iterable[tuple[str, Address]]) -> set[int]:
    """Load in bulk the conversations of these senders (channel, address). Return the ticket numbers."""
    keys = [(channel, address) for channel, address in senders]
    Conversations.of(unit).load_new_ticket_requests((channel, address.address) for channel, address in keys)
    known = [
        (channel, identity.contact) for channel, address in keys if (identity := Contacts.of(unit).identity(address))
    ]
    Conversations.of(unit).load_unmerged(
        contact for _, contact in known if Contacts.of(unit).get(contact).merged_into is None
    )
    return Conversations.of(unit).load(
        [ConversationKey(channel, one) for channel, contact in known for one in contacts_of_person(unit, contact)]
    )


def contacts_of_person(unit: Unit, contact: int) -> list[int]:
    """Return the contacts that are one person."""
    return [contact] if Conversations.of(unit).is_unmerged(contact) else person_contacts(unit, contact)


def sent_by_desk(head: MessageHead) -> bool:
    """Return True if the desk sent the message: an agent's reply, or an automatic message of the desk."""
    return head.kind is MessageKind.OUT or (head.kind is MessageKind.AUTO and head.author is None and bool(head.to))


def _takes_part(unit: Unit, sender: str, ticket: int) -> bool:
    """Return True if an address (lower-cased) is a participant's or one of the ticket's customer."""
    if not sender or sender in Tickets.of(unit).participants(ticket):
        return bool(sender)
    identity = Contacts.of(unit).identity(Address("email", sender)) if "@" in sender else None
    if identity is None:
        return False
    return living_contact(unit, identity.contact).id == living_contact(unit, Tickets.of(unit).get(ticket).contact).id


def _same_group(unit: Unit, message: InboundMessage, ticket: int) -> bool:
    """Return True if From names the author, or a group through which they wrote on the ticket before."""
    if message.through is None:
        return True
    if unit.settings.of(Channels).owns(message.through):
        return False
    through, author = message.through.lower(), (message.sender or "").lower()
    before = [head for head in Messages.of(unit).heads(ticket) if (head.author or "").lower() == author]
    return any(head.headers.get(THROUGH, "").lower() == through for head in before)


def references(message: InboundMessage) -> list[str]:
    """Return In-Reply-To, then References from the newest on, each once."""
    ordered = dict.fromkeys((*message.in_reply_to, *reversed(message.references)))
    return list(ordered)[:MAX_REFERENCES]


def tokens(message: InboundMessage) -> list[str]:
    """Return possible tokens of tickets in the addresses to which a message was sent."""
    sent_to = (*message.to, *message.cc, *(message.headers.get(name, "") for name in SENT_TO))
    return list(dict.fromkeys(token for address in sent_to for token in _PLUS.findall(address.lower())))[:3]


def follow_merges(unit: Unit, number: int) -> tuple[Ticket, Ticket | None]:
    """Return the ticket that gets a message to ticket `number` after merges, and the same one again if it is closed.

    In that case a new ticket follows it.
    """
    ticket = Tickets.of(unit).get(number)
    seen = {number}
    while ticket.status is Status.MERGED and ticket.merged_into is not None and ticket.merged_into not in seen:
        seen.add(ticket.merged_into)
        ticket = Tickets.of(unit).get(ticket.merged_into)
    return ticket, ticket if ticket.status in FINAL else None
