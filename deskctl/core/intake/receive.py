"""From a journal row to a ticket: duplicate? → who → which ticket → open or append → journal row done."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from datetime import datetime

from ..agents.model import Agent
from ..agents.repository import Agents
from ..answers import choices, intents
from ..contacts.identity import address_key, address_owner, contact_for
from ..contacts.linking import add_vouched_addresses
from ..contacts.repository import Contacts
from ..delivery import bounces
from ..delivery.model import OutboxEntry
from ..delivery.repository import Outbox
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.handler import By, Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.settings import ChannelInfo
from ..kernel.unit import Unit
from ..messages import matching, sender_trust, senders, subjects
from ..messages.authentication import Dmarc, dmarc
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
from . import agent_mail as agentmail
from . import agent_verification as agentproof
from . import duplicates as copies
from . import edits as editing
from .commands import Receive
from .journal import JournalSettled, JournalState
from .repository import Journal


def preload(unit: Unit, receives: Sequence[Receive]) -> None:
    """Load what a batch will touch, a few statements for all of it."""
    ids: dict[str, None] = {}
    sent: dict[str, None] = {}
    addresses = set()
    talking = []
    numbers: set[int] = set()
    agents = {agent.email.lower() for agent in Agents.of(unit).agents.values()}
    for command in receives:
        message = command.message
        references = matching.references(message)
        ids.update(dict.fromkeys(references))
        ids.update((known, None) for known in (message.message_id, message.edits) if known)
        channel = _channel(unit, command)
        if message.behind is not None:
            addresses.add(address_key(channel.kind, message.behind[0]))
        if message.sender:
            addresses.add(address_key(channel.kind, message.sender))
            if channel.conversational:
                talking.append((channel.name, address_key(channel.kind, message.sender)))
            if message.sender.lower() in agents:
                sent.update(dict.fromkeys(references))
        numbers.update(subjects.numbers(message.subject))
    Messages.of(unit).load_by_message_id(ids)
    Outbox.of(unit).load_sent(sent)
    Contacts.of(unit).load_identities(addresses)
    Messages.of(unit).load_blocked({a.address for a in addresses})
    numbers |= matching.load_conversations(unit, talking)
    if numbers:
        Tickets.of(unit).load(numbers)
        Tickets.of(unit).load_participants({n for n in numbers if Tickets.of(unit).find(n) is not None})
    Conversations.of(unit).load_offers(Tickets.of(unit).loaded)
    if Sla.of(unit).book.used:
        Sla.of(unit).load(Tickets.of(unit).loaded, HISTORY_KINDS)


def receive(unit: Unit, command: Receive, actor: Actor) -> Steps:
    """One parsed journal row becomes one message on one ticket, or is known to be there already."""
    twin = _twin(unit, command)
    if twin is not None:
        Journal.of(unit).settle(_done(command, twin, duplicate=True))
        return Outcome(f"the same as message {twin}", facts={"message": twin, "duplicate": True})
    command = replace(command, message=senders.with_author(unit, command.message))
    channel = _channel(unit, command)
    proof = dmarc(channel, command.message)
    # A group that names an agent as the author proves nothing: it may be anyone's group.
    notified = None if command.message.through else agentmail.answered(unit, command.message)
    sign = senders.classify_sender(unit, command.message, takes_part=notified is not None, opens=False)
    if notified is not None and not sign.automatic:
        return (yield from _from_agent(unit, command, *notified))
    returned = bounces.reported_entry(unit, command.channel, command.message)
    about = returned or (notified[1] if notified else None)
    if about is not None:
        command = replace(command, message=agentproof.without_secret(command.message, about))
    copied = copies.earlier(unit, channel, command.message) if about is None else None
    if copied is not None:
        same = copies.says_the_same(unit, copied, command.message)
        verified = copied.verified and (same or command.message.through is None)
        match = matching.Match(copied.ticket, copies.COPY if same else "same_id", verified=verified)
        sign = senders.classify_sender(unit, command.message, takes_part=verified, opens=False)
        return (yield from _keep(unit, command, match, Automatic(True, copies.COPY, False) if same else sign, None))
    if about is not None and about.ticket is not None:
        match = matching.Match(about.ticket, "bounce" if returned else "notification", verified=False)
    elif returned is not None:
        return (yield from _apart(unit, command, returned))
    else:
        edited = editing.earlier(unit, channel.name, command.message)
        if edited is not None and proof is not Dmarc.FAIL:
            return (yield from editing.replace_words(unit, command, edited))
        intent = intents.asked(unit, channel, command.message, sign)
        if intent is not None and proof is not Dmarc.FAIL:
            return (yield from intents.carry_out(unit, command, channel, intent))
        match = matching.find(unit, channel, command.message)
        takes_part, opens = match.ticket is not None and match.verified, match.ticket is None
        sign = senders.classify_sender(unit, command.message, takes_part=takes_part, opens=opens)
        if opens and command.message.confirmation is not None:
            return (yield from _apart(unit, command, None))
    return (yield from _keep(unit, command, match, sign, returned))


def _apart(unit: Unit, command: Receive, returned: OutboxEntry | None) -> Steps:
    """A report that belongs to no ticket opens none: its journal row, which keeps the raw mail, is done."""
    bounce, confirmation = command.message.bounce, command.message.confirmation
    if returned is not None and bounce is not None:
        yield from bounces.record_bounce(unit, returned, bounce, 0)
        reason = f"delivery report about outgoing message {returned.id}"
    elif returned is not None and confirmation is not None:
        bounces.record_confirmation(unit, returned, confirmation)
        reason = f"report of success about outgoing message {returned.id}"
    else:
        kind = "read receipt" if confirmation is not None and confirmation.kind == "read" else "report of success"
        reason = f"{kind} about no message of this desk"
    m = command.message
    subject = _plain_subject(m.subject)
    Journal.of(unit).settle(
        JournalSettled(command.journal, JournalState.DONE, reason=reason, sender=m.sender, subject=subject)
    )
    return Outcome(reason, facts={"report": reason})


def _keep(unit: Unit, command: Receive, match: matching.Match, sign: Automatic, returned: OutboxEntry | None) -> Steps:
    """The message goes on the ticket that it matches, or on a new one."""
    channel = _channel(unit, command)
    automatic = (sign.why or "automatic") if sign.automatic else None
    incoming, forwarder = _as_written(unit, command.message, match)
    trust = sender_trust.assess(unit, channel, command.message, match)
    match = sender_trust.with_trust(match, trust)
    # What may be forged teaches nothing about the person in whose name it comes.
    doubted = trust in (Trust.FAIL, Trust.DOUBTFUL)
    told = (None, None) if doubted else (incoming.sender_name, incoming.language)
    contact = contact_for(unit, channel.kind, incoming.sender, *told)
    own = address_owner(unit, channel.kind, incoming.sender, contact)
    if forwarder is None and trust is not Trust.FAIL:
        yield from add_vouched_addresses(unit, own, incoming.also)
    ticket, follows = (None, None) if match.ticket is None else matching.follow_merges(unit, match.ticket)
    if automatic is not None:
        follows = None  # a machine's mail or a copy stays even on a closed ticket, and wakes nothing
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
        # A machine speaks for its sender only: whom it copies has no part in the ticket.
        company = [] if automatic is not None else sender_trust.new_participants(unit, incoming, ticket, trust)
        besides = (incoming.sender, forwarder and forwarder.email)
        Tickets.of(unit).add_participants(
            ticket.number, [*(a for a in besides if a and not unit.settings.owns(a)), *company]
        )
    received = _earlier(unit, command)
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
        picked = choices.answered(unit, channel, ticket, incoming) if match.verified else None
        if picked is None or picked[1].more:
            yield from _wake(unit, ticket, command)
        yield from _asked(unit, channel, incoming, ticket, message, own, picked)
        if incoming.sender and match.verified:
            Contacts.of(unit).mark_bounced(address_key(channel.kind, incoming.sender), None)
    Journal.of(unit).settle(_done(command, message.id))
    facts = {"number": ticket.number, "message": message.id, "how": match.how}
    return Outcome(f"message {message.id} is on ticket {ticket.number}", (ticket.number,), facts)


def _asked(
    unit: Unit,
    channel: ChannelInfo,
    incoming: InboundMessage,
    ticket: Ticket,
    message: Message,
    contact: int,
    picked: tuple[MessageHead, choices.Pick] | None,
) -> Generator[Event | By, None, None]:
    """What the message asks for beside what it says: a person, or one of the choices that were offered."""
    name = ""
    if picked is not None:
        name = yield from choices.make(unit, ticket, *picked, contact)
    elif incoming.intent is not None and incoming.intent.kind is IntentKind.PERSON:
        name = yield from choices.ask_for_person(unit, ticket.number, message.id, contact)
    if name and not (channel.acknowledge and Tickets.of(unit).opened_now(ticket.number)):
        language = customer_language(unit, incoming.language, ticket.language)
        words = intents.confirmation(channel, language, name, ticket)
        intents.answered(unit, channel, incoming, words, language, ticket, name)


def _from_agent(unit: Unit, command: Receive, agent: Agent, entry: OutboxEntry) -> Steps:
    """An agent answers a notification: the mail is what they do, not a customer's message."""
    command = replace(command, message=agentproof.without_secret(command.message, entry))
    ticket = matching.follow_merges(unit, int(entry.ticket or 0))[0].number
    known = next((h.id for h in Messages.of(unit).heads(ticket) if h.digest == command.message.digest), None)
    if known is not None:  # what it became carries another Message-ID than the mail
        Journal.of(unit).settle(_done(command, known, duplicate=True))
        return Outcome(f"the same as message {known}", facts={"message": known, "duplicate": True})
    known = agentproof.accepted_as(unit, entry, agentproof.content(command.message))
    if known is not None:
        yield from agentmail.said_before(unit, agent, entry)
        Journal.of(unit).settle(_done(command, known, duplicate=True))
        return Outcome(f"the same as message {known}", facts={"message": known, "duplicate": True})
    before = len(Messages.of(unit).changes.messages)
    objection = agentproof.objection(_channel(unit, command), command, entry)
    if objection is None:
        yield from agentmail.perform(unit, command, agent, entry)
    else:
        yield from agentmail.not_accepted(unit, command, agent, entry, objection)
    message = Messages.of(unit).changes.messages[before]
    Journal.of(unit).settle(_done(command, message.id))
    return Outcome(
        f"{agent.handle} wrote on ticket {ticket}",
        (ticket,),
        {"number": ticket, "message": message.id, "how": "notification"},
    )


def _as_written(unit: Unit, message: InboundMessage, match: matching.Match) -> tuple[InboundMessage, Agent | None]:
    """What the customer wrote, where an agent forwards it to open a ticket, and that agent; else the mail itself.

    The sender of a forward is no better proven than that of any mail: it opens a ticket, it never enters one.
    """
    forwarded = message.forwarded
    if match.ticket is None and forwarded is None:
        return senders.with_opener(unit, message), None
    if forwarded is None or match.ticket is not None or message.sender is None or message.through is not None:
        return message, None
    agent = next(
        (a for a in Agents.of(unit).agents.values() if a.active and a.email.lower() == message.sender.lower()), None
    )
    if agent is None or unit.settings.owns(forwarded.sender):
        return message, None
    return as_forwarded(message, forwarded), agent


def as_forwarded(message: InboundMessage, forwarded: ForwardedMail) -> InboundMessage:
    """A forward, as its first sender wrote it."""
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


def _wake(unit: Unit, ticket: Ticket, command: Receive) -> Generator[Event, None, None]:
    """A person wrote: the ticket is work again, and they wait since the oldest word that nobody answered."""
    if ticket.status in REOPENED:
        yield StatusChanged(ticket.number, ticket.status, Status.OPEN)
    if ticket.waiting_since is None:
        yield WaitingChanged(ticket.number, None, _earlier(unit, command) or unit.now)


def _earlier(unit: Unit, command: Receive) -> datetime | None:
    """When the desk had the message, if that was before now. Old mail that is taken in is new to the desk: nobody was
    there to be promised anything."""
    at = command.envelope.received_at
    return at if at < unit.now and command.envelope.via != "import" else None


def _twin(unit: Unit, command: Receive) -> int | None:
    """A message of the same mailbox with the same id and the same content; the same id alone is no duplicate."""
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
    """The channel, or what is known of one that left the configuration with mail still in the journal."""
    return unit.settings.channel(command.channel) or ChannelInfo(command.channel, "email")


def _subject(unit: Unit, channel: ChannelInfo, message: InboundMessage) -> str:
    """What a ticket is called: in a conversation by its first words, as people give their messages no subject there."""
    given = _plain_subject(message.subject)
    if not channel.conversational:
        return given
    if message.intent is not None and message.intent.kind is IntentKind.PERSON and intents.wordless(message):
        return phrase(customer_language(unit, message.language), "asks_for_person")
    lines = (" ".join(line.split()) for line in message.visible_text.splitlines() if line.strip())
    return given or next(lines, "")[:78] or next((file.filename for file in message.files if file.filename), "")


def _plain_subject(subject: str) -> str:
    return " ".join(subject.split())


def _done(command: Receive, message: int, duplicate: bool = False) -> JournalSettled:
    m = command.message
    return JournalSettled(
        command.journal, JournalState.DONE, message, duplicate, sender=m.sender, subject=_plain_subject(m.subject)
    )


HANDLERS: dict[type[Command], Handler] = {Receive: receive}
