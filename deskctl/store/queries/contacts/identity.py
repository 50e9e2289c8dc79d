"""Resolve contacts to persons: the remaining contact, with all contacts that were merged into it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import Connection, select, text

from ....core.contacts.identity import combine
from ....core.contacts.model import Contact
from ....errors import NotFound
from ....i18n import _
from ... import rows
from ...tables import contacts
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


def _root(known: dict[int, Contact], number: int) -> int:
    while (into := known[number].merged_into) is not None:
        number = into
    return number


def _loaded(connection: Connection, numbers: Collection[int]) -> dict[int, Contact]:
    found: dict[int, Contact] = {}
    asked = sorted(numbers)
    for start in range(0, len(asked), _PORTION):
        some = select(contacts).where(contacts.c.id.in_(asked[start : start + _PORTION]))
        found.update((row.id, rows.contact(row)) for row in connection.execute(some))
    return found


def _merged_into(connection: Connection, numbers: Collection[int]) -> dict[int, Contact]:
    found: dict[int, Contact] = {}
    asked = sorted(numbers)
    for start in range(0, len(asked), _PORTION):
        some = contacts.c.merged_into.in_(asked[start : start + _PORTION])
        query = select(contacts).where(text(MERGED), some)
        found.update((row.id, rows.contact(row)) for row in connection.execute(query))
    return found
