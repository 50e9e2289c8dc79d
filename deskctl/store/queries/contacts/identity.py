"""Resolve contacts to persons: the remaining contact, with all contacts that were merged into it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, select, text

from ....core.contacts.identity import combine
from ....core.contacts.model import Contact, Identity
from ....errors import NotFound
from ....i18n import _
from ... import rows
from ...tables import contacts, identities
from ...tables.contacts import MERGED

_PORTION = 1000


class Person(NamedTuple):
    """A person. `contact` is the remaining contact with the combined data of all; `members` begins with its id."""

    contact: Contact
    members: list[int]


def persons(connection: Connection, numbers: Iterable[int]) -> dict[int, Person]:
    """Return the persons of these contacts, by the id of each contact."""
    known = _loaded(connection, set(numbers))
    asked = [c.merged_into for c in known.values() if c.merged_into is not None]
    while asked := [n for n in asked if n not in known]:
        above = _loaded(connection, asked)
        known |= above
        asked = [c.merged_into for c in above.values() if c.merged_into is not None]
    asked = [c.id for c in known.values() if c.merged_into is None]
    while asked:
        below = _merged_into(connection, asked)
        known |= below
        asked = list(below)
    members: dict[int, list[int]] = {c.id: [] for c in known.values() if c.merged_into is None}
    roots = {number: _root(known, number) for number in sorted(known)}
    for number, root in roots.items():
        if number != root:
            members[root].append(number)
    found = {
        root: Person(combine(known[root], (known[n] for n in others)), [root, *others])
        for root, others in members.items()
    }
    return {number: found[root] for number, root in roots.items()}


def person(connection: Connection, number: int) -> Person:
    """Return the person of a contact. Raises NotFound."""
    found = persons(connection, [number] if 0 < number < 2**63 else []).get(number)
    if found is None:
        raise NotFound(_("no contact {number}", number=number), _("deskctl contact list shows all contacts"))
    return found


def identities_of(connection: Connection, members: Collection[int]) -> list[Identity]:
    """Return the identities of these contacts, the oldest first."""
    return [rows.identity(row) for row in connection.execute(_identities(), {"contacts": list(members)})]


@cache
def _identities() -> Select[Any]:
    wanted = identities.c.contact.in_(bindparam("contacts", expanding=True))
    return select(identities).where(wanted).order_by(identities.c.id)


@cache
def _by_id() -> Select[Any]:
    return select(contacts).where(contacts.c.id.in_(bindparam("numbers", expanding=True)))


@cache
def _merged_below() -> Select[Any]:
    return select(contacts).where(text(MERGED), contacts.c.merged_into.in_(bindparam("numbers", expanding=True)))


def _root(known: dict[int, Contact], number: int) -> int:
    while (into := known[number].merged_into) is not None:
        number = into
    return number


def _loaded(connection: Connection, numbers: Collection[int]) -> dict[int, Contact]:
    found: dict[int, Contact] = {}
    for some in _portions(numbers):
        found.update((row.id, rows.contact(row)) for row in connection.execute(_by_id(), some))
    return found


def _merged_into(connection: Connection, numbers: Collection[int]) -> dict[int, Contact]:
    found: dict[int, Contact] = {}
    for some in _portions(numbers):
        found.update((row.id, rows.contact(row)) for row in connection.execute(_merged_below(), some))
    return found


def _portions(numbers: Collection[int]) -> Iterable[dict[str, Sequence[int]]]:
    """Return the parameters of queries for these contacts."""
    asked = sorted(numbers)
    return ({"numbers": asked[start : start + _PORTION]} for start in range(0, len(asked), _PORTION))
