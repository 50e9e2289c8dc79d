"""Contacts and the addresses that they are reached at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True)
class Contact:
    """A customer: one person, whatever the channel.

    `merged_into` is the contact that this one turned out to be, too: both keep what is theirs, so that taking the
    pointer away is all it takes to have two again. `parted`: a person did so; no machine merges it again. `org` and
    `tier` are words of the desk, `timezone` an IANA name. `erased_at`: since then nothing is known of them.
    """

    id: int
    name: str | None
    created_at: datetime
    language: str | None = None
    org: str | None = None
    tier: str | None = None
    timezone: str | None = None
    merged_into: int | None = None
    parted: bool = False
    erased_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """An address at which a contact is reached, in a kind of channel ("email", "phone").

    `bounced` is why mail to it does not arrive, None while it does.
    """

    kind: str
    address: str
    contact: int
    bounced: str | None = None


class Address(NamedTuple):
    """Where a contact is reached: the kind of channel and the address in it, lower-cased."""

    kind: str
    address: str


class Belongings(NamedTuple):
    """What the store holds of a person: the numbers of their tickets, and how much besides."""

    tickets: tuple[int, ...]
    messages: int
    attachments: int
    outgoing: int
