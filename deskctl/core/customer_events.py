"""What happens to a customer: called, changed, merged, parted, linked, exported, erased. Ids and facts only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .events import Event


@dataclass(frozen=True, slots=True)
class CallLogged(Event):
    """Somebody telephoned: `direction` is in (the customer called) or out; `seconds` None: nobody looked at a clock."""

    message: int
    direction: str
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class ContactChanged(Event):
    """`fields` of a contact have another value: name, tier, org, language, timezone. What it is stands in the contact.

    Once without a ticket; where the tier or the organisation changed, by a merge too, once on each open ticket.
    """

    contact: int
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContactMerged(Event):
    """The contact turned out to be `into`. `how`: agent, code (the customer sent it) or vouched (a channel knows)."""

    contact: int
    into: int
    how: str = "agent"


@dataclass(frozen=True, slots=True)
class ContactUnmerged(Event):
    """The contact is another person than `into` after all."""

    contact: int
    into: int


@dataclass(frozen=True, slots=True)
class IdentityAdded(Event):
    """A channel vouches for a further address of the contact."""

    contact: int
    identity_kind: str


@dataclass(frozen=True, slots=True)
class LinkIssued(Event):
    """A one-time code was made; `identity_kind` is the kind of channel it is for, None: any."""

    contact: int
    expires_at: datetime
    identity_kind: str | None = None


@dataclass(frozen=True, slots=True)
class LinkRedeemed(Event):
    """A customer sent the contact's code; `other` is the contact that they were there until then."""

    contact: int
    other: int
    identity_kind: str


@dataclass(frozen=True, slots=True)
class LinkRefused(Event):
    """A code led nowhere. `why`: wrong, used, late, elsewhere (it is for another kind of channel) or too_many."""

    contact: int  # who sent it
    identity_kind: str
    why: str


@dataclass(frozen=True, slots=True)
class ContactExported(Event):
    """What the desk knows of a contact was written to files."""

    contact: int


@dataclass(frozen=True, slots=True)
class ContactErased(Event):
    """What the contact, and those `merged` into it, said and are called is gone. How much that was stays."""

    contact: int
    merged: tuple[int, ...] = ()
    tickets: int = 0
    messages: int = 0
    attachments: int = 0
    outgoing: int = 0
    addresses: int = 0
