"""Find contacts by names and addresses, or by the beginning of a word in them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from ...core.values.tokens import phrases, tokenize
from .. import statements
from ..tables import contacts, identities
from .index import match, tsquery, tsvector

_BATCH = 500


def reindex(connection: Connection, numbers: Collection[int]) -> None:
    """Index these contacts as they are stored now. Call it after a name or an address was changed or removed."""
    asked = sorted(numbers)
    for start in range(0, len(asked), _BATCH):
        _reindex(connection, asked[start : start + _BATCH])


def find(connection: Connection, wanted: str, limit: int) -> list[int]:
    """Return the newest contacts whose name and addresses contain every word of `wanted`, or a word that begins with
    it.

    A merged contact is returned itself: the caller finds the contact into which it was merged.
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


def _reindex(connection: Connection, some: list[int]) -> None:
    keys = [(number,) for number in some]
    named = statements.select_rows(connection, contacts, "id name", "id", keys)
    known = {row.id: [row.name] if row.name else [] for row in named}
    for row in statements.select_rows(connection, identities, "contact address", "contact", keys, "ORDER BY id"):
        known[row.contact].append(row.address)
    words = [(number, tokenize("\n".join(texts))) for number, texts in known.items() if texts]
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("DELETE FROM search_contacts WHERE rowid = ?", keys)
        rows = [(number, " ".join(tokens)) for number, tokens in words]
        if rows:
            connection.exec_driver_sql("INSERT INTO search_contacts (rowid, words) VALUES (?, ?)", rows)
    else:
        from ..tables.postgresql import search_contacts

        statements.delete(connection, search_contacts, keys, "contact")
        vectors = [(n, tsvector((word, at, "") for at, word in enumerate(tokens, 1))) for n, tokens in words]
        statements.insert(connection, search_contacts, vectors, "contact tokens")
