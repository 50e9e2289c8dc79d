"""Finding contacts by names and addresses, or the beginning of a word in them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from .. import statements
from ..tables import contacts, identities
from ..tables.postgresql import search_contacts
from .index import match, tsquery, tsvector
from .tokens import cut, phrases

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
    keys = [(number,) for number in some]
    named = statements.found(connection, contacts, "id name", "id", keys)
    known = {row.id: [row.name] if row.name else [] for row in named}
    for row in statements.found(connection, identities, "contact address", "contact", keys, "ORDER BY id"):
        known[row.contact].append(row.address)
    words = [(number, cut("\n".join(texts))) for number, texts in known.items() if texts]
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DELETE FROM search_contacts WHERE rowid = ?", keys)
        rows = [(number, " ".join(cut_)) for number, cut_ in words]
        if rows:
            connection.exec_driver_sql("INSERT INTO search_contacts (rowid, words) VALUES (?, ?)", rows)
    else:
        statements.delete(connection, search_contacts, keys, "contact")
        vectors = [(n, tsvector((word, at, "") for at, word in enumerate(cut_, 1))) for n, cut_ in words]
        statements.insert(connection, search_contacts, vectors, "contact tokens")
