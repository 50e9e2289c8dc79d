"""The recipients of a reply: one rule for agents, for automatic messages, and for the preview."""

from __future__ import annotations

from collections.abc import Sequence

from ...dataclass import dataclass
from ...errors import Refused, UsageError
from ...i18n import _, _n
from ..contacts.identity import address_key
from ..contacts.model import Identity
from ..delivery import routes
from ..kernel.settings import Settings
from .addresses import answerable, distinct, is_unattended, parse_addresses
from .channels import ChannelInfo
from .model import MessageKind
from .participants import AnswerableMessage, Participants, PendingRecipients, Requester, read_participants
from .thread import MessageHead, Trust


@dataclass(frozen=True, slots=True)
class Correspondence:
    """The input of the rule.

    `heads` are the messages of the ticket and of those merged into it, oldest first. The first of `requesters` is the
    ticket's own. `channel` is the ticket's. `agents` are the addresses of the desk's agents, in lower case.
    """

    number: int
    channel: str
    heads: tuple[MessageHead, ...]
    requesters: tuple[Requester, ...]
    settings: Settings
    agents: frozenset[str] = frozenset()

    @property
    def contact(self) -> int:
        """The contact of the ticket's own requester."""
        return self.requesters[0].contact


@dataclass(frozen=True, slots=True)
class RecipientRequest:
    """The recipients that the author of a reply asks for.

    `to` replaces all recipients, `cc` and `bcc` add copies, `no_cc` drops the copies that the rule finds. `accept`
    accepts the newest message that names new recipients.
    """

    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    no_cc: bool = False
    accept: bool = False


@dataclass(frozen=True, slots=True)
class Recipients:
    """Bare addresses, each once, with the reason (`why`) and `warnings` for the agent.

    `aside`: the requester does not get the reply. `new` are recipients who did not get the last reply, none for the
    first one. `answers` is the message that is answered, or None.
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
    def all_addresses(self) -> tuple[str, ...]:
        """All recipients."""
        return (*self.to, *self.cc, *self.bcc)


_NO_REQUEST = RecipientRequest()


def decide(correspondence: Correspondence, channel: ChannelInfo, request: RecipientRequest = _NO_REQUEST) -> Recipients:
    """Return the recipients of a reply on `channel`.

    1. To: the participant who wrote last, at the Reply-To if it is believed; else the requester. An agent who writes
       without answering a notification is in copy and is not the one who is answered.
    2. Never the desk's own addresses, mailing lists, unattended addresses, or an address twice.
    3. Cc: the other requesters, and the visible copies of a requester or an agent; if the desk got a blind copy of the
       answered message, only copies that an agent added since.

    Raises Refused if there is no recipient, and UsageError for text that is not an address.
    """
    heads = routes.referable_messages(correspondence.settings, channel, correspondence.heads)
    participants = read_participants(
        correspondence.settings, channel, correspondence.requesters, heads, accept=request.accept
    )
    mail = channel.kind == "email"
    if not mail and (request.cc or request.bcc):
        raise UsageError(
            _("channel {channel} does not support copies", channel=channel.name),
            _("leave out --cc and --bcc, or reply by email"),
        )
    if request.to and not any(text.strip() for text in request.to):
        raise UsageError(_("no recipient given"), _("write an address after To:, or use --to ADDRESS"))
    cc, bcc = (
        parse_addresses(correspondence.settings, request.cc, "--cc"),
        parse_addresses(correspondence.settings, request.bcc, "--bcc"),
    )
    if request.to:
        to = _named(correspondence, channel, heads, request.to)
        found = Recipients(to, why=_("named by the author"), answers=_last_from(participants, to))
    else:
        found = _by_rule(correspondence, channel, participants)
    kept = () if request.no_cc or request.to else found.cc
    cc = distinct((*kept, *cc), found.to)
    bcc = distinct(bcc, (*found.to, *cc))
    aside = bool(request.to) and mail and not any(map(participants.asked, (*found.to, *cc)))
    return Recipients(
        found.to,
        cc,
        bcc,
        found.why,
        tuple(_warnings(correspondence, participants)),
        aside,
        _new((*found.to, *cc, *bcc), participants, aside),
        found.answers or (None if aside else participants.last_reply()),
    )


def machine_recipient(correspondence: Correspondence, channel: ChannelInfo, message: int | None = None) -> str | None:
    """Return the address for an automatic answer to a message (None: the newest answerable one), or None.

    Automatic messages go to one address only, and only if a reply would answer the same message.
    """
    try:
        found = decide(correspondence, channel)
    except Refused:
        return None
    answers = found.answers
    if answers is None or answers.kind is MessageKind.OUT or (message is not None and answers.id != message):
        return None
    return found.to[0]


def _by_rule(correspondence: Correspondence, channel: ChannelInfo, participants: Participants) -> Recipients:
    latest = next(
        (
            latest
            for latest in reversed(participants.received)
            if latest.to and not _is_agents(correspondence, participants, latest)
        ),
        None,
    )
    if latest is None:
        to = (_newest(correspondence, channel, participants),)
        others = _others(correspondence, channel, participants, to[0])
        return Recipients(to, () if channel.conversational else others, why=_("the requester's address"))
    author = str(latest.head.author)
    asks = author.lower() in participants.requesters
    redirected = bool(distinct(latest.to, (author,)))
    why = _reason(author, is_requester=asks, redirected=redirected, blind=latest.blind and not channel.conversational)
    if channel.conversational:
        return Recipients(latest.to, why=why, answers=latest.head)
    if latest.blind:
        since = {a.lower() for r in participants.replies if r.id > latest.head.id for a in (*r.to, *r.cc)}
        added = [address for key, address in participants.present.items() if key in since]
        return Recipients(latest.to, distinct(added, (*latest.to, author)), why=why, answers=latest.head)
    copies = (*_others(correspondence, channel, participants, author), *participants.present.values())
    return Recipients(latest.to, distinct(copies, (*latest.to, author)), why=why, answers=latest.head)


def _is_agents(correspondence: Correspondence, participants: Participants, latest: AnswerableMessage) -> bool:
    """Return True if an agent of the desk, who is not a requester, wrote the message."""
    author = str(latest.head.author).lower()
    return author in correspondence.agents and author not in participants.requesters


def _others(
    correspondence: Correspondence, channel: ChannelInfo, participants: Participants, author: str
) -> tuple[str, ...]:
    """Return an address of each requester other than the author: the last one in use, else the newest."""
    found: list[str] = []
    for one in correspondence.requesters:
        addresses = {address.lower() for address in one.addresses(channel.kind)}
        if author.lower() in addresses:
            continue
        wrote = [
            latest.to for latest in participants.received if str(latest.head.author).lower() in addresses and latest.to
        ]
        newest = answerable(correspondence.settings, reversed(_arriving(one, channel.kind)), participants.lists)
        found += wrote[-1] if wrote else newest[:1]
    return tuple(found)


def _arriving(one: Requester, kind: str) -> list[str]:
    """Return a requester's addresses that have not bounced; if there are none, all."""
    reached = [identity for identity in one.reached if identity.kind == kind]
    return [i.address for i in reached if i.bounced is None] or [i.address for i in reached]


def _newest(correspondence: Correspondence, channel: ChannelInfo, participants: Participants) -> str:
    """Return the newest address of the requester on the channel. Raises Refused."""
    one = correspondence.requesters[0]
    addresses = _arriving(one, channel.kind)
    found = answerable(correspondence.settings, reversed(addresses), participants.lists)
    if found:
        return found[0]
    if addresses:
        raise Refused(
            _(
                "ticket {number} has no recipient: {address} does not accept answers",
                number=correspondence.number,
                address=addresses[-1],
            ),
            _(
                "name a recipient with deskctl reply {number} --to ADDRESS, or record what you do with deskctl note",
                number=correspondence.number,
            ),
        )
    raise Refused(
        _(
            "ticket {number} has no address for {kind}: {addresses}",
            number=correspondence.number,
            kind=channel.kind,
            addresses=_listed(one.reached),
        ),
        _link_hint(correspondence, channel),
    )


def _link_hint(correspondence: Correspondence, channel: ChannelInfo) -> str:
    """Return the hint how to add a customer's address on a channel."""
    if channel.conversational:
        return _(
            "get a code that the customer sends on the channel with deskctl contact link {contact} --channel {channel}",
            contact=correspondence.contact,
            channel=channel.name,
        )
    return _(
        "if the customer has written on that channel, use deskctl contact merge {contact} OTHER",
        contact=correspondence.contact,
    )


def _named(
    correspondence: Correspondence, channel: ChannelInfo, heads: Sequence[MessageHead], wanted: Sequence[str]
) -> tuple[str, ...]:
    """Return the recipients that the author names.

    They must be addresses of a requester or, by email, addresses in a message of the ticket. Any address is allowed if
    the requester does not accept answers, but not after a chat, because the first mail quotes all of it. Raises Refused
    and UsageError.
    """
    reached = [identity for one in correspondence.requesters for identity in one.reached]
    known = {identity.address.lower(): identity.address for identity in reached if identity.kind == channel.kind}
    mail = channel.kind == "email"
    addresses: Sequence[str]
    if mail:
        addresses = parse_addresses(correspondence.settings, wanted, "--to")
        if any(head.kind is not MessageKind.NOTE for head in heads):
            if known and not answerable(correspondence.settings, known.values(), ()):
                return distinct(addresses)
            known = {address.lower(): address for head in heads for address in _on(head)} | known
    else:
        addresses = [address_key(channel.kind, text).address for text in wanted]
    for address in addresses:
        if address.lower() not in known:
            known_hint = _("known addresses: {addresses}", addresses=_listed(reached))
            hint = _("{known}; use --cc or --bcc for a new address", known=known_hint) if mail else known_hint
            raise Refused(
                _(
                    '"{address}" is not a known {kind} address on ticket {number}',
                    address=address,
                    kind=channel.kind,
                    number=correspondence.number,
                ),
                hint,
            )
    return distinct(known[address.lower()] for address in addresses)


def _on(head: MessageHead) -> tuple[str, ...]:
    """Return every address in a message."""
    author = (head.author,) if head.author is not None and "@" in head.author else ()
    return (*author, *head.reply_to, *head.to, *head.cc, *head.bcc)


def _last_from(participants: Participants, addresses: Sequence[str]) -> MessageHead | None:
    """Return the newest message of one of these addresses, participant or not."""
    wanted = {address.lower() for address in addresses}
    heads = [*(latest.head for latest in participants.received), *participants.strangers]
    written = [head for head in heads if str(head.author).lower() in wanted]
    written += [t.head for t in participants.received if wanted & {a.lower() for a in t.to}]
    return max(written, key=lambda head: head.id, default=None)


def _new(everyone: Sequence[str], participants: Participants, aside: bool) -> tuple[str, ...]:
    """Return the recipients who did not get the last reply."""
    sent = sorted((*participants.replies, *(participants.asides if aside else ())), key=lambda head: head.id)
    return distinct(everyone, (*sent[-1].to, *sent[-1].cc, *sent[-1].bcc)) if sent else ()


def _warnings(correspondence: Correspondence, participants: Participants) -> list[str]:
    """Return warnings about messages since the last reply that do not change the recipients."""
    last = participants.last_reply()
    since = last.id if last is not None else 0
    pending_ids = {pending.head.id for pending in participants.pending}
    forged = [
        h for h in routes.customer_messages(correspondence.heads) if h.trust is Trust.FAIL and h.id not in pending_ids
    ]
    strangers: dict[str, list[MessageHead]] = {}
    for head in participants.strangers:
        if head.trust is not Trust.FAIL and head.id > since:
            strangers.setdefault(str(head.author).lower(), []).append(head)
    found = {pending.head.id: _of_pending(pending) for pending in participants.pending}
    found |= {h.id: _forged(h) for h in forged}
    found |= {heads[0].id: stranger_warning(correspondence.number, *heads) for heads in strangers.values()}
    return [found[number] for number in sorted(found) if number > since]


def stranger_warning(ticket: int, head: MessageHead, *more: MessageHead) -> str:
    """Return the warning about messages of a sender who does not take part."""
    ids = (head, *more)
    messages = _n("message {ids}", "messages {ids}", len(ids), ids=", ".join(str(h.id) for h in ids))
    if is_unattended(str(head.author)):
        return _("{messages}: {author} is not a participant", messages=messages, author=head.author)
    return _(
        "{messages}: {author} is not a participant; to answer only them, use deskctl reply {number} --to {author}",
        messages=messages,
        author=head.author,
        number=ticket,
    )


def _forged(head: MessageHead) -> str:
    return _("message {id} fails DMARC: its sender {author} may be forged", id=head.id, author=head.author)


def _reason(author: str, *, is_requester: bool, redirected: bool, blind: bool) -> str:
    """Return the reason for the recipients of an answer to a message."""
    if is_requester:
        why = _("the requester wrote last, with a Reply-To") if redirected else _("the requester wrote last")
    elif redirected:
        why = _("{author} wrote last, with a Reply-To", author=author)
    else:
        why = _("{author} wrote last", author=author)
    return _("{reason}; the desk got a blind copy", reason=why) if blind else why


def _of_pending(pending: PendingRecipients) -> str:
    """Return the warning about new recipients that a message names."""
    head = pending.head
    reply_to, copies = ", ".join(pending.reply_to), ", ".join(pending.copies)
    if reply_to and copies:
        what = _(
            "message {id} asks for answers to {reply_to} and names {copies} in copy",
            id=head.id,
            reply_to=reply_to,
            copies=copies,
        )
    elif reply_to:
        what = _("message {id} asks for answers to {reply_to}", id=head.id, reply_to=reply_to)
    else:
        what = _("message {id} names {copies} in copy", id=head.id, copies=copies)
    if head.trust is Trust.FAIL:
        return _("{what}, but fails DMARC: its sender {author} may be forged", what=what, author=head.author)
    return _("{what}; they get no mail without --accept-recipients, --to or --cc", what=what)


def _listed(reached: Sequence[Identity]) -> str:
    return ", ".join(f"{i.address} ({i.kind})" for i in reached) or _("none")


def unanswerable(reason: Refused) -> Recipients:
    """Return the recipients to show if nothing can be sent."""
    return Recipients((), why=reason.what)


def sender_recipient(settings: Settings, sender: str | None, lists: Sequence[str] = ()) -> str | None:
    """Return the address for an automatic answer to a message without a ticket: its sender, never a Reply-To."""
    if sender is None:
        return None
    if "@" not in sender:
        return sender
    return next(iter(answerable(settings, (sender,), {address.lower() for address in lists})), None)
