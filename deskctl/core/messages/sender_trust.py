"""Trust in the sender of a message and in the recipients that it names."""

from __future__ import annotations

from dataclasses import replace

from ..kernel.unit import Unit
from ..tickets.model import Ticket
from ..tickets.repository import Tickets
from .addresses import answerable
from .authentication import Dmarc, dmarc
from .channels import ChannelInfo
from .matching import Match
from .model import InboundMessage
from .participants import read_participants
from .reply_context import correspondence
from .thread import Trust

#: Matches by facts that anyone can write: a number in the subject, or the Message-ID and Date of a known mail, and the
#: sender's address.
_FORGEABLE = ("subject", "same_id")


def assess(unit: Unit, channel: ChannelInfo, message: InboundMessage, match: Match) -> Trust | None:
    """Return the trust in a message that came on a channel, or None if nothing is known.

    A DMARC failure counts even if the message quotes the ticket. A Reply-To to an address that is not known for the
    sender counts if only the subject names the ticket, because attackers divert answers in this way.
    """
    proof = dmarc(channel, message)
    if proof is not Dmarc.UNKNOWN:
        return Trust.PASS if proof is Dmarc.PASS else Trust.FAIL
    if match.ticket is None or match.how not in _FORGEABLE or not message.reply_to:
        return None
    return Trust.DOUBTFUL if _diverts(unit, channel, message, match.ticket) else None


def with_trust(match: Match, trust: Trust | None) -> Match:
    """Return the match, unverified if the sender may be forged."""
    doubted = trust in (Trust.FAIL, Trust.DOUBTFUL)
    return replace(match, verified=False) if doubted else match


def new_participants(unit: Unit, message: InboundMessage, ticket: Ticket, trust: Trust | None) -> list[str]:
    """Return the addresses beside the sender's that take part in the ticket from now on.

    A later message adds participants only if its sender is verified.
    """
    if trust is not Trust.FIRST and trust is not Trust.PASS:
        return []
    lists = {address.lower() for address in message.lists}
    named = (*message.reply_to, *message.to, *message.cc)
    if trust is Trust.PASS and not _asks(unit, message, ticket):
        named = message.reply_to
    return list(answerable(unit.settings, named, lists))


def _asks(unit: Unit, message: InboundMessage, ticket: Ticket) -> bool:
    """Return True if the sender is a requester, who may add others."""
    sender = str(message.sender).lower()
    reached = (i for one in correspondence(unit, ticket).requesters for i in one.reached)
    return any(identity.address.lower() == sender for identity in reached)


def _diverts(unit: Unit, channel: ChannelInfo, message: InboundMessage, number: int) -> bool:
    """Return True if Reply-To names an address that is not known for the sender."""
    talk = correspondence(unit, Tickets.of(unit).get(number))
    participants = read_participants(unit.settings, channel, talk.requesters, talk.heads)
    wanted = answerable(unit.settings, message.reply_to, {a.lower() for a in (*message.lists, *participants.lists)})
    return not all(participants.knows_for(str(message.sender), address) for address in wanted)
