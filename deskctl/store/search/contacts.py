"""Finding contacts by names and addresses, or the beginning of a word in them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from ..statements import delete, insert
from ..tables import contacts, identities
from ..tables.postgresql import search_contacts
from .cut import cut, phrases
from .index import match, tsquery, tsvector

_PORTION = 500


def renew(connection: Connection, numbers: Collection[int]) -> None:
    """Index these contacts as they are stored now: to be called after a name or an address changed, or went."""
    asked = sorted(numbers)
    for start in range(0, len(asked), _PORTION):
        _renew(connection, asked[start : start + _PORTION])


def found(connection: Connection, wanted: str, limit: int) -> list[int]:
    """The newest contacts in whose name and addresses every word of `wanted` stands or begins a word.

    A contact that was merged into another is found by itself: where it went is for the caller to look up.
    """
    asked = phrases(wanted)
    if not asked:
        return []
    if connection.dialect.name == "sqlite":
        query = "SELECT rowid FROM search_contacts WHERE search_contacts MATCH ? ORDER BY rowid DESC LIMIT ?"
        sought = " AND ".join(match(phrase).removesuffix(" *") + " *" for phrase in asked)
    else:
        query = "SELECT contact FROM search_contacts WHERE tokens @@ %s::tsquery ORDER BY contact DESC LIMIT %s"
        sought = " & ".join(f"{tsquery(phrase).removesuffix(')').removesuffix(':*')}:*)" for phrase in asked)
    return list(connection.exec_driver_sql(query, (sought, limit)).scalars())


def _renew(connection: Connection, some: list[int]) -> None:
    known: dict[int, list[str]] = {}
    for number, name in connection.execute(select(contacts.c.id, contacts.c.name).where(contacts.c.id.in_(some))):
        known[number] = [name] if name else []
    reached = select(identities.c.contact, identities.c.address).where(identities.c.contact.in_(some))
    for number, address in connection.execute(reached.order_by(identities.c.id)):
        known[number].append(address)
    words = [(number, cut("\n".join(texts))) for number, texts in known.items() if texts]
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DELETE FROM search_contacts WHERE rowid = ?", [(number,) for number in some])
        rows = [(number, " ".join(cut_)) for number, cut_ in words]
        if rows:
            connection.exec_driver_sql("INSERT INTO search_contacts (rowid, words) VALUES (?, ?)", rows)
    else:
        delete(connection, search_contacts, [(number,) for number in some], "contact")
        vectors = [(n, tsvector((word, at, "") for at, word in enumerate(cut_, 1))) for n, cut_ in words]
        insert(connection, search_contacts, vectors, "contact tokens")
