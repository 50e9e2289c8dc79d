"""Link the addresses of a customer: by a link code that the customer sends, or because a channel vouches for them."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from ...dataclass import dataclass
from ...errors import NotFound, Refused
from ...i18n import _
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.feature import Restorer
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.undo import Restore
from ..kernel.unit import Unit
from ..messages.channels import BUILT_IN, Channels
from ..values.suggestions import did_you_mean
from .commands import IssueLink
from .edit import active_contact, merge_into
from .events import IdentityAdded, LinkIssued, LinkRedeemed, LinkRefused, RevokeLink
from .identity import address_key, address_owner, contact_for, primary_contact
from .link_codes import MAX_WRONG_CODES, RESET_AFTER, LinkCode, LinkTries, code_from, digest
from .model import Address, Identity
from .repository import Contacts
from .settings import ContactSettings


@dataclass(frozen=True, slots=True)
class Redemption:
    """The result of a link code; true if the sender is linked to the contact of the code.

    `why` is linked, already (it was the same person before), wrong, used, late, elsewhere (the code is for another
    channel type) or too_many (wrong codes today). `contact` is the sender's contact now.
    """

    why: str
    contact: int

    def __bool__(self) -> bool:
        return self.why in ("linked", "already")


def issue(unit: Unit, command: IssueLink, actor: Actor) -> Steps:
    """Issue a link code. It is only in the outcome's facts; the store keeps its hash.

    Only channels that authenticate senders accept codes: mail has forged senders, who could then read another
    customer's messages.
    """
    contact = active_contact(unit, command.contact)
    kind = None
    if command.channel is not None:
        channel = unit.settings.of(Channels).channels.get(command.channel)
        if channel is None and command.channel in BUILT_IN:
            raise Refused(_("customers cannot send a code through {channel}", channel=command.channel), _channels(unit))
        if channel is None:
            raise NotFound(
                _(
                    'no channel is called "{channel}"{suggestion}',
                    channel=command.channel,
                    suggestion=did_you_mean(command.channel, unit.settings.of(Channels).channels),
                ),
                _channels(unit),
            )
        if not channel.conversational:
            raise Refused(
                _("channel {channel} accepts no codes, because its senders can be forged", channel=channel.name),
                _("deskctl contact merge {contact} OTHER merges two contacts manually", contact=contact.id),
            )
        kind = channel.kind
    code = code_from(unit.source.token())
    until = unit.now + unit.settings.of(ContactSettings).link_valid
    Contacts.of(unit).put_link_code(LinkCode(digest(code), contact.id, unit.now, until, kind))
    yield LinkIssued(None, contact.id, until, kind, {"digest": digest(code)})
    facts = {
        "contact": contact.id,
        "code": code,
        "channel": command.channel,
        "kind": kind,
        "expires_at": _rfc3339(until),
    }
    return Outcome(
        _("code {code} links its sender to contact {contact}; it is valid once", code=code, contact=contact.id),
        facts=facts,
    )


def _channels(unit: Unit) -> str:
    if not unit.settings.of(Channels).channels:
        return _("no channel is configured; see deskctl channel list")
    return _("the channels are {channels}", channels=", ".join(unit.settings.of(Channels).channels))


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def redeem(unit: Unit, code: str, kind: str, address: str, now: datetime) -> Generator[Event, None, Redemption]:
    """Redeem a code that was sent from an address: `redemption = yield from redeem(…)`.

    The sender's contact is merged into the contact of the code. A wrong, used or expired code links nothing, and after
    `MAX_WRONG_CODES` wrong codes within `RESET_AFTER` no code from the address is accepted.
    """
    Contacts.of(unit).lock()
    sender = contact_for(unit, kind, address, None)
    owner = address_owner(unit, kind, address, sender)
    key = address_key(kind, address)
    tries = _tries(unit, key, now)
    found = Contacts.of(unit).link_code(digest(code))
    why = "too_many" if tries.wrong >= MAX_WRONG_CODES else _refusal(unit, found, kind, now)
    if why is not None or found is None:
        if why != "too_many":
            Contacts.of(unit).put_link_tries(replace(tries, wrong=tries.wrong + 1))
        yield LinkRefused(None, owner, kind, why or "wrong")
        return Redemption(why or "wrong", sender.id)
    Contacts.of(unit).put_link_code(replace(found, used_at=now))
    into, other = primary_contact(unit, found.contact), primary_contact(unit, owner)
    yield LinkRedeemed(None, into.id, owner, kind)
    if into.id == other.id:
        return Redemption("already", into.id)
    yield from merge_into(unit, other, into, "code")
    return Redemption("linked", into.id)


def _tries(unit: Unit, key: Address, now: datetime) -> LinkTries:
    tries = Contacts.of(unit).link_tries(key)
    if tries is None or now - tries.since >= RESET_AFTER:
        return LinkTries(key.kind, key.address, 0, now)
    return tries


def _refusal(unit: Unit, found: LinkCode | None, kind: str, now: datetime) -> str | None:
    if found is None or primary_contact(unit, found.contact).erased_at is not None:
        return "wrong"
    if found.used_at is not None:
        return "used"
    if now >= found.expires_at:
        return "late"
    return "elsewhere" if found.kind not in (None, kind) else None


def add_vouched_addresses(unit: Unit, number: int, also: Iterable[tuple[str, str]]) -> Generator[Event, None, None]:
    """Add addresses (kind, address) that a channel reports for a contact.

    A new address is added to the contact. If another contact has the address, both are the same person, and the newer
    contact is merged into the older one, unless someone has unmerged one of the two before.
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
    """Undo `issue`: let the code expire now."""
    yield from ()
    code = Contacts.of(unit).link_code(past.digest)
    if code is not None:
        Contacts.of(unit).put_link_code(replace(code, expires_at=unit.now))


HANDLERS: dict[type[Command], Handler] = {IssueLink: issue}
RESTORERS: dict[type[Restore], Restorer] = {RevokeLink: revoke}
