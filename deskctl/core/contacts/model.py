"""Contacts and the addresses that they are reached at."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from ...dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Contact:
    """A customer, on all channels.

    `merged_into` is the contact that this one was merged into. Both keep their data, so that clearing the field undoes
    the merge. `parted`: someone has unmerged the contact, and it is never merged automatically again. `org` and `tier`
    are values that the desk chooses, `timezone` is an IANA name. `erased_at` is the time when its data was erased.
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
    """An address of a contact. `kind` is the channel type, for example "email" or "phone".

    `bounced` is the reason why mail to it is not delivered, None if it is.
    """

    kind: str
    address: str
    contact: int
    bounced: str | None = None


class Address(NamedTuple):
    """An address with its channel type, in lower case."""

    kind: str
    address: str


class PersonalData(NamedTuple):
    """The data that the store has about a person: ticket numbers, and the counts of other records."""

    tickets: tuple[int, ...]
    messages: int
    attachments: int
    outgoing: int
