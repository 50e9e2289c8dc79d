"""Known on a second channel, too: by a one-time code that an agent gives and the customer sends there, or because
the channel vouches for an address that the desk knows already."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from ...errors import NotFound, Refused
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.feature import Restorer
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.settings import BUILT_IN
from ..kernel.undo import Restore
from ..kernel.unit import Unit
from ..values.suggestions import did_you_mean
from . import link_codes as codes
from .commands import IssueLink
from .edit import active_contact, merge_into
from .events import IdentityAdded, LinkIssued, LinkRedeemed, LinkRefused, RevokeLink
from .identity import address_key, address_owner, contact_for, primary_contact
from .model import Address, Identity
from .repository import Contacts


@dataclass(frozen=True, slots=True)
class Redemption:
    """What became of a code: `why` is linked, already (it was the same person before), wrong, used, late,
    elsewhere (it is for another kind of channel) or too_many (wrong ones, today); true for the first two. `contact` is
    who they are now."""

    why: str
    contact: int

    def __bool__(self) -> bool:
        return self.why in ("linked", "already")


def issue(unit: Unit, command: IssueLink, actor: Actor) -> Steps:
    """The code is in the facts, and nowhere else: the desk keeps its hash.

    Only for channels that know who writes: by mail anybody could send it in the name of somebody else, and be shown
    what is theirs.
    """
    contact = active_contact(unit, command.contact)
    kind = None
    if command.channel is not None:
        channel = unit.settings.channels.get(command.channel)
        if channel is None and command.channel in BUILT_IN:
            raise Refused(f"nobody can send a code by {command.channel}", _channels(unit))
        if channel is None:
            near = did_you_mean(command.channel, unit.settings.channels)
            raise NotFound(f"there is no channel “{command.channel}”{near}", _channels(unit))
        if not channel.conversational:
            raise Refused(
                f"whoever writes to {channel.name} could claim to be anybody: no code is taken there",
                f"deskctl contact merge {contact.id} OTHER ties them by hand",
            )
        kind = channel.kind
    code = codes.code_from(unit.source.token())
    until = unit.now + unit.settings.link_valid
    Contacts.of(unit).put_link_code(codes.LinkCode(codes.digest(code), contact.id, unit.now, until, kind))
    yield LinkIssued(None, contact.id, until, kind, {"digest": codes.digest(code)})
    facts = {
        "contact": contact.id,
        "code": code,
        "channel": command.channel,
        "kind": kind,
        "expires_at": _rfc3339(until),
    }
    return Outcome(f"the code {code} ties whoever sends it to contact {contact.id}, once", facts=facts)


def _channels(unit: Unit) -> str:
    names = ", ".join(unit.settings.channels)
    return f"the channels are {names}" if names else "deskctl channel list shows those of the configuration"


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def redeem(unit: Unit, code: str, kind: str, address: str, now: datetime) -> Generator[Event, None, Redemption]:
    """Somebody sent a code from an address: `outcome = yield from redeem(…)`.

    Who they were on that channel is merged into the code's contact. What is wrong, used up or late links nothing, and
    after a few wrong ones in a day the address is no longer heard.
    """
    Contacts.of(unit).lock()
    sender = contact_for(unit, kind, address, None)
    own = address_owner(unit, kind, address, sender)
    key = address_key(kind, address)
    tries = _tries(unit, key, now)
    found = Contacts.of(unit).link_code(codes.digest(code))
    why = "too_many" if tries.wrong >= codes.MAX_WRONG_CODES else _refusal(unit, found, kind, now)
    if why is not None or found is None:
        if why != "too_many":
            Contacts.of(unit).put_link_tries(replace(tries, wrong=tries.wrong + 1))
        yield LinkRefused(None, own, kind, why or "wrong")
        return Redemption(why or "wrong", sender.id)
    Contacts.of(unit).put_link_code(replace(found, used_at=now))
    into, other = primary_contact(unit, found.contact), primary_contact(unit, own)
    yield LinkRedeemed(None, into.id, own, kind)
    if into.id == other.id:
        return Redemption("already", into.id)
    yield from merge_into(unit, other, into, "code")
    return Redemption("linked", into.id)


def _tries(unit: Unit, key: Address, now: datetime) -> codes.LinkTries:
    tries = Contacts.of(unit).link_tries(key)
    if tries is None or now - tries.since >= codes.RESET_AFTER:
        return codes.LinkTries(key.kind, key.address, 0, now)
    return tries


def _refusal(unit: Unit, found: codes.LinkCode | None, kind: str, now: datetime) -> str | None:
    if found is None or primary_contact(unit, found.contact).erased_at is not None:
        return "wrong"
    if found.used_at is not None:
        return "used"
    if now >= found.expires_at:
        return "late"
    return "elsewhere" if found.kind not in (None, kind) else None


def add_vouched_addresses(unit: Unit, number: int, also: Iterable[tuple[str, str]]) -> Generator[Event, None, None]:
    """A channel knows that whoever the contact is has these addresses (kind, address), too.

    One that nobody has becomes theirs. Whose it is already is the same person: the younger contact is merged into
    the older one. Not where a person has parted one of the two before: they knew better.
    """
    for kind, address in also:
        key = address_key(kind, address)
        identity = Contacts.of(unit).identity(key)
        if identity is None:
            Contacts.of(unit).add_identity(Identity(key.kind, key.address, number))
            yield IdentityAdded(None, number, key.kind)
            continue
        Contacts.of(unit).lock()
        into, other = sorted(
            (primary_contact(unit, number), primary_contact(unit, identity.contact)), key=lambda c: c.id
        )
        if into.id != other.id and not _any_detached(unit, (number, identity.contact, into.id, other.id)):
            yield from merge_into(unit, other, into, "vouched")


def _any_detached(unit: Unit, numbers: Iterable[int]) -> bool:
    return any(Contacts.of(unit).get(number).parted for number in numbers)


def revoke(unit: Unit, past: RevokeLink) -> Iterator[Event]:
    """Undo `issue`: the code expires now."""
    yield from ()
    code = Contacts.of(unit).link_code(past.digest)
    if code is not None:
        Contacts.of(unit).put_link_code(replace(code, expires_at=unit.now))


HANDLERS: dict[type[Command], Handler] = {IssueLink: issue}
RESTORERS: dict[type[Restore], Restorer] = {RevokeLink: revoke}
