"""Load what a batch of received messages needs, before its messages are processed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from ..agents.repository import Agents
from ..answers.automatic_answer import Histories
from ..contacts.identity import address_key
from ..contacts.model import Address
from ..contacts.repository import Contacts
from ..delivery import bounces
from ..delivery.repository import Outbox
from ..kernel.unit import Unit
from ..messages import matching, subjects
from ..messages.channels import ChannelInfo
from ..messages.conversations import Conversations
from ..messages.repository import Messages
from ..sla.repository import Sla
from ..sla.ticket_history import HISTORY_KINDS
from ..tickets.repository import Tickets
from .channel import channel_of
from .commands import Receive


def preload(unit: Unit, receives: Sequence[Receive]) -> None:
    """Load the rows that a batch needs, with few statements for the whole batch."""
    unit.source.expect_rows(len(receives))
    agents = {agent.email.lower() for agent in Agents.of(unit).agents.values()}
    found = _Named()
    for command in receives:
        found.add(command, channel_of(unit, command), agents)
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
        reply_to = message.reply_to_person[0] if message.reply_to_person is not None else None
        forwarded = message.forwarded.sender if message.forwarded is not None else None
        for author in filter(None, (message.sender, reply_to, forwarded)):
            self.addresses.add(address_key(channel.kind, author))
            self.requests.add((channel.name, author.lower()))
        if message.sender:
            if channel.conversational:
                self.talking.append((channel.name, address_key(channel.kind, message.sender)))
            if message.sender.lower() in agents:
                self.sent.update(dict.fromkeys((*message.in_reply_to, *message.references)))
