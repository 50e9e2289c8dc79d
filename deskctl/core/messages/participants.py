"""The people of a ticket, message by message: who takes part in the open, and where each of them is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..contacts.model import Identity
from ..kernel.settings import BUILT_IN, ChannelInfo, Settings
from .addresses import answerable, distinct
from .model import MessageKind
from .thread import MessageHead, Trust


@dataclass(frozen=True, slots=True)
class Requester:
    """A customer who opened the ticket, or one that was merged into it; their addresses, the contact's own first."""

    contact: int
    name: str | None
    reached: tuple[Identity, ...]

    def addresses(self, kind: str) -> tuple[str, ...]:
        return tuple(identity.address for identity in self.reached if identity.kind == kind)


@dataclass(frozen=True, slots=True)
class Pending:
    """Addresses that a later message names and that are new: they count once an agent accepts them."""

    head: MessageHead
    reply_to: tuple[str, ...]
    copies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """A participant's message that can be answered: `to` is where, `blind` that the desk got a blind copy."""

    head: MessageHead
    to: tuple[str, ...]
    blind: bool


@dataclass(slots=True)
class Company:
    """What the messages of one kind of channel tell; addresses are compared in lower case.

    `persons` are the requesters' addresses with their contacts; `answered` are replies by the Message-ID that they
    answer. `known` are all who ever took part in the open, `present` those who are in copy now. `answers` is where each
    participant is answered. `strangers` are messages of others. `replies` are the desk's to the requester, `asides`
    those to somebody else alone.
    """

    settings: Settings
    requesters: frozenset[str]
    lists: frozenset[str]
    persons: dict[str, int]
    answered: dict[str, list[MessageHead]]
    known: set[str] = field(default_factory=set)
    present: dict[str, str] = field(default_factory=dict)
    answers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    turns: list[Turn] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)
    strangers: list[MessageHead] = field(default_factory=list)
    replies: list[MessageHead] = field(default_factory=list)
    asides: list[MessageHead] = field(default_factory=list)

    def asked(self, address: str) -> bool:
        """Tell whether an address is a requester's: one of the contact's, or where their messages want answers."""
        address = address.lower()
        wanted = (to for who, to in self.answers.items() if who in self.requesters)
        return address in self.requesters or any(address in map(str.lower, to) for to in wanted)

    def knows_for(self, author: str, address: str) -> bool:
        """Tell whether an address is known for the person who writes from another one."""
        author, address = author.lower(), address.lower()
        person = self.persons.get(author)
        same = person is not None and person == self.persons.get(address)
        return same or address == author or address in map(str.lower, self.answers.get(author, ()))

    def last_reply(self) -> MessageHead | None:
        return self.replies[-1] if self.replies else None


def gather(
    settings: Settings,
    channel: ChannelInfo,
    requesters: Sequence[Requester],
    heads: Sequence[MessageHead],
    *,
    accept: bool = False,
) -> Company:
    """Read the messages that an answer on `channel` can refer to, oldest first.

    `accept`: the newest message that names new recipients is believed.
    """
    own = {address.lower() for one in requesters for address in one.addresses(channel.kind)}
    members = {one.contact for one in requesters} | {i.contact for one in requesters for i in one.reached}
    opened = {
        str(head.author).lower()
        for head in heads
        if head.trust is Trust.FIRST and head.author and (head.contact is None or head.contact in members)
    }  # an agent may have given the ticket to another requester than whoever opened it
    lists = frozenset(address.lower() for head in heads for address in head.lists)
    accepted = None
    if accept:
        waiting = gather(settings, channel, requesters, heads).pending
        accepted = next((p.head.id for p in reversed(waiting) if p.head.trust is not Trust.FAIL), None)
    persons = {a.lower(): one.contact for one in requesters for a in one.addresses(channel.kind)}
    answered: dict[str, list[MessageHead]] = {}
    for head in heads:
        if head.kind is MessageKind.OUT and head.trust is not Trust.ASIDE and head.references:
            answered.setdefault(head.references[-1], []).append(head)
    company = Company(settings, frozenset(own | opened), lists, persons, answered)
    for head in heads:
        if head.kind is MessageKind.OUT:
            _ours(company, head)
        elif head.author is not None and _counts(head) and _is_of(settings, head, channel):
            _theirs(company, channel, head, accepted=head.id == accepted)
    return company


def _is_of(settings: Settings, head: MessageHead, channel: ChannelInfo) -> bool:
    """Tell whether a message names its author by an address of the channel's kind."""
    spoken = settings.channel(head.channel)
    if spoken is not None and spoken.name not in BUILT_IN:
        return spoken.kind == channel.kind
    return channel.kind == "email" and "@" in str(head.author)  # written down by hand, or by a channel of before


def _counts(head: MessageHead) -> bool:
    """A person's message; of a machine's only the one that opened the ticket: a web form, a shop."""
    if head.kind is MessageKind.IN:
        return head.automatic is None
    return head.kind is MessageKind.AUTO and head.trust is Trust.FIRST


def _ours(company: Company, head: MessageHead) -> None:
    visible = distinct((*head.to, *head.cc))
    if head.trust is Trust.ASIDE:
        company.asides.append(head)
        return
    company.replies.append(head)
    company.known.update(map(str.lower, visible))
    for address in answerable(company.settings, visible, company.lists):
        if not company.asked(address):
            company.present.setdefault(address.lower(), address)


def _theirs(company: Company, channel: ChannelInfo, head: MessageHead, *, accepted: bool) -> None:
    author = str(head.author)
    asks = author.lower() in company.requesters
    taking_part = asks or author.lower() in company.known
    blind = channel.kind == "email" and head.channel not in BUILT_IN and not _reached_openly(company, head)
    reply_to = answerable(company.settings, head.reply_to, company.lists)
    copies = () if blind else answerable(company.settings, (*head.to, *head.cc), company.lists)
    copies = distinct(copies, (author, *reply_to))
    new_to = tuple(a for a in reply_to if not company.knows_for(author, a))
    new_copies = tuple(a for a in copies if not _is_known(company, a))
    if new_to or new_copies:
        accepted = accepted or _was_accepted(company, head, reply_to or (author,), copies)
    if not taking_part or head.trust is Trust.FAIL or not (head.verified or accepted):
        if taking_part and (new_to or new_copies):
            company.pending.append(Pending(head, new_to, new_copies))
        if not taking_part:
            company.strangers.append(head)
        return
    believed = accepted or head.trust is Trust.FIRST or head.trust is Trust.PASS
    joining = believed and (asks or accepted)
    if not believed and (new_to or new_copies):
        company.pending.append(Pending(head, new_to, new_copies))
    elif new_copies and not joining:
        company.pending.append(Pending(head, (), new_copies))
    _answered_at(company, author, reply_to, unbelieved=bool(new_to) and not believed)
    if asks or accepted:
        company.known.update((author.lower(), *map(str.lower, company.answers[author.lower()])))
        kept = copies if joining else tuple(a for a in copies if _is_known(company, a))
        others = {a.lower(): a for a in kept if not company.asked(a)}
        if others:  # who answers to all but one leaves that one out; who answers to the desk alone leaves nobody out
            company.present = others
            company.known.update(others)
    company.turns.append(Turn(head, company.answers[author.lower()], blind))


def _was_accepted(company: Company, head: MessageHead, to: Sequence[str], copies: Sequence[str]) -> bool:
    """Tell whether an agent answered the message to exactly where it asks for, and to all whom it names."""
    if head.message_id is None or head.trust is Trust.FAIL:
        return False
    wanted, named = set(map(str.lower, to)), set(map(str.lower, copies))
    for reply in company.answered.get(head.message_id, ()):
        visible = set(map(str.lower, (*reply.to, *reply.cc)))
        if wanted == set(map(str.lower, reply.to)) and named <= visible:
            return True
    return False


def _answered_at(company: Company, author: str, reply_to: tuple[str, ...], *, unbelieved: bool) -> None:
    """Where a participant is answered from now on; a Reply-To that is not believed changes nothing."""
    key = author.lower()
    if unbelieved and key in company.answers:
        return
    direct = answerable(company.settings, (author,), company.lists)
    company.answers[key] = direct if unbelieved or not reply_to else reply_to


def _is_known(company: Company, address: str) -> bool:
    return address.lower() in company.known or company.asked(address)


def _reached_openly(company: Company, head: MessageHead) -> bool:
    """Tell whether an address of the desk, or of a list that passed the message on, stands in To or Cc."""
    named = (*head.to, *head.cc)
    return any(company.settings.owns(address) or address.lower() in company.lists for address in named)
