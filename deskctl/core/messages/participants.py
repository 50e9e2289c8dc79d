"""The participants of a ticket, message by message, and the addresses at which each gets answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from ...dataclass import dataclass
from ..contacts.model import Identity
from ..kernel.settings import Settings
from .addresses import answerable, distinct
from .channels import BUILT_IN, ChannelInfo, Channels
from .model import MessageKind
from .thread import MessageHead, Trust


@dataclass(frozen=True, slots=True)
class Requester:
    """A customer who opened the ticket, or one that was merged into it. Their own addresses come first."""

    contact: int
    name: str | None
    reached: tuple[Identity, ...]

    def addresses(self, kind: str) -> tuple[str, ...]:
        """Return the requester's addresses of a kind."""
        return tuple(identity.address for identity in self.reached if identity.kind == kind)


@dataclass(frozen=True, slots=True)
class PendingRecipients:
    """New addresses in a later message, which are not recipients until an agent accepts them."""

    head: MessageHead
    reply_to: tuple[str, ...]
    copies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswerableMessage:
    """A participant's message with the addresses for its answer. `blind`: the desk got a blind copy."""

    head: MessageHead
    to: tuple[str, ...]
    blind: bool


@dataclass(slots=True)
class Participants:
    """The participants according to the messages of one kind of channel. Addresses are compared in lower case.

    `persons` are the requesters' addresses with their contacts. `answered` are replies by the Message-ID that they
    answer. `known` are all visible participants ever, `present` those who are in copy now. `answers` are the addresses
    for an answer, by participant. `received` are the participants' messages, `strangers` those of others. `replies` are
    the desk's replies to the requester, `asides` those without the requester.
    """

    settings: Settings
    requesters: frozenset[str]
    lists: frozenset[str]
    persons: dict[str, int]
    answered: dict[str, list[MessageHead]]
    known: set[str] = field(default_factory=set)
    present: dict[str, str] = field(default_factory=dict)
    answers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    received: list[AnswerableMessage] = field(default_factory=list)
    pending: list[PendingRecipients] = field(default_factory=list)
    strangers: list[MessageHead] = field(default_factory=list)
    replies: list[MessageHead] = field(default_factory=list)
    asides: list[MessageHead] = field(default_factory=list)

    def asked(self, address: str) -> bool:
        """Return True for an address of a requester: one of the contact's, or one that their Reply-To names."""
        address = address.lower()
        wanted = (to for who, to in self.answers.items() if who in self.requesters)
        return address in self.requesters or any(address in map(str.lower, to) for to in wanted)

    def knows_for(self, author: str, address: str) -> bool:
        """Return True if an address is known for the author of another one."""
        author, address = author.lower(), address.lower()
        person = self.persons.get(author)
        same = person is not None and person == self.persons.get(address)
        return same or address == author or address in map(str.lower, self.answers.get(author, ()))

    def last_reply(self) -> MessageHead | None:
        """Return the newest reply to the requester."""
        return self.replies[-1] if self.replies else None


def read_participants(
    settings: Settings,
    channel: ChannelInfo,
    requesters: Sequence[Requester],
    heads: Sequence[MessageHead],
    *,
    accept: bool = False,
) -> Participants:
    """Read the messages that an answer on `channel` can refer to, oldest first.

    `accept`: accept the newest message that names new recipients.
    """
    requester_addresses = {address.lower() for one in requesters for address in one.addresses(channel.kind)}
    members = {one.contact for one in requesters} | {i.contact for one in requesters for i in one.reached}
    opened = {
        str(head.author).lower()
        for head in heads
        if head.trust is Trust.FIRST and head.author and (head.contact is None or head.contact in members)
    }  # an agent may have set another requester than the contact who opened the ticket
    lists = frozenset(address.lower() for head in heads for address in head.lists)
    accepted = None
    if accept:
        waiting = read_participants(settings, channel, requesters, heads).pending
        accepted = next((p.head.id for p in reversed(waiting) if p.head.trust is not Trust.FAIL), None)
    persons = {a.lower(): one.contact for one in requesters for a in one.addresses(channel.kind)}
    answered: dict[str, list[MessageHead]] = {}
    for head in heads:
        if head.kind is MessageKind.OUT and head.trust is not Trust.WITHOUT_REQUESTER and head.references:
            answered.setdefault(head.references[-1], []).append(head)
    participants = Participants(settings, frozenset(requester_addresses | opened), lists, persons, answered)
    for head in heads:
        if head.kind is MessageKind.OUT:
            _add_reply(participants, head)
        elif head.author is not None and _counts(head) and _is_of(settings, head, channel):
            _add_customer_message(participants, channel, head, accepted=head.id == accepted)
    return participants


def _is_of(settings: Settings, head: MessageHead, channel: ChannelInfo) -> bool:
    """Return True if the author's address of a message is of the channel's kind."""
    origin = settings.of(Channels).channel(head.channel)
    if origin is not None and origin.name not in BUILT_IN:
        return origin.kind == channel.kind
    return channel.kind == "email" and "@" in str(
        head.author
    )  # entered by an agent, or from a channel that was removed


def _counts(head: MessageHead) -> bool:
    """Return True for a message of a person, or an automatic one that opened the ticket (a web form, a shop)."""
    if head.kind is MessageKind.IN:
        return head.automatic is None
    return head.kind is MessageKind.AUTO and head.trust is Trust.FIRST


def _add_reply(participants: Participants, head: MessageHead) -> None:
    """Add a reply of the desk."""
    visible = distinct((*head.to, *head.cc))
    if head.trust is Trust.WITHOUT_REQUESTER:
        participants.asides.append(head)
        return
    participants.replies.append(head)
    participants.known.update(map(str.lower, visible))
    for address in answerable(participants.settings, visible, participants.lists):
        if not participants.asked(address):
            participants.present.setdefault(address.lower(), address)


def _add_customer_message(
    participants: Participants, channel: ChannelInfo, head: MessageHead, *, accepted: bool
) -> None:
    """Add a message that is not from the desk."""
    author = str(head.author)
    asks = author.lower() in participants.requesters
    taking_part = asks or author.lower() in participants.known
    blind = channel.kind == "email" and head.channel not in BUILT_IN and not _reached_openly(participants, head)
    reply_to = answerable(participants.settings, head.reply_to, participants.lists)
    copies = () if blind else answerable(participants.settings, (*head.to, *head.cc), participants.lists)
    copies = distinct(copies, (author, *reply_to))
    new_to = tuple(a for a in reply_to if not participants.knows_for(author, a))
    new_copies = tuple(a for a in copies if not _is_known(participants, a))
    if new_to or new_copies:
        accepted = accepted or _was_accepted(participants, head, reply_to or (author,), copies)
    if not taking_part or head.trust is Trust.FAIL or not (head.verified or accepted):
        if taking_part and (new_to or new_copies):
            participants.pending.append(PendingRecipients(head, new_to, new_copies))
        if not taking_part:
            participants.strangers.append(head)
        return
    believed = accepted or head.trust is Trust.FIRST or head.trust is Trust.PASS
    joining = believed and (asks or accepted)
    if not believed and (new_to or new_copies):
        participants.pending.append(PendingRecipients(head, new_to, new_copies))
    elif new_copies and not joining:
        participants.pending.append(PendingRecipients(head, (), new_copies))
    _answered_at(participants, author, reply_to, unbelieved=bool(new_to) and not believed)
    if asks or accepted:
        participants.known.update((author.lower(), *map(str.lower, participants.answers[author.lower()])))
        kept = copies if joining else tuple(a for a in copies if _is_known(participants, a))
        others = {a.lower(): a for a in kept if not participants.asked(a)}
        if others:  # a message to all but one drops that one; a message to the desk alone drops no one
            participants.present = others
            participants.known.update(others)
    participants.received.append(AnswerableMessage(head, participants.answers[author.lower()], blind))


def _was_accepted(participants: Participants, head: MessageHead, to: Sequence[str], copies: Sequence[str]) -> bool:
    """Return True if an agent's answer went to exactly the addresses in Reply-To, and to all others in the message."""
    if head.message_id is None or head.trust is Trust.FAIL:
        return False
    wanted, named = set(map(str.lower, to)), set(map(str.lower, copies))
    for reply in participants.answered.get(head.message_id, ()):
        visible = set(map(str.lower, (*reply.to, *reply.cc)))
        if wanted == set(map(str.lower, reply.to)) and named <= visible:
            return True
    return False


def _answered_at(participants: Participants, author: str, reply_to: tuple[str, ...], *, unbelieved: bool) -> None:
    """Set the addresses for answers to a participant. A Reply-To that is not believed changes nothing."""
    key = author.lower()
    if unbelieved and key in participants.answers:
        return
    direct = answerable(participants.settings, (author,), participants.lists)
    participants.answers[key] = direct if unbelieved or not reply_to else reply_to


def _is_known(participants: Participants, address: str) -> bool:
    return address.lower() in participants.known or participants.asked(address)


def _reached_openly(participants: Participants, head: MessageHead) -> bool:
    """Return True if To or Cc has an address of the desk, or of a list that relayed the message."""
    named = (*head.to, *head.cc)
    channels = participants.settings.of(Channels)
    return any(channels.owns(address) or address.lower() in participants.lists for address in named)
