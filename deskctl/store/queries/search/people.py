"""Search for people: an address or a telephone number finds the tickets in which the person participates."""

from __future__ import annotations

import re
from collections.abc import Collection, Generator, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, func, or_, select

from ....core.values import phone
from ....dataclass import dataclass
from ....normalization import normalize
from ...search import contacts as contact_index
from ...search.candidates import Candidate, Wanted, rows_of
from ...tables import identities, messages, participants, tickets
from ..contacts.identity import persons

#: Contacts that a part of an address can match, and tickets that are considered, the newest first.
_MOST_CONTACTS, _MOST_TICKETS = 500, 20_000
#: Messages of the person's tickets that are compared with the other words, the newest first.
_MOST_MESSAGES = 5_000
#: Values in one statement.
_BATCH = 200
#: Digits of a telephone number. A shorter number is probably a house number or an amount.
_FEWEST_DIGITS, _MOST_DIGITS = 7, 15
_AROUND = "<>()[],;:\"'“”"
_ADDRESS = re.compile(r"[^\s@]*@[^\s@]*")
_FULL_WIDTH = str.maketrans("＃［］０１２３４５６７８９", "#[]0123456789")
_NAMED = re.compile(r"\[#([0-9]{1,18})\]|#([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class SearchedPerson:
    """Contacts, including merged ones, and their addresses."""

    contacts: frozenset[int]
    addresses: frozenset[str]


def ticket_numbers(parts: Iterable[str]) -> list[int]:
    """Return the ticket numbers among the words of a search: `#42`, `[#42]`."""
    found = (_NAMED.fullmatch(part.translate(_FULL_WIDTH)) for part in parts)
    return list(dict.fromkeys(int(match[1] or match[2]) for match in found if match))


def find_person(connection: Connection, part: str) -> SearchedPerson | None:
    """Return the person that a search word identifies; None if it is not a known address or telephone number."""
    typed = normalize("NFKC", part).casefold().strip(_AROUND)
    if _ADDRESS.fullmatch(typed.removeprefix("mailto:")) and len(typed.removeprefix("mailto:")) > 1:
        return _at_address(connection, typed.removeprefix("mailto:"))
    numbers = contacts_at_phone(connection, typed)
    return _with_merged(connection, numbers, ()) if numbers else None


def contacts_at_phone(connection: Connection, typed: str) -> list[int]:
    """Return the contacts with this telephone number, with or without its country code, newest first."""
    wanted = phone.normalised(typed)
    digits = re.sub(r"\D", "", wanted or "")
    if not _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS:
        return []
    query = select(identities.c.contact, identities.c.address).where(identities.c.kind == "phone")
    query = query.where(or_(identities.c.address == wanted, identities.c.address.like(f"%{digits[-4:]}")))
    rows = connection.execute(query.order_by(identities.c.contact.desc()))
    return list(dict.fromkeys(row.contact for row in rows if phone.same(wanted or "", row.address)))


def tickets_of(connection: Connection, who: SearchedPerson) -> dict[int, int]:
    """Return the tickets of these contacts and those in which their addresses participate, with the time of the last
    update.
    """
    found: dict[int, int] = {}
    columns = (tickets.c.number, tickets.c.updated_at)
    newest = tickets.c.updated_at.desc()
    for some in _batches(sorted(who.contacts)):
        query = select(*columns).where(tickets.c.contact.in_(some)).order_by(newest).limit(_MOST_TICKETS)
        found |= {row.number: row.updated_at for row in connection.execute(query)}
    for addresses in _batches(sorted(who.addresses)):
        query = select(*columns).join(participants, participants.c.ticket == tickets.c.number)
        query = query.where(participants.c.address.in_(addresses)).order_by(newest).limit(_MOST_TICKETS)
        found |= {row.number: row.updated_at for row in connection.execute(query)}
    return found


def one_per_ticket(
    connection: Connection, numbers: Sequence[int], who: Collection[SearchedPerson], wanted: Wanted, limit: int
) -> Generator[Candidate]:
    """Yield one message for each ticket, the newest first: the newest of these people, or else the newest of all.

    If there are more tickets than `limit`, the first ones in `numbers` are used.
    """
    contacts = {number for one in who for number in one.contacts}
    addresses = {address for one in who for address in one.addresses}
    chosen: list[int] = []
    for some in _batches(numbers):
        m = messages.c
        query = select(m.id, m.ticket, m.contact, func.lower(m.author).label("author")).where(m.ticket.in_(some))
        best: dict[int, tuple[bool, int]] = {}
        for row in connection.execute(wanted.narrowed(query.join(tickets, tickets.c.number == m.ticket))):
            place = (row.contact in contacts or row.author in addresses, row.id)
            best[row.ticket] = max(place, best.get(row.ticket, place))
        chosen += [best[number][1] for number in some if number in best]
        if len(chosen) >= limit:
            break
    yield from rows_of(connection, sorted(chosen[:limit], reverse=True))


def all_messages(connection: Connection, numbers: Sequence[int], wanted: Wanted) -> Generator[Candidate]:
    """Yield the messages of these tickets, the newest first, up to a limit that keeps the search fast."""
    found: list[int] = []
    for some in _batches(numbers):
        query = select(messages.c.id).where(messages.c.ticket.in_(some))
        query = wanted.narrowed(query.join(tickets, tickets.c.number == messages.c.ticket))
        found += connection.execute(query.order_by(messages.c.id.desc()).limit(_MOST_MESSAGES)).scalars()
    yield from rows_of(connection, sorted(found, reverse=True)[:_MOST_MESSAGES])


def _at_address(connection: Connection, typed: str) -> SearchedPerson | None:
    """Return the person with this address, or else the contacts whose address contains it."""
    exact = connection.execute(select(identities.c.contact).where(identities.c.address == typed)).scalars().all()
    taking_part = connection.execute(select(participants.c.address).where(participants.c.address == typed).limit(1))
    if exact or taking_part.first() is not None:
        return _with_merged(connection, exact, [typed])
    near = contact_index.find(connection, typed, _MOST_CONTACTS)
    if not near:
        return None
    reached = select(identities.c.contact, identities.c.address).where(identities.c.contact.in_(near))
    numbers = {row.contact for row in connection.execute(reached) if typed in row.address}
    return _with_merged(connection, numbers, ()) if numbers else None


def _with_merged(connection: Connection, numbers: Iterable[int], addresses: Iterable[str]) -> SearchedPerson:
    members = {member for who in persons(connection, numbers).values() for member in who.members}
    known = set(addresses)
    for some in _batches(sorted(members)):
        known.update(connection.execute(select(identities.c.address).where(identities.c.contact.in_(some))).scalars())
    return SearchedPerson(frozenset(members), frozenset(known))


def _batches(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    for start in range(0, len(values), _BATCH):
        yield values[start : start + _BATCH]
