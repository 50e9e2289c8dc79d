"""Add a received message to the ticket that it matches, or to a new one."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from datetime import datetime

from ...i18n import _
from ..answers import choices, intents
from ..contacts.identity import address_key, address_owner, contact_for
from ..contacts.linking import add_vouched_addresses
from ..contacts.repository import Contacts
from ..delivery import bounces
from ..delivery.model import OutboxEntry
from ..kernel.event import Event
from ..kernel.handler import By, Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from ..messages import matching, sender_trust
from ..messages.authentication import Dmarc, dmarc
from ..messages.channels import ChannelInfo, Channels
from ..messages.conversations import Conversations
from ..messages.customer_texts import customer_language, phrase
from ..messages.events import Forwarded, MessageReceived
from ..messages.model import Automatic, InboundMessage, IntentKind, MessageKind, sent
from ..messages.repository import Messages
from ..messages.spam import spam_verdict
from ..messages.thread import Message, MessageHead, Trust
from ..tickets.creation import creation_event, open_ticket
from ..tickets.events import MarkedSpam, Mentions, StatusChanged, WaitingChanged
from ..tickets.model import REOPENED, Status, Ticket
from ..tickets.repository import Tickets
from .channel import channel_of
from .commands import Receive
from .forwards import original_message
from .repository import Journal
from .settlement import plain_subject, settled


def add_to_ticket(
    unit: Unit, command: Receive, match: matching.Match, classification: Automatic, returned: OutboxEntry | None
) -> Steps:
    """Add the message to the ticket that it matches, or to a new one."""
    channel = channel_of(unit, command)
    automatic = (classification.why or "automatic") if classification.automatic else None
    incoming, forwarder = original_message(unit, command.message, match)
    trust = sender_trust.assess(unit, channel, command.message, match)
    match = sender_trust.with_trust(match, trust)
    # A message that may be forged does not change the name or the language of the contact.
    doubted = trust in (Trust.FAIL, Trust.DOUBTFUL)
    profile = (None, None) if doubted else (incoming.sender_name, incoming.language)
    contact = contact_for(unit, channel.kind, incoming.sender, *profile)
    owner = address_owner(unit, channel.kind, incoming.sender, contact)
    if forwarder is None and trust is not Trust.FAIL:
        yield from add_vouched_addresses(unit, owner, incoming.also)
    ticket, follows = (None, None) if match.ticket is None else matching.follow_merges(unit, match.ticket)
    if automatic is not None:
        follows = None  # automatic mail and copies are added even to a closed ticket, and reopen nothing
    spam = spam_verdict(unit, incoming) if match.ticket is None or not match.verified else None
    if ticket is None or follows is not None:
        ticket = open_ticket(
            unit,
            subject=_subject(unit, channel, incoming),
            channel=command.channel,
            contact=owner,
            team=channel.team,
            language=incoming.language or contact.language,
            follows=follows.number if follows else None,
        )
        yield creation_event(ticket)
        if spam is not None:
            yield MarkedSpam(ticket.number, Status.NEW, spam)
        if incoming.sender:
            Conversations.of(unit).expect_new_ticket(channel.name, incoming.sender, False)
        trust = trust if trust is Trust.FAIL else Trust.FIRST
        match = replace(match, verified=trust is not Trust.FAIL)
    opened = Tickets.of(unit).opened_now(ticket.number)
    message = _message(unit, command, incoming, ticket.number, owner, classification, match.verified, trust)
    Messages.of(unit).add(message)
    if match.verified or opened:
        # Automatic mail adds only its sender: its other recipients do not become participants.
        newcomers = [] if automatic is not None else sender_trust.new_participants(unit, incoming, ticket, trust)
        besides = (incoming.sender, forwarder and forwarder.email)
        Tickets.of(unit).add_participants(
            ticket.number, [*(a for a in besides if a and not unit.settings.of(Channels).owns(a)), *newcomers]
        )
    received = _received_before(unit, command)
    moves = match.verified or opened
    yield MessageReceived(
        ticket.number, message.id, match.how, automatic, match.verified, received, kept_only=not moves
    )
    if forwarder is not None:
        proven = dmarc(channel, command.message) is Dmarc.PASS
        yield Forwarded(ticket.number, forwarder.handle, message.id, proven)
    for other in match.mentions:
        yield Mentions(ticket.number, other)
    if returned is not None and incoming.bounce is not None and trust is not Trust.FAIL:
        yield from bounces.record_bounce(unit, returned, incoming.bounce, message.id)
    elif returned is not None and incoming.confirmation is not None and trust is not Trust.FAIL:
        bounces.record_confirmation(unit, returned, incoming.confirmation)
    if automatic is None and moves and not Tickets.of(unit).get(ticket.number).spam:
        picked = choices.find_pick(unit, channel, ticket, incoming) if match.verified else None
        if picked is None or picked[1].more:
            yield from _reopen(unit, ticket, command)
        yield from _answer_request(unit, channel, incoming, ticket, message, owner, picked)
        if incoming.sender and match.verified:
            Contacts.of(unit).mark_bounced(address_key(channel.kind, incoming.sender), None)
    Journal.of(unit).settle(settled(command, message.id))
    facts = {"number": ticket.number, "message": message.id, "how": match.how}
    return Outcome(
        _("message {message} added to ticket {number}", message=message.id, number=ticket.number),
        (ticket.number,),
        facts,
    )


def _answer_request(
    unit: Unit,
    channel: ChannelInfo,
    incoming: InboundMessage,
    ticket: Ticket,
    message: Message,
    contact: int,
    picked: tuple[MessageHead, choices.Pick] | None,
) -> Generator[Event | By, None, None]:
    """Apply what the message requests besides its text: a person, or one of the offered choices."""
    name = ""
    if picked is not None:
        name = yield from choices.apply_pick(unit, ticket, *picked, contact)
    elif incoming.intent is not None and incoming.intent.kind is IntentKind.PERSON:
        name = yield from choices.request_person(unit, ticket.number, message.id, contact)
    if name and not (channel.acknowledge and Tickets.of(unit).opened_now(ticket.number)):
        language = customer_language(unit, incoming.language, ticket.language)
        text = intents.confirmation_text(channel, language, name, ticket)
        intents.send_answer(unit, channel, incoming, text, language, ticket, name)


def _reopen(unit: Unit, ticket: Ticket, command: Receive) -> Generator[Event, None, None]:
    """Reopen a ticket on which a person wrote; the customer waits since the oldest unanswered message."""
    if ticket.status in REOPENED:
        yield StatusChanged(ticket.number, ticket.status, Status.OPEN)
    if ticket.waiting_since is None:
        yield WaitingChanged(ticket.number, None, _received_before(unit, command) or unit.now)


def _received_before(unit: Unit, command: Receive) -> datetime | None:
    """Return the time of receipt if it is before now, else None.

    Imported mail counts as received now, because no response time was promised when it was sent.
    """
    at = command.envelope.received_at
    return at if at < unit.now and command.envelope.via != "import" else None


def _message(
    unit: Unit,
    command: Receive,
    incoming: InboundMessage,
    ticket: int,
    contact: int,
    classification: Automatic,
    verified: bool,
    trust: Trust | None,
) -> Message:
    return Message(
        id=unit.source.next_id("messages"),
        ticket=ticket,
        kind=MessageKind.AUTO if classification.automatic else MessageKind.IN,
        channel=command.channel,
        author=incoming.sender,
        sent_at=sent(incoming.sent_at, command.envelope.received_at),
        created_at=unit.now,
        subject=incoming.subject,
        text=incoming.text,
        visible_text=incoming.visible_text,
        message_id=incoming.message_id,
        in_reply_to=incoming.in_reply_to[0] if incoming.in_reply_to else None,
        references=incoming.references,
        digest=incoming.digest,
        reply_to=incoming.reply_to,
        to=incoming.to,
        cc=incoming.cc,
        lists=incoming.lists,
        trust=trust,
        contact=contact,
        automatic=(classification.why or "automatic") if classification.automatic else None,
        may_answer=classification.may_answer,
        verified=verified,
        raw_sha256=command.raw_sha256,
        headers=incoming.headers,
        files=incoming.files,
    )


def _subject(unit: Unit, channel: ChannelInfo, message: InboundMessage) -> str:
    """Return the subject of a new ticket; in a chat, where messages have no subject, its first line."""
    subject = plain_subject(message.subject)
    if not channel.conversational:
        return subject
    if message.intent is not None and message.intent.kind is IntentKind.PERSON and intents.is_only_request(message):
        return phrase(customer_language(unit, message.language), "asks_for_person")
    lines = (" ".join(line.split()) for line in message.visible_text.splitlines() if line.strip())
    return subject or next(lines, "")[:78] or next((file.filename for file in message.files if file.filename), "")
