"""How a reply reaches a customer: the channel that it leaves through, and whom it goes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import NotFound, Refused
from .conversation import MessageHead
from .identity import address_key, reached_at
from .messages import MessageKind
from .people import Identity
from .settings import BUILT_IN, ChannelInfo
from .suggest import did_you_mean
from .tickets import Ticket
from .unit import Unit


@dataclass(frozen=True, slots=True)
class Recipients:
    to: tuple[str, ...]
    cc: tuple[str, ...] = ()


def by_people(heads: Sequence[MessageHead]) -> list[MessageHead]:
    return [h for h in heads if h.kind is MessageKind.IN and h.automatic is None]


def spoken_on(heads: Sequence[MessageHead], channel: ChannelInfo) -> bool:
    """Whether anything was said between customer and desk on a channel before."""
    return any(head.channel == channel.name and head.kind is not MessageKind.NOTE for head in heads)


def here(unit: Unit, channel: ChannelInfo, heads: Sequence[MessageHead]) -> list[MessageHead]:
    """The messages that an answer on a channel can refer to: its own; of mail, those of other mailboxes, too."""
    if channel.conversational:
        return [head for head in heads if head.channel == channel.name]
    kinds = {name: info.kind for name, info in unit.settings.channels.items()}
    return [head for head in heads if kinds.get(head.channel, channel.kind) == channel.kind]


def leaving(unit: Unit, ticket: Ticket, heads: Sequence[MessageHead], via: str | None) -> ChannelInfo:
    """The channel named, else the one on which the customer spoke last, else the ticket's. Raises NotFound, Refused."""
    if via is not None:
        channel = unit.settings.channel(via)
        if channel is None:
            names = ", ".join(unit.settings.channels)
            raise NotFound(
                f"there is no channel “{via}”{did_you_mean(via, unit.settings.channels)}", f"the channels are {names}"
            )
        return _sends(unit, ticket, channel)
    for head in reversed(by_people(heads)):
        spoken = unit.settings.channel(head.channel)
        if head.verified and spoken is not None and spoken.sends:
            return spoken
    channel = unit.settings.channel(ticket.channel)
    if channel is None:
        raise Refused(f"channel {ticket.channel} is no longer configured", "deskctl channel list shows those that are")
    return _sends(unit, ticket, channel)


def _sends(unit: Unit, ticket: Ticket, channel: ChannelInfo) -> ChannelInfo:
    if not channel.sends:
        what = "has no smtp in the configuration" if channel.kind == "email" else "carries no answers"
        others = [name for name, info in unit.settings.channels.items() if info.sends and name != channel.name]
        other = f"; deskctl reply {ticket.number} --via {others[0]} sends" if others else ""
        raise Refused(
            f"nothing can be sent: channel {channel.name} {what}", f"deskctl note {ticket.number} records it{other}"
        )
    return channel


def recipients(
    unit: Unit, ticket: Ticket, channel: ChannelInfo, heads: Sequence[MessageHead], to: str | None
) -> Recipients:
    """Whoever wrote last on channels of this kind and has a part in the ticket, those they kept in copy, and the
    ticket's own contact; the newest of the contact's addresses where nobody wrote that way.

    An unverified sender is never answered automatically: a genuine id may have been forwarded. Raises Refused.
    """
    theirs = reached_at(unit, ticket.contact)
    contact = [i.address for i in theirs if i.kind == channel.kind]
    if to is not None:
        return Recipients((_named(unit, ticket, channel, theirs, to),))
    known = [h for h in by_people(here(unit, channel, heads)) if h.verified and h.author and _is_of(unit, h, channel)]
    if not known:
        return Recipients((_newest(ticket, channel, theirs),))
    last = known[-1]
    author = str(last.author).lower()
    address = last.reply_to or str(last.author)
    company = [*last.to, *last.cc]
    if author not in {one.lower() for one in contact}:
        company = contact[:1] + company  # a colleague wrote: whoever asked first stays in copy
    left_out = {address.lower(), author}
    others = (a for a in dict.fromkeys(map(str.lower, company)) if a not in left_out and not unit.settings.owns(a))
    return Recipients((address,), () if channel.conversational else tuple(others))


def _is_of(unit: Unit, head: MessageHead, channel: ChannelInfo) -> bool:
    """Whether a message names its author by an address of the channel's kind."""
    spoken = unit.settings.channel(head.channel)
    if spoken is not None and spoken.name not in BUILT_IN:
        return spoken.kind == channel.kind
    return channel.kind == "email" and "@" in str(head.author)  # written down by hand, or by a channel of before


def _newest(ticket: Ticket, channel: ChannelInfo, theirs: Sequence[Identity]) -> str:
    """The newest address that the channel reaches, one that mail arrives at if there is any."""
    found = [i for i in theirs if i.kind == channel.kind]
    arriving = [i for i in found if i.bounced is None]
    if not found:
        raise Refused(
            f"ticket {ticket.number} has no address to answer to by {channel.kind}: {_listed(theirs)}",
            f"{_tie(ticket, channel)}; deskctl note records what you do",
        )
    return (arriving or found)[-1].address


def _tie(ticket: Ticket, channel: ChannelInfo) -> str:
    """How somebody becomes known on a channel."""
    if channel.conversational:
        return f"deskctl contact link {ticket.contact} --channel {channel.name} gives them a code to send there"
    return f"deskctl contact merge {ticket.contact} OTHER, if they have written that way"


def _named(unit: Unit, ticket: Ticket, channel: ChannelInfo, theirs: Sequence[Identity], to: str) -> str:
    wanted = address_key(channel.kind, to)
    for identity in theirs:
        if (identity.kind, identity.address) == wanted:
            return identity.address
    if channel.kind == "email" and wanted.address in unit.participants(ticket.number) and "@" in wanted.address:
        return wanted.address
    raise Refused(
        f"“{to}” is no {channel.kind} address of whoever wrote ticket {ticket.number}", f"known is: {_listed(theirs)}"
    )


def _listed(theirs: Sequence[Identity]) -> str:
    return ", ".join(f"{i.address} ({i.kind})" for i in theirs) or "nothing is known of them"
