"""What speaks for the sender of a message and for the recipients that it names, and what against."""

from __future__ import annotations

from dataclasses import replace

from ..kernel.settings import ChannelInfo
from ..kernel.unit import Unit
from ..tickets.model import Ticket
from ..tickets.repository import Tickets
from .addresses import answerable
from .authentication import Dmarc, dmarc
from .matching import Match
from .model import InboundMessage
from .participants import gather
from .reply_context import correspondence
from .thread import Trust

#: Matches that rest on what anyone can write: a number in the subject, or the Message-ID and Date of a known mail,
#: and the sender's address.
_FORGEABLE = ("subject", "same_id")


def of(unit: Unit, channel: ChannelInfo, message: InboundMessage, match: Match) -> Trust | None:
    """Return how far a message that came by a channel is believed; None where nothing is known either way.

    A DMARC failure speaks against it whatever it quotes. So does a Reply-To to an address that is not known of its
    sender, if only the subject names the ticket: this is how answers are diverted.
    """
    proof = dmarc(channel, message)
    if proof is not Dmarc.UNKNOWN:
        return Trust.PASS if proof is Dmarc.PASS else Trust.FAIL
    if match.ticket is None or match.how not in _FORGEABLE or not message.reply_to:
        return None
    return Trust.DOUBT if _diverts(unit, channel, message, match.ticket) else None


def weighed(match: Match, trust: Trust | None) -> Match:
    """The match, unverified where something speaks against the sender."""
    doubted = trust in (Trust.FAIL, Trust.DOUBT)
    return replace(match, verified=False) if doubted else match


def newcomers(unit: Unit, message: InboundMessage, ticket: Ticket, trust: Trust | None) -> list[str]:
    """The addresses beside the sender's that take part in the ticket from now on.

    A later message names nobody new unless its sender is proven.
    """
    if trust is not Trust.FIRST and trust is not Trust.PASS:
        return []
    lists = {address.lower() for address in message.lists}
    named = (*message.reply_to, *message.to, *message.cc)
    if trust is Trust.PASS and not _asks(unit, message, ticket):
        named = message.reply_to
    return list(answerable(unit.settings, named, lists))


def _asks(unit: Unit, message: InboundMessage, ticket: Ticket) -> bool:
    """Tell whether the sender is a requester, who may bring others along."""
    sender = str(message.sender).lower()
    reached = (i for one in correspondence(unit, ticket).requesters for i in one.reached)
    return any(identity.address.lower() == sender for identity in reached)


def _diverts(unit: Unit, channel: ChannelInfo, message: InboundMessage, number: int) -> bool:
    talk = correspondence(unit, Tickets.of(unit).get(number))
    company = gather(unit.settings, channel, talk.requesters, talk.heads)
    wanted = answerable(unit.settings, message.reply_to, {a.lower() for a in (*message.lists, *company.lists)})
    return not all(company.knows_for(str(message.sender), address) for address in wanted)
