"""Which ticket a message belongs to: by what it refers to, or by what was talked about last.

What a stranger can guess or overhear leads nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..contacts.identity import address_key, person_contacts
from ..contacts.identity import primary_contact as living_contact
from ..contacts.model import Address
from ..contacts.repository import Contacts
from ..kernel.settings import ChannelInfo
from ..kernel.unit import Unit
from ..tickets.model import FINAL, Status, Ticket
from ..tickets.repository import Tickets
from .conversations import Conversations, Talk
from .model import InboundMessage, IntentKind, MessageKind
from .repository import Messages
from .senders import THROUGH
from .subjects import numbers
from .thread import MessageHead

#: How many references are followed, newest first; mail with thousands of them exists to be slow.
MAX_REFERENCES = 50
#: Where mail servers write whom a mail was delivered to, apart from what its To says.
SENT_TO = ("delivered-to", "x-original-to", "envelope-to")
_PLUS = re.compile(r"\+([0-9a-f]{32})@")


@dataclass(frozen=True, slots=True)
class Match:
    """`ticket` None: a new one. `how` is own_id, reference, plus, subject, talk or new. `verified`: False for a genuine
    id from an address that had no part in the ticket. `mentions` are tickets that were named without a right to them.
    """

    ticket: int | None = None
    how: str = "new"
    verified: bool = True
    mentions: tuple[int, ...] = ()


def find(unit: Unit, channel: ChannelInfo, message: InboundMessage) -> Match:
    """Which ticket a message that came by a channel belongs to."""
    return in_talk(unit, channel, message) if channel.conversational else by_reference(unit, channel.name, message)


def by_reference(unit: Unit, channel: str, message: InboundMessage) -> Match:
    """In this order, always within one channel (mailbox):

    1. one of our own Message-IDs: 128 random bits that only someone who got our mail can know;
    2. any other Message-ID we hold, newest first, if the sender takes part in that ticket;
    3. the random token in the plus-address that our mail asked to be answered to;
    4. a number in the subject, `[#42]`, if the sender takes part in that ticket; an open ticket first, then the last
       number, which is the one that was added last.

    Where a group or a form names the author, 2 and 4 count only if the author wrote on that ticket through the same
    group before: Message-IDs and numbers are no secrets, and anyone can have a group or fill in a form.

    Never the subject alone. What matches without the right to is only mentioned.
    """
    sender = (message.sender or "").lower()
    mentioned: list[int] = []
    heads = [h for ref in references(message) for h in Messages.of(unit).by_message_id(ref) if h.channel == channel]
    for head in heads:
        if ours(head):
            return Match(head.ticket, "own_id", verified=_takes_part(unit, sender, head.ticket))
    for head in heads:
        if _takes_part(unit, sender, head.ticket) and _same_way(unit, message, head.ticket):
            return Match(head.ticket, "reference")
        mentioned.append(head.ticket)
    for number in Tickets.of(unit).source.tickets_by_token(tokens(message)).values() if tokens(message) else ():
        if on_channel(unit, Tickets.of(unit).get(number), channel):
            return Match(number, "plus", verified=_takes_part(unit, sender, number))
    named = [number for number in numbers(message.subject) if Tickets.of(unit).find(number) is not None]
    own = [
        number
        for number in named
        if _takes_part(unit, sender, number)
        and on_channel(unit, Tickets.of(unit).get(number), channel)
        and _same_way(unit, message, number)
    ]
    if own:  # of several the one that is open, else the one that was added last
        return Match(next((n for n in own if living(unit, n)[1] is None), own[0]), "subject")
    mentioned += [number for number in named if Tickets.of(unit).get(number).channel == channel]
    return Match(mentions=tuple(dict.fromkeys(mentioned)))


def on_channel(unit: Unit, ticket: Ticket, channel: str) -> bool:
    """Whether a ticket is at home on a channel, or was continued there."""
    if ticket.channel == channel:
        return True
    return any(
        head.channel == channel and head.kind is not MessageKind.NOTE for head in Messages.of(unit).heads(ticket.number)
    )


def in_talk(unit: Unit, channel: ChannelInfo, message: InboundMessage) -> Match:
    """In a conversation nobody can claim to be somebody else, and few refer to anything:

    1. who begins a new matter gets a ticket of its own;
    2. an answer to one message belongs to its ticket, if the sender takes part in that;
    3. everything else belongs to the living ticket that the sender and the desk talked about last.
    """
    sender = (message.sender or "").lower()
    if message.intent is not None and message.intent.kind is IntentKind.NEW:
        return Match()
    if sender and Conversations.of(unit).begins_anew(channel.name, sender):
        return Match()
    for head in (
        h for ref in references(message) for h in Messages.of(unit).by_message_id(ref) if h.channel == channel.name
    ):
        if _takes_part(unit, sender, head.ticket):
            return Match(head.ticket, "own_id" if ours(head) else "reference")
    identity = Contacts.of(unit).identity(address_key(channel.kind, sender)) if sender else None
    for number in Conversations.of(unit).tickets(channel.name, selves(unit, identity.contact)) if identity else ():
        if _takes_part(unit, sender, number) and Tickets.of(unit).get(number).status not in FINAL:
            return Match(number, "talk")
    return Match()


def load_talks(unit: Unit, talking: Iterable[tuple[str, Address]]) -> set[int]:
    """Load in bulk what these (channel, address) may talk about; the numbers of the tickets."""
    keys = [(channel, address) for channel, address in talking]
    Conversations.of(unit).load_anew((channel, address.address) for channel, address in keys)
    known = [
        (channel, identity.contact) for channel, address in keys if (identity := Contacts.of(unit).identity(address))
    ]
    Conversations.of(unit).load_alone(
        contact for _, contact in known if Contacts.of(unit).get(contact).merged_into is None
    )
    return Conversations.of(unit).load(
        [Talk(channel, one) for channel, contact in known for one in selves(unit, contact)]
    )


def selves(unit: Unit, contact: int) -> list[int]:
    """The contacts that are one person."""
    return [contact] if Conversations.of(unit).alone(contact) else person_contacts(unit, contact)


def ours(head: MessageHead) -> bool:
    """Whether we sent it: an agent's reply, or a word of the desk's own."""
    return head.kind is MessageKind.OUT or (head.kind is MessageKind.AUTO and head.author is None and bool(head.to))


def _takes_part(unit: Unit, sender: str, ticket: int) -> bool:
    """Tell whether an address (lower-cased) is a participant's, or one that the ticket's customer is known by."""
    if not sender or sender in Tickets.of(unit).participants(ticket):
        return bool(sender)
    identity = Contacts.of(unit).identity(Address("email", sender)) if "@" in sender else None
    if identity is None:
        return False
    return living_contact(unit, identity.contact).id == living_contact(unit, Tickets.of(unit).get(ticket).contact).id


def _same_way(unit: Unit, message: InboundMessage, ticket: int) -> bool:
    """Whether From names the author, or a group through which they wrote on the ticket before."""
    if message.through is None:
        return True
    if unit.settings.owns(message.through):
        return False
    through, author = message.through.lower(), (message.sender or "").lower()
    before = [head for head in Messages.of(unit).heads(ticket) if (head.author or "").lower() == author]
    return any(head.headers.get(THROUGH, "").lower() == through for head in before)


def references(message: InboundMessage) -> list[str]:
    """In-Reply-To, then References from the newest on, each once."""
    ordered = dict.fromkeys((*message.in_reply_to, *reversed(message.references)))
    return list(ordered)[:MAX_REFERENCES]


def tokens(message: InboundMessage) -> list[str]:
    """What could be our tokens among the addresses that a message was sent to."""
    sent_to = (*message.to, *message.cc, *(message.headers.get(name, "") for name in SENT_TO))
    return list(dict.fromkeys(token for address in sent_to for token in _PLUS.findall(address.lower())))[:3]


def living(unit: Unit, number: int) -> tuple[Ticket, Ticket | None]:
    """Where a message to ticket `number` goes: the ticket at the end of its merge pointers, and the closed
    ticket that a new one would follow, if that end is closed."""
    ticket = Tickets.of(unit).get(number)
    seen = {number}
    while ticket.status is Status.MERGED and ticket.merged_into is not None and ticket.merged_into not in seen:
        seen.add(ticket.merged_into)
        ticket = Tickets.of(unit).get(ticket.merged_into)
    return ticket, ticket if ticket.status in FINAL else None
