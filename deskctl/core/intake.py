"""From a journal row to a ticket: duplicate? → who → which ticket → open or append → journal row done."""

from __future__ import annotations

from collections.abc import Collection, Generator, Sequence

from . import matching
from .commands import Command
from .commands.machine import Receive
from .conversation import Message
from .events import Event, Mentions, MessageReceived, StatusChanged, WaitingChanged
from .handling import Handler, Said, Steps
from .identity import address_key, contact_for
from .journal import JournalSettled, JournalState
from .messages import InboundMessage, MessageKind
from .opening import created, open_ticket
from .people import Actor
from .settings import ChannelInfo
from .tickets import Status, Ticket
from .unit import Unit

#: A customer's message puts these back to work.
_REOPENS = frozenset({Status.PENDING, Status.HOLD, Status.SOLVED})


def preload(unit: Unit, receives: Sequence[Receive]) -> None:
    """Load what a batch will touch, a few statements for all of it."""
    ids: dict[str, None] = {}
    addresses = set()
    numbers: set[int] = set()
    for command in receives:
        message = command.message
        ids.update(dict.fromkeys(matching.references(message)))
        if message.message_id:
            ids[message.message_id] = None
        if message.sender:
            addresses.add(address_key(_channel(unit, command).kind, message.sender))
        numbers.update(matching.subject_numbers(message.subject))
    unit.load_messages(ids)
    unit.load_identities(addresses)
    if numbers:
        unit.load_tickets(numbers)
        unit.load_participants({n for n in numbers if unit.find_ticket(n) is not None})


def receive(unit: Unit, command: Receive, actor: Actor) -> Steps:
    """One parsed journal row becomes one message on one ticket, or is known to be there already."""
    incoming = command.message
    twin = _twin(unit, command)
    if twin is not None:
        unit.settle_journal(_done(command, twin, duplicate=True))
        return Said(f"the same as message {twin}", facts={"message": twin, "duplicate": True})
    channel = _channel(unit, command)
    automatic = _automatic(unit, incoming)
    contact = contact_for(unit, channel.kind, incoming.sender, incoming.sender_name, incoming.language)
    match = matching.find(unit, command.channel, incoming)
    ticket, follows = (None, None) if match.ticket is None else matching.living(unit, match.ticket)
    if ticket is None or follows is not None:
        ticket = open_ticket(
            unit,
            subject=_plain_subject(incoming.subject),
            channel=command.channel,
            contact=contact.id,
            team=channel.team,
            language=incoming.language or contact.language,
            follows=follows.number if follows else None,
        )
        yield created(ticket)
    message = _message(unit, command, ticket.number, contact.id, automatic, match.verified)
    unit.add_message(message)
    if match.verified:
        unit.add_participants(ticket.number, _company(unit, incoming))
    yield MessageReceived(ticket.number, message.id, match.how, automatic, match.verified)
    for other in match.mentions:
        yield Mentions(ticket.number, other)
    if automatic is None:
        yield from _wake(unit, ticket, command)
    unit.settle_journal(_done(command, message.id))
    facts = {"number": ticket.number, "message": message.id, "how": match.how}
    return Said(f"message {message.id} is on ticket {ticket.number}", (ticket.number,), facts)


def _wake(unit: Unit, ticket: Ticket, command: Receive) -> Generator[Event, None, None]:
    """A person wrote: the ticket is work again, and they wait since the oldest word that nobody answered."""
    if ticket.status in _REOPENS:
        yield StatusChanged(ticket.number, ticket.status, Status.OPEN)
    if ticket.waiting_since is None:
        yield WaitingChanged(ticket.number, None, min(command.envelope.received_at, unit.now))


def _twin(unit: Unit, command: Receive) -> int | None:
    """A message of the same mailbox with the same id and the same content; the same id alone is no duplicate."""
    message_id = command.message.message_id
    if message_id is None:
        return None
    for head in unit.messages_by_id(message_id):
        if head.channel == command.channel and head.digest == command.message.digest:
            return head.id
    return None


def _automatic(unit: Unit, message: InboundMessage) -> str | None:
    """Why a machine sent it, None when a person did."""
    if message.bounce is not None:
        return "bounce"
    if message.automatic.automatic:
        return message.automatic.why or "automatic"
    if message.sender is not None and message.sender.lower() in unit.settings.own_addresses:
        return "own address"
    return None


def _message(unit: Unit, command: Receive, ticket: int, contact: int, automatic: str | None, verified: bool) -> Message:
    m = command.message
    return Message(
        id=unit.source.next_id("messages"),
        ticket=ticket,
        kind=MessageKind.IN if automatic is None else MessageKind.AUTO,
        channel=command.channel,
        author=m.sender,
        sent_at=m.sent_at or command.envelope.received_at,
        created_at=unit.now,
        subject=m.subject,
        text=m.text,
        visible_text=m.visible_text,
        message_id=m.message_id,
        in_reply_to=m.in_reply_to[0] if m.in_reply_to else None,
        references=m.references,
        digest=m.digest,
        reply_to=m.reply_to[0] if m.reply_to else None,
        to=m.to,
        cc=m.cc,
        contact=contact,
        automatic=automatic,
        verified=verified,
        raw_sha256=command.raw_sha256,
        headers=m.headers,
        files=m.files,
    )


def _company(unit: Unit, message: InboundMessage) -> Collection[str]:
    """Whoever sent it or got it too, the desk's own addresses left out."""
    everybody = (message.sender, *message.reply_to[:1], *message.to, *message.cc)
    return [a for a in everybody if a and a.lower() not in unit.settings.own_addresses]


def _channel(unit: Unit, command: Receive) -> ChannelInfo:
    """The channel, or what is known of one that left the configuration with mail still in the journal."""
    return unit.settings.channel(command.channel) or ChannelInfo(command.channel, "email")


def _plain_subject(subject: str) -> str:
    return " ".join(subject.split())


def _done(command: Receive, message: int, duplicate: bool = False) -> JournalSettled:
    m = command.message
    return JournalSettled(
        command.journal, JournalState.DONE, message, duplicate, sender=m.sender, subject=_plain_subject(m.subject)
    )


HANDLERS: dict[type[Command], Handler] = {Receive: receive}
