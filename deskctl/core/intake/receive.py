"""Process a journal row: detect duplicates, find contact and ticket, open a ticket or add the message to it."""

from __future__ import annotations

from collections.abc import Collection, Generator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ...i18n import _
from ..agents.model import Agent
from ..agents.repository import Agents
from ..answers import choices, intents
from ..answers.automatic_answer import Histories
from ..contacts.identity import address_key, address_owner, contact_for
from ..contacts.linking import add_vouched_addresses
from ..contacts.model import Address
from ..contacts.repository import Contacts
from ..delivery import bounces
from ..delivery.model import OutboxEntry
from ..delivery.repository import Outbox
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.handler import By, Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from ..messages import matching, sender_trust, senders, subjects
from ..messages.authentication import Dmarc, dmarc
from ..messages.channels import ChannelInfo, Channels
from ..messages.conversations import Conversations
from ..messages.customer_texts import customer_language, phrase
from ..messages.events import Forwarded, MessageReceived
from ..messages.model import Automatic, InboundMessage, IntentKind, MessageKind, sent
from ..messages.model import Forwarded as ForwardedMail
from ..messages.repository import Messages
from ..messages.spam import spam_verdict
from ..messages.thread import Message, MessageHead, Trust
from ..sla.repository import Sla
from ..sla.ticket_history import HISTORY_KINDS
from ..tickets.creation import creation_event, open_ticket
from ..tickets.events import MarkedSpam, Mentions, StatusChanged, WaitingChanged
from ..tickets.model import REOPENED, Status, Ticket
from ..tickets.repository import Tickets
from . import agent_mail, agent_verification, duplicates, edits
from .commands import Receive
from .journal import JournalSettled, JournalState
from .repository import Journal


def preload(unit: Unit, receives: Sequence[Receive]) -> None:
    """Load the rows that a batch needs, with few statements for the whole batch."""
    unit.source.expect_rows(len(receives))
    agents = {agent.email.lower() for agent in Agents.of(unit).agents.values()}
    found = _Named()
    for command in receives:
        found.add(command, _channel(unit, command), agents)
    Messages.of(unit).load_by_message_id(found.ids)
    Outbox.of(unit).load_sent(found.sent)
    Tickets.of(unit).load([entry.ticket for entry in Outbox.of(unit).loaded if entry.ticket is not None])
    Tickets.of(unit).load_tokens(found.tokens)
    Contacts.of(unit).load_identities(found.addresses)
    Messages.of(unit).load_blocked({a.address for a in found.addresses})
    Conversations.of(unit).load_new_ticket_requests(found.requests)
    found.numbers |= matching.load_conversations(unit, found.talking)
    Tickets.of(unit).load(found.numbers)
    tickets = Tickets.of(unit).loaded
    Tickets.of(unit).load_participants(tickets)
    Contacts.of(unit).load({Tickets.of(unit).get(number).contact for number in tickets})
    Contacts.of(unit).expect(Contacts.of(unit).loaded)
    Conversations.of(unit).load_offers(tickets)
    Tickets.of(unit).expect_merged(tickets)
    Messages.of(unit).expect_heads(tickets)
    Histories.of(unit).expect(tickets)
    Outbox.of(unit).expect_automatic(a.address for a in found.addresses)
    if Sla.of(unit).book.used:
        Sla.of(unit).load(tickets, HISTORY_KINDS)


@dataclass(slots=True)
class _Named:
    """The rows of the store that the messages of a batch name."""

    ids: dict[str, None] = field(default_factory=dict)
    sent: dict[str, None] = field(default_factory=dict)
    tokens: dict[str, None] = field(default_factory=dict)
    addresses: set[Address] = field(default_factory=set)
    requests: set[tuple[str, str]] = field(default_factory=set)
    talking: list[tuple[str, Address]] = field(default_factory=list)
    numbers: set[int] = field(default_factory=set)

    def add(self, command: Receive, channel: ChannelInfo, agents: Collection[str]) -> None:
        """Add the rows that a message names. `agents` are the addresses of the agents."""
        message = command.message
        references = matching.references(message)
        self.ids.update(dict.fromkeys(references))
        self.ids.update((known, None) for known in (message.message_id, message.edits) if known)
        self.tokens.update(dict.fromkeys(matching.tokens(message)))
        self.numbers.update(subjects.numbers(message.subject))
        self.sent.update(dict.fromkeys(bounces.reported_ids(message)))
        if message.bounce is not None:
            reported = (*message.bounce.recipients, *(one.address for one in message.bounce.reports))
            self.addresses.update(address_key(channel.kind, address) for address in reported)
        behind = message.behind[0] if message.behind is not None else None
        forwarded = message.forwarded.sender if message.forwarded is not None else None
        for author in filter(None, (message.sender, behind, forwarded)):
            self.addresses.add(address_key(channel.kind, author))
            self.requests.add((channel.name, author.lower()))
        if message.sender:
            if channel.conversational:
                self.talking.append((channel.name, address_key(channel.kind, message.sender)))
            if message.sender.lower() in agents:
                self.sent.update(dict.fromkeys((*message.in_reply_to, *message.references)))


def receive(unit: Unit, command: Receive, actor: Actor) -> Steps:
    """Add the message of a parsed journal row to a ticket, unless it is a duplicate."""
    duplicate = _find_duplicate(unit, command)
    if duplicate is not None:
        return _settle_duplicate(unit, command, duplicate)
    command = replace(command, message=senders.with_author(unit, subjects.limited(command.message)))
    channel = _channel(unit, command)
    proof = dmarc(channel, command.message)
    # A group that names an agent as the author proves nothing: anyone may own the group.
    notified = None if command.message.through else agent_mail.answered_notification(unit, command.message)
    sign = senders.classify_sender(unit, command.message, takes_part=notified is not None, opens=False)
    if notified is not None and not sign.automatic:
        return (yield from _from_agent(unit, command, *notified))
    returned = bounces.reported_entry(unit, command.channel, command.message)
    about = returned or (notified[1] if notified else None)
    if about is not None:
        command = replace(command, message=agent_verification.without_secret(command.message, about))
    copied = duplicates.find_copied(unit, channel, command.message) if about is None else None
    if copied is not None:
        same = duplicates.has_same_text(unit, copied, command.message)
        verified = copied.verified and (same or command.message.through is None)
        match = matching.Match(copied.ticket, duplicates.COPY if same else "same_id", verified=verified)
        sign = senders.classify_sender(unit, command.message, takes_part=verified, opens=False)
        if same:
            sign = Automatic(True, duplicates.COPY, False)
        return (yield from _add_to_ticket(unit, command, match, sign, None))
    if about is not None and about.ticket is not None:
        match = matching.Match(about.ticket, "bounce" if returned else "notification", verified=False)
    elif returned is not None:
        return (yield from _settle_report(unit, command, returned))
    else:
        edited = edits.find_edited(unit, channel.name, command.message)
        if edited is not None and proof is not Dmarc.FAIL:
            return (yield from edits.apply_edit(unit, command, edited))
        intent = intents.standalone_intent(unit, channel, command.message, sign)
        if intent is not None and proof is not Dmarc.FAIL:
            return (yield from intents.carry_out(unit, command, channel, intent))
        match = matching.find(unit, channel, command.message)
        takes_part, opens = match.ticket is not None and match.verified, match.ticket is None
        sign = senders.classify_sender(unit, command.message, takes_part=takes_part, opens=opens)
        if opens and command.message.confirmation is not None:
            return (yield from _settle_report(unit, command, None))
    return (yield from _add_to_ticket(unit, command, match, sign, returned))


def _settle_report(unit: Unit, command: Receive, returned: OutboxEntry | None) -> Steps:
    """Settle a report that belongs to no ticket, without opening one; the journal row keeps the raw mail."""
    bounce, confirmation = command.message.bounce, command.message.confirmation
    if returned is not None and bounce is not None:
        yield from bounces.record_bounce(unit, returned, bounce, 0)
        reason = f"delivery report about outgoing message {returned.id}"
    elif returned is not None and confirmation is not None:
        bounces.record_confirmation(unit, returned, confirmation)
        reason = f"delivery confirmation about outgoing message {returned.id}"
    else:
        kind = "read receipt" if confirmation is not None and confirmation.kind == "read" else "delivery confirmation"
        reason = f"{kind} about an unknown message"
    m = command.message
    subject = _plain_subject(m.subject)
    Journal.of(unit).settle(
        JournalSettled(command.journal, JournalState.DONE, reason=reason, sender=m.sender, subject=subject)
    )
    return Outcome(reason, facts={"report": reason})


def _add_to_ticket(
    unit: Unit, command: Receive, match: matching.Match, sign: Automatic, returned: OutboxEntry | None
) -> Steps:
    """Add the message to the ticket that it matches, or to a new one."""
    channel = _channel(unit, command)
    automatic = (sign.why or "automatic") if sign.automatic else None
    incoming, forwarder = _original(unit, command.message, match)
    trust = sender_trust.assess(unit, channel, command.message, match)
    match = sender_trust.with_trust(match, trust)
    # A message that may be forged does not change the name or the language of the contact.
    doubted = trust in (Trust.FAIL, Trust.DOUBTFUL)
    profile = (None, None) if doubted else (incoming.sender_name, incoming.language)
    contact = contact_for(unit, channel.kind, incoming.sender, *profile)
    own = address_owner(unit, channel.kind, incoming.sender, contact)
    if forwarder is None and trust is not Trust.FAIL:
        yield from add_vouched_addresses(unit, own, incoming.also)
    ticket, follows = (None, None) if match.ticket is None else matching.follow_merges(unit, match.ticket)
    if automatic is not None:
        follows = None  # automatic mail and copies are added even to a closed ticket, and reopen nothing
    spam = spam_verdict(unit, incoming) if match.ticket is None or not match.verified else None
    if ticket is None or follows is not None:
        ticket = open_ticket(
            unit,
            subject=_subject(unit, channel, incoming),
            channel=command.channel,
            contact=own,
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
    message = _message(unit, command, incoming, ticket.number, own, sign, match.verified, trust)
    Messages.of(unit).add(message)
    if match.verified or opened:
        # Automatic mail adds only its sender: its other recipients do not become participants.
        company = [] if automatic is not None else sender_trust.new_participants(unit, incoming, ticket, trust)
        besides = (incoming.sender, forwarder and forwarder.email)
        Tickets.of(unit).add_participants(
            ticket.number, [*(a for a in besides if a and not unit.settings.of(Channels).owns(a)), *company]
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
        yield from _answer_request(unit, channel, incoming, ticket, message, own, picked)
        if incoming.sender and match.verified:
            Contacts.of(unit).mark_bounced(address_key(channel.kind, incoming.sender), None)
    Journal.of(unit).settle(_done(command, message.id))
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


def _from_agent(unit: Unit, command: Receive, agent: Agent, entry: OutboxEntry) -> Steps:
    """Apply the mail with which an agent answers a notification; it is not a customer's message."""
    command = replace(command, message=agent_verification.without_secret(command.message, entry))
    ticket = matching.follow_merges(unit, int(entry.ticket or 0))[0].number
    known = next((h.id for h in Messages.of(unit).heads(ticket) if h.digest == command.message.digest), None)
    if known is not None:  # the reply has another Message-ID than the mail
        return _settle_duplicate(unit, command, known)
    known = agent_verification.accepted_message(unit, entry, agent_verification.content_digest(command.message))
    if known is not None:
        yield from agent_mail.notify_duplicate(unit, agent, entry)
        return _settle_duplicate(unit, command, known)
    before = len(Messages.of(unit).changes.messages)
    reason = agent_verification.rejection_reason(_channel(unit, command), command, entry)
    if reason is None:
        yield from agent_mail.apply_answer(unit, command, agent, entry)
    else:
        yield from agent_mail.reject(unit, command, agent, entry, reason)
    message = Messages.of(unit).changes.messages[before]
    Journal.of(unit).settle(_done(command, message.id))
    return Outcome(
        _("{agent} wrote on ticket {number}", agent=agent.handle, number=ticket),
        (ticket,),
        {"number": ticket, "message": message.id, "how": "notification"},
    )


def _original(unit: Unit, message: InboundMessage, match: matching.Match) -> tuple[InboundMessage, Agent | None]:
    """Return the customer's message and the agent, if an agent forwards it to open a ticket; else the mail and None.

    The sender of a forwarded mail is not verified; therefore a forward opens a ticket and is never added to one.
    """
    forwarded = message.forwarded
    if match.ticket is None and forwarded is None:
        return senders.with_opener(unit, message), None
    if forwarded is None or match.ticket is not None or message.sender is None or message.through is not None:
        return message, None
    agent = next(
        (a for a in Agents.of(unit).agents.values() if a.active and a.email.lower() == message.sender.lower()), None
    )
    if agent is None or unit.settings.of(Channels).owns(forwarded.sender):
        return message, None
    return as_forwarded(message, forwarded), agent


def as_forwarded(message: InboundMessage, forwarded: ForwardedMail) -> InboundMessage:
    """Return a forwarded message as its original sender wrote it."""
    return replace(
        message,
        sender=forwarded.sender,
        sender_name=forwarded.sender_name,
        subject=forwarded.subject or message.subject,
        visible_text=forwarded.text or message.visible_text,
        sent_at=forwarded.sent_at or message.sent_at,
        reply_to=(),
        to=(),
        cc=(),
    )


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


def _find_duplicate(unit: Unit, command: Receive) -> int | None:
    """Return the message of the same mailbox with the same Message-ID and content. The Message-ID alone may collide."""
    message_id = command.message.message_id
    if message_id is None:
        return None
    for head in Messages.of(unit).by_message_id(message_id):
        if head.channel == command.channel and head.digest == command.message.digest:
            return head.id
    return None


def _message(
    unit: Unit,
    command: Receive,
    m: InboundMessage,
    ticket: int,
    contact: int,
    sign: Automatic,
    verified: bool,
    trust: Trust | None,
) -> Message:
    return Message(
        id=unit.source.next_id("messages"),
        ticket=ticket,
        kind=MessageKind.AUTO if sign.automatic else MessageKind.IN,
        channel=command.channel,
        author=m.sender,
        sent_at=sent(m.sent_at, command.envelope.received_at),
        created_at=unit.now,
        subject=m.subject,
        text=m.text,
        visible_text=m.visible_text,
        message_id=m.message_id,
        in_reply_to=m.in_reply_to[0] if m.in_reply_to else None,
        references=m.references,
        digest=m.digest,
        reply_to=m.reply_to,
        to=m.to,
        cc=m.cc,
        lists=m.lists,
        trust=trust,
        contact=contact,
        automatic=(sign.why or "automatic") if sign.automatic else None,
        may_answer=sign.may_answer,
        verified=verified,
        raw_sha256=command.raw_sha256,
        headers=m.headers,
        files=m.files,
    )


def _channel(unit: Unit, command: Receive) -> ChannelInfo:
    """Return the channel; for one that was removed from the configuration while mail was in the journal, a mailbox."""
    return unit.settings.of(Channels).channel(command.channel) or ChannelInfo(command.channel, "email")


def _subject(unit: Unit, channel: ChannelInfo, message: InboundMessage) -> str:
    """Return the subject of a new ticket; in a chat, where messages have no subject, its first line."""
    given = _plain_subject(message.subject)
    if not channel.conversational:
        return given
    if message.intent is not None and message.intent.kind is IntentKind.PERSON and intents.is_only_request(message):
        return phrase(customer_language(unit, message.language), "asks_for_person")
    lines = (" ".join(line.split()) for line in message.visible_text.splitlines() if line.strip())
    return given or next(lines, "")[:78] or next((file.filename for file in message.files if file.filename), "")


def _plain_subject(subject: str) -> str:
    return " ".join(subject.split())


def _settle_duplicate(unit: Unit, command: Receive, message: int) -> Outcome:
    """Settle the journal row of a duplicate of a stored message."""
    Journal.of(unit).settle(_done(command, message, duplicate=True))
    facts = {"message": message, "duplicate": True}
    return Outcome(_("duplicate of message {message}", message=message), facts=facts)


def _done(command: Receive, message: int, duplicate: bool = False) -> JournalSettled:
    m = command.message
    return JournalSettled(
        command.journal, JournalState.DONE, message, duplicate, sender=m.sender, subject=_plain_subject(m.subject)
    )


HANDLERS: dict[type[Command], Handler] = {Receive: receive}
