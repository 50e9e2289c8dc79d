"""Who gets a reply: one rule for agents and machines, and for what is shown before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...errors import Refused, UsageError
from ..contacts.identity import address_key
from ..contacts.model import Identity
from ..delivery import routes
from ..kernel.settings import ChannelInfo, Settings
from .addresses import answerable, distinct, is_nobody, named
from .model import MessageKind
from .participants import Company, Pending, Requester, Turn, gather
from .thread import MessageHead, Trust


@dataclass(frozen=True, slots=True)
class Correspondence:
    """What the rule looks at. `heads` are the ticket's messages and those of the tickets merged into it, oldest first;
    the first of `requesters` is the ticket's own. `channel` is the ticket's. `agents` are the addresses of the desk's
    agents, in lower case."""

    number: int
    channel: str
    heads: tuple[MessageHead, ...]
    requesters: tuple[Requester, ...]
    settings: Settings
    agents: frozenset[str] = frozenset()

    @property
    def contact(self) -> int:
        return self.requesters[0].contact


@dataclass(frozen=True, slots=True)
class Wish:
    """What the author of a reply asks for. `to` replaces all recipients, `cc` and `bcc` add; `no_cc` drops the copies
    that the rule finds; `accept` believes the newest message that names new recipients."""

    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    no_cc: bool = False
    accept: bool = False


@dataclass(frozen=True, slots=True)
class Recipients:
    """Bare addresses, each once. `why` says in a few words why these; `warnings` what an agent should know first.

    `aside`: the requester does not get it. `new` are recipients who did not get the last reply, none for the first one.
    `answers` is the message that is answered, None where none is.
    """

    to: tuple[str, ...]
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    why: str = ""
    warnings: tuple[str, ...] = ()
    aside: bool = False
    new: tuple[str, ...] = ()
    answers: MessageHead | None = None

    @property
    def everyone(self) -> tuple[str, ...]:
        return (*self.to, *self.cc, *self.bcc)


_NO_WISH = Wish()


def decide(talk: Correspondence, channel: ChannelInfo, wish: Wish = _NO_WISH) -> Recipients:
    """Return who gets a reply that leaves on `channel`.

    1. To: whoever wrote last among the participants, at the Reply-To of theirs that is believed; else the requester.
       An agent who writes along without answering a notification is in copy, and not who is answered.
    2. Never the desk's own addresses, mailing lists, addresses that nobody reads, or an address twice.
    3. Cc: the other requesters, and whom a requester or an agent put there in the open; if the desk got a blind copy
       of what is answered, only whom an agent put there since.

    Raises Refused when there is nobody to write to, UsageError for a named address that is none.
    """
    heads = routes.referable_messages(talk.settings, channel, talk.heads)
    company = gather(talk.settings, channel, talk.requesters, heads, accept=wish.accept)
    mail = channel.kind == "email"
    if not mail and (wish.cc or wish.bcc):
        raise UsageError(f"channel {channel.name} has no copies", "leave out --cc and --bcc, or reply by mail")
    if wish.to and not any(text.strip() for text in wish.to):
        raise UsageError("no recipient is named", "write an address after To:, or give --to ADDRESS")
    cc, bcc = named(talk.settings, wish.cc, "--cc"), named(talk.settings, wish.bcc, "--bcc")
    if wish.to:
        to = _named(talk, channel, heads, wish.to)
        found = Recipients(to, why="named by the author", answers=_last_from(company, to))
    else:
        found = _by_rule(talk, channel, company)
    kept = () if wish.no_cc or wish.to else found.cc
    cc = distinct((*kept, *cc), found.to)
    bcc = distinct(bcc, (*found.to, *cc))
    aside = bool(wish.to) and mail and not any(map(company.asked, (*found.to, *cc)))
    return Recipients(
        found.to,
        cc,
        bcc,
        found.why,
        tuple(_warnings(talk, company)),
        aside,
        _new((*found.to, *cc, *bcc), company, aside),
        found.answers or (None if aside else company.last_reply()),
    )


def machine_recipient(talk: Correspondence, channel: ChannelInfo, message: int | None = None) -> str | None:
    """Where a machine of the desk may answer a message (None: the newest that can be answered); None for nobody.

    A machine writes to one address only, and only if the message is the one that a reply would answer.
    """
    try:
        found = decide(talk, channel)
    except Refused:
        return None
    answers = found.answers
    if answers is None or answers.kind is MessageKind.OUT or (message is not None and answers.id != message):
        return None
    return found.to[0]


def _by_rule(talk: Correspondence, channel: ChannelInfo, company: Company) -> Recipients:
    turn = next((turn for turn in reversed(company.turns) if turn.to and not _is_agents(talk, company, turn)), None)
    if turn is None:
        to = (_newest(talk, channel, company),)
        others = _others(talk, channel, company, to[0])
        return Recipients(to, () if channel.conversational else others, why="the requester's address")
    author = str(turn.head.author)
    asks = author.lower() in company.requesters
    why = "the requester wrote last" if asks else f"{author} wrote last"
    if distinct(turn.to, (author,)):
        why += ", with a Reply-To"
    if channel.conversational:
        return Recipients(turn.to, why=why, answers=turn.head)
    if turn.blind:
        since = {a.lower() for r in company.replies if r.id > turn.head.id for a in (*r.to, *r.cc)}
        added = [address for key, address in company.present.items() if key in since]
        why += "; the desk was not among those it was written to"
        return Recipients(turn.to, distinct(added, (*turn.to, author)), why=why, answers=turn.head)
    copies = (*_others(talk, channel, company, author), *company.present.values())
    return Recipients(turn.to, distinct(copies, (*turn.to, author)), why=why, answers=turn.head)


def _is_agents(talk: Correspondence, company: Company, turn: Turn) -> bool:
    """Tell whether a message is one of the desk's agents, who is not a requester."""
    author = str(turn.head.author).lower()
    return author in talk.agents and author not in company.requesters


def _others(talk: Correspondence, channel: ChannelInfo, company: Company, author: str) -> tuple[str, ...]:
    """An address of each requester other than the author: where they wrote from last, else the newest."""
    found: list[str] = []
    for one in talk.requesters:
        own = {address.lower() for address in one.addresses(channel.kind)}
        if author.lower() in own:
            continue
        wrote = [turn.to for turn in company.turns if str(turn.head.author).lower() in own and turn.to]
        newest = answerable(talk.settings, reversed(_arriving(one, channel.kind)), company.lists)
        found += wrote[-1] if wrote else newest[:1]
    return tuple(found)


def _arriving(one: Requester, kind: str) -> list[str]:
    """A requester's addresses that mail arrives at, if there are any; else all."""
    reached = [identity for identity in one.reached if identity.kind == kind]
    return [i.address for i in reached if i.bounced is None] or [i.address for i in reached]


def _newest(talk: Correspondence, channel: ChannelInfo, company: Company) -> str:
    """The newest address of the requester on the channel. Raises Refused."""
    one = talk.requesters[0]
    addresses = _arriving(one, channel.kind)
    found = answerable(talk.settings, reversed(addresses), company.lists)
    if found:
        return found[0]
    if addresses:
        raise Refused(
            f"ticket {talk.number} has nobody to answer: {addresses[-1]} takes no answers",
            f"deskctl reply {talk.number} --to ADDRESS names someone; deskctl note records what you do",
        )
    raise Refused(
        f"ticket {talk.number} has no address to answer to by {channel.kind}: {_listed(one.reached)}",
        f"{_tie(talk, channel)}; deskctl note records what you do",
    )


def _tie(talk: Correspondence, channel: ChannelInfo) -> str:
    """How someone becomes known on a channel."""
    if channel.conversational:
        return f"deskctl contact link {talk.contact} --channel {channel.name} gives them a code to send there"
    return f"deskctl contact merge {talk.contact} OTHER, if they have written that way"


def _named(
    talk: Correspondence, channel: ChannelInfo, heads: Sequence[MessageHead], wanted: Sequence[str]
) -> tuple[str, ...]:
    """The addresses that the author names: a requester's, and by mail those of anyone who stands on a message of the
    ticket. Anyone, if the requester takes no answers. Not after a chat, because the whole of it goes along with the
    first mail. Raises Refused, UsageError."""
    reached = [identity for one in talk.requesters for identity in one.reached]
    known = {identity.address.lower(): identity.address for identity in reached if identity.kind == channel.kind}
    mail = channel.kind == "email"
    addresses: Sequence[str]
    if mail:
        addresses = named(talk.settings, wanted, "--to")
        if any(head.kind is not MessageKind.NOTE for head in heads):
            if known and not answerable(talk.settings, known.values(), ()):
                return distinct(addresses)
            known = {address.lower(): address for head in heads for address in _on(head)} | known
    else:
        addresses = [address_key(channel.kind, text).address for text in wanted]
    for address in addresses:
        if address.lower() not in known:
            more = "; --cc and --bcc add someone new" if mail else ""
            raise Refused(
                f"“{address}” is not a known {channel.kind} address on ticket {talk.number}{more}",
                f"known is: {_listed(reached)}",
            )
    return distinct(known[address.lower()] for address in addresses)


def _on(head: MessageHead) -> tuple[str, ...]:
    """Every address that stands on a message."""
    author = (head.author,) if head.author is not None and "@" in head.author else ()
    return (*author, *head.reply_to, *head.to, *head.cc, *head.bcc)


def _last_from(company: Company, addresses: Sequence[str]) -> MessageHead | None:
    """The newest message by one of these, participant or not."""
    wanted = {address.lower() for address in addresses}
    heads = [*(turn.head for turn in company.turns), *company.strangers]
    own = [head for head in heads if str(head.author).lower() in wanted]
    own += [t.head for t in company.turns if wanted & {a.lower() for a in t.to}]
    return max(own, key=lambda head: head.id, default=None)


def _new(everyone: Sequence[str], company: Company, aside: bool) -> tuple[str, ...]:
    sent = sorted((*company.replies, *(company.asides if aside else ())), key=lambda head: head.id)
    return distinct(everyone, (*sent[-1].to, *sent[-1].cc, *sent[-1].bcc)) if sent else ()


def _warnings(talk: Correspondence, company: Company) -> list[str]:
    """What was said since the last reply and does not count."""
    last = company.last_reply()
    since = last.id if last is not None else 0
    told = {pending.head.id for pending in company.pending}
    forged = [h for h in routes.customer_messages(talk.heads) if h.trust is Trust.FAIL and h.id not in told]
    strangers: dict[str, list[MessageHead]] = {}
    for head in company.strangers:
        if head.trust is not Trust.FAIL and head.id > since:
            strangers.setdefault(str(head.author).lower(), []).append(head)
    found = {pending.head.id: _of_pending(pending) for pending in company.pending}
    found |= {h.id: f"message {h.id} fails DMARC: its sender {h.author} may be forged" for h in forged}
    found |= {heads[0].id: stranger(talk.number, *heads) for heads in strangers.values()}
    return [found[number] for number in sorted(found) if number > since]


def stranger(ticket: int, head: MessageHead, *more: MessageHead) -> str:
    """What to know of messages whose one sender does not take part."""
    hint = "" if is_nobody(str(head.author)) else f"; deskctl reply {ticket} --to {head.author} answers them alone"
    numbers = f"messages {', '.join(str(h.id) for h in (head, *more))}" if more else f"message {head.id}"
    return f"{numbers}: {head.author} is not a participant{hint}"


def _of_pending(pending: Pending) -> str:
    head = pending.head
    wants = []
    if pending.reply_to:
        wants.append(f"asks for answers to {', '.join(pending.reply_to)}")
    if pending.copies:
        wants.append(f"names {', '.join(pending.copies)} in copy")
    what = f"message {head.id} {' and '.join(wants)}"
    if head.trust is Trust.FAIL:
        return f"{what}, but fails DMARC: its sender {head.author} may be forged"
    return f"{what}; they get nothing unless --accept-recipients, --to or --cc says so"


def _listed(reached: Sequence[Identity]) -> str:
    return ", ".join(f"{i.address} ({i.kind})" for i in reached) or "nothing is known of them"


def unanswerable(reason: Refused) -> Recipients:
    """What is shown where nothing can be sent."""
    return Recipients((), why=reason.what)


def of_message(settings: Settings, sender: str | None, lists: Sequence[str] = ()) -> str | None:
    """Where a machine may answer a message that is on no ticket: at its sender's own address, never at a Reply-To."""
    if sender is None:
        return None
    if "@" not in sender:
        return sender
    return next(iter(answerable(settings, (sender,), {address.lower() for address in lists})), None)
