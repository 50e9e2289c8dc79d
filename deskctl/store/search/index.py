"""The full-text index: writing it in bulk, and asking it for tickets."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Connection

from ..ids import Ids
from ..statements import delete, insert
from ..tables import search_rows
from ..tables.postgresql import search_index
from .cut import is_single_character, phrases, pieces

Searchable = tuple[int, int | None, str]
"""Ticket, message (None for the ticket's own words), text."""

_HOLDS = {
    "sqlite": "SELECT r.ticket FROM search_index s JOIN search_rows r ON r.id = s.rowid WHERE s.tokens MATCH ?",
    "postgresql": "SELECT r.ticket FROM search_index s JOIN search_rows r USING (id) WHERE s.tokens @@ %s::tsquery",
}


def write(connection: Connection, ids: Ids, texts: Iterable[Searchable]) -> None:
    """Index texts; each piece of a long one is a row of its own."""
    engine = connection.dialect.name
    express = " ".join if engine == "sqlite" else _tsvector
    about: list[tuple[int, int, int | None]] = []
    words: list[tuple[int, str]] = []
    for ticket, message, text in texts:
        for piece in pieces(text):
            number = ids.next("search_rows")
            about.append((number, ticket, message))
            words.append((number, express(piece)))
    if words:
        insert(connection, search_rows, about, "id ticket message")
        if engine == "sqlite":
            connection.exec_driver_sql("INSERT INTO search_index (rowid, tokens) VALUES (?, ?)", words)
        else:
            insert(connection, search_index, words, "id tokens")


def forget(connection: Connection, messages: Collection[int]) -> None:
    """What these messages say is found no longer."""
    delete(connection, search_rows, [(message,) for message in sorted(messages)], "message")


def forget_tickets(connection: Connection, numbers: Collection[int]) -> None:
    """The tickets' own words are found no longer."""
    delete(connection, search_rows, [(number,) for number in sorted(numbers)], "ticket")


def condition(connection: Connection, wanted: str) -> tuple[str, list[str]] | None:
    """SQL and its values: the ticket `t` holds every phrase of `wanted`, each in some message. None: no words in it."""
    engine = connection.dialect.name
    express = _match if engine == "sqlite" else _tsquery
    found = phrases(wanted)
    if not found:
        return None
    return " AND ".join(f"t.number IN ({_HOLDS[engine]})" for _ in found), [express(phrase) for phrase in found]


def _match(phrase: list[str]) -> str:
    quoted = '"' + " ".join(phrase) + '"'
    return f"{quoted} *" if is_single_character(phrase) else quoted


def _tsvector(words: list[str]) -> str:
    return " ".join(f"'{word}':{position}" for position, word in enumerate(words, 1))


def _tsquery(phrase: list[str]) -> str:
    if is_single_character(phrase):
        return f"'{phrase[0]}':*"
    return " <-> ".join(f"'{word}'" for word in phrase)
