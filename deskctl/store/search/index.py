"""Writing the full-text index of messages. An FTS5 table on SQLite, a table of tsvectors on PostgreSQL, the same words.

A message is found by its subject and its ticket's, by the names of its attachments and by its text. FTS5 keeps the
index only, not the words: to take a message out it must be told once more what it was given. So whoever changes what
a message says calls `forget` before and `again` after the change, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from ..statements import delete, insert
from ..tables import attachments, messages, tickets
from ..tables.postgresql import search_index
from .tokens import Phrase, cut

#: Words in one tsvector, which knows no positions past 16,383 and holds 1 MB; and how many the next one repeats.
ROW, _OVERLAP = 4000, 50
#: Messages read back at a time.
_PORTION = 500

_INTO_FTS5 = "INSERT INTO search_index (rowid, subject, files, text) VALUES (?, ?, ?, ?)"
#: https://sqlite.org/fts5.html#the_delete_command
_OUT_OF_FTS5 = "INSERT INTO search_index (search_index, rowid, subject, files, text) VALUES ('delete', ?, ?, ?, ?)"


class Words(NamedTuple):
    """What a message is found by."""

    message: int
    subject: str
    files: str
    text: str


def words_of(message: int, ticket_subject: str, subject: str, files: Iterable[str], text: str) -> Words:
    """The ticket's subject counts for all its messages; most repeat it behind a "Re:"."""
    if not subject.endswith(ticket_subject):
        subject = f"{ticket_subject}\n{subject}"
    return Words(message, subject, "\n".join(files), text)


def add(connection: Connection, texts: Sequence[Words]) -> None:
    """Index messages that are not in the index."""
    if not texts:
        return
    if connection.dialect.name == "sqlite":
        rows = [_fts5(words) for words in texts]
        connection.exec_driver_sql(_INTO_FTS5, rows)
    else:
        insert(connection, search_index, [row for w in texts for row in _rows(w)], "message piece long tokens")


def forget(connection: Connection, numbers: Collection[int]) -> None:
    """These messages are found no longer. To be called before their rows, or their ticket's subject, change."""
    if not numbers:
        return
    if connection.dialect.name == "postgresql":
        delete(connection, search_index, [(number,) for number in sorted(numbers)], "message")
        return
    for some in stored(connection, sorted(indexed(connection, numbers))):
        rows = [_fts5(words) for words in some]
        connection.exec_driver_sql(_OUT_OF_FTS5, rows)


def indexed(connection: Connection, numbers: Collection[int]) -> set[int]:
    """Return those of these messages that are in the index."""
    if connection.dialect.name == "sqlite":
        asked = "SELECT rowid FROM search_index WHERE rowid = ?"
        return {n for n in numbers if connection.exec_driver_sql(asked, (n,)).first() is not None}
    query = select(search_index.c.message).where(search_index.c.message.in_(numbers))
    return set(connection.execute(query).scalars())


def again(connection: Connection, numbers: Collection[int]) -> None:
    """Index messages that `forget` took out as they are stored now, without the withdrawn ones."""
    for some in stored(connection, sorted(numbers), withdrawn=False):
        add(connection, some)


def stored(connection: Connection, numbers: Sequence[int], *, withdrawn: bool = True) -> Iterator[list[Words]]:
    """What these messages are found by, a portion at a time."""
    columns = (messages.c.id, tickets.c.subject.label("titled"), messages.c.subject, messages.c.text)
    for start in range(0, len(numbers), _PORTION):
        some = numbers[start : start + _PORTION]
        named: dict[int, list[str]] = {}
        files = select(attachments.c.message, attachments.c.filename).where(attachments.c.message.in_(some))
        for message, name in connection.execute(files.order_by(attachments.c.id)):
            named.setdefault(message, []).append(name)
        query = select(*columns).join(tickets, tickets.c.number == messages.c.ticket).where(messages.c.id.in_(some))
        if not withdrawn:
            query = query.where(messages.c.withdrawn.is_(False))
        found = connection.execute(query.order_by(messages.c.id))
        yield [words_of(row.id, row.titled, row.subject, named.get(row.id, ()), row.text) for row in found]


def match(phrase: Phrase) -> str:
    """The phrase as FTS5 asks for it."""
    quoted = '"' + " ".join(phrase.words) + '"'
    return f"{quoted} *" if phrase.prefix else quoted


def tsquery(phrase: Phrase) -> str:
    """The phrase as PostgreSQL asks for it."""
    words = [f"'{word}'" for word in phrase.words]
    if phrase.prefix:
        words[-1] += ":*"
    return "(" + " <-> ".join(words) + ")"


def tsvector(words: Iterable[tuple[str, int, str]]) -> str:
    """Words with their positions and weights as PostgreSQL takes them."""
    return " ".join(f"'{word}':{position}{weight}" for word, position, weight in words)


def _fts5(words: Words) -> tuple[int, str, str, str]:
    return words.message, " ".join(cut(words.subject)), " ".join(cut(words.files)), " ".join(cut(words.text))


def _rows(words: Words) -> Iterator[tuple[int, int, bool, str]]:
    """Rows of `search_index`. No phrase reaches from one field into the next."""
    whole: list[tuple[str, int, str]] = []
    position = 0
    for text, weight in ((words.subject, "A"), (words.files, "B"), (words.text, "")):
        for word in cut(text):
            position += 1
            whole.append((word, position, weight))
        position += 1
    starts = range(0, max(len(whole) - _OVERLAP, 1), ROW - _OVERLAP)
    for piece, start in enumerate(starts):
        some = whole[start : start + ROW]
        before = some[0][1] - 1 if some else 0
        yield words.message, piece, len(starts) > 1, tsvector((word, at - before, weight) for word, at, weight in some)
