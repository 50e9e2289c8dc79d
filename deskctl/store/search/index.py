"""Maintain the full-text index of messages: an FTS5 table on SQLite, a table of tsvectors on PostgreSQL, the same
words.

A message is indexed by its subject, the subject of its ticket, the names of its attachments and its text. FTS5 stores
only the index, not the words: it needs the original words again to delete an entry. Therefore, code that changes a
message calls `remove` before and `restore` after the change, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from ...core.values.tokens import Phrase, tokenize
from ..statements import delete, insert
from ..tables import attachments, messages, tickets

#: Words in one tsvector, whose limits are position 16,383 and 1 MB, and words that the next one repeats.
ROW, _OVERLAP = 4000, 50
#: Messages in one query.
_BATCH = 500

_INSERT_FTS5 = "INSERT INTO search_index (rowid, subject, files, text) VALUES (?, ?, ?, ?)"
#: https://sqlite.org/fts5.html#the_delete_command
_DELETE_FTS5 = "INSERT INTO search_index (search_index, rowid, subject, files, text) VALUES ('delete', ?, ?, ?, ?)"


class Words(NamedTuple):
    """The indexed texts of a message."""

    message: int
    subject: str
    files: str
    text: str


def words_of(message: int, ticket_subject: str, subject: str, files: Iterable[str], text: str) -> Words:
    """Combine the indexed texts. The subject of the ticket applies to all its messages; most repeat it after "Re:"."""
    if not subject.endswith(ticket_subject):
        subject = f"{ticket_subject}\n{subject}"
    return Words(message, subject, "\n".join(files), text)


def add(connection: Connection, texts: Sequence[Words]) -> None:
    """Index messages that are not in the index."""
    if not texts:
        return
    if connection.dialect.name == "sqlite":
        rows = [_fts5(words) for words in texts]
        connection.exec_driver_sql(_INSERT_FTS5, rows)
    else:
        from ..tables.postgresql import search_index

        insert(connection, search_index, [row for w in texts for row in _rows(w)], "message piece long tokens")


def remove(connection: Connection, numbers: Collection[int]) -> None:
    """Remove messages from the index. Call it before their rows, or their ticket's subject, change."""
    if not numbers:
        return
    if connection.dialect.name == "postgresql":
        from ..tables.postgresql import search_index

        delete(connection, search_index, [(number,) for number in sorted(numbers)], "message")
        return
    for some in stored(connection, sorted(indexed(connection, numbers))):
        rows = [_fts5(words) for words in some]
        connection.exec_driver_sql(_DELETE_FTS5, rows)


def indexed(connection: Connection, numbers: Collection[int]) -> set[int]:
    """Return the ids of those messages that are in the index."""
    if connection.dialect.name == "sqlite":
        asked = "SELECT rowid FROM search_index WHERE rowid = ?"
        return {n for n in numbers if connection.exec_driver_sql(asked, (n,)).first() is not None}
    from ..tables.postgresql import search_index

    query = select(search_index.c.message).where(search_index.c.message.in_(numbers))
    return set(connection.execute(query).scalars())


def restore(connection: Connection, numbers: Collection[int]) -> None:
    """Index messages that `remove` removed, as they are stored now, without withdrawn ones."""
    for some in stored(connection, sorted(numbers), withdrawn=False):
        add(connection, some)


def stored(connection: Connection, numbers: Sequence[int], *, withdrawn: bool = True) -> Iterator[list[Words]]:
    """Yield the indexed texts of these messages, in batches."""
    columns = (messages.c.id, tickets.c.subject.label("titled"), messages.c.subject, messages.c.text)
    for start in range(0, len(numbers), _BATCH):
        some = numbers[start : start + _BATCH]
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
    """Return the phrase in the query syntax of FTS5."""
    quoted = '"' + " ".join(phrase.words) + '"'
    return f"{quoted} *" if phrase.prefix else quoted


def tsquery(phrase: Phrase, weight: str = "") -> str:
    """Return the phrase in the query syntax of PostgreSQL, restricted to words of a weight ("": any)."""
    labels = [weight] * len(phrase.words)
    if phrase.prefix:
        labels[-1] = f"*{weight}"
    words = [f"'{word}':{label}" if label else f"'{word}'" for word, label in zip(phrase.words, labels, strict=True)]
    return "(" + " <-> ".join(words) + ")"


def tsvector(words: Iterable[tuple[str, int, str]]) -> str:
    """Return words with positions and weights in the syntax of PostgreSQL."""
    return " ".join(f"'{word}':{position}{weight}" for word, position, weight in words)


def _fts5(words: Words) -> tuple[int, str, str, str]:
    return (
        words.message,
        " ".join(tokenize(words.subject)),
        " ".join(tokenize(words.files)),
        " ".join(tokenize(words.text)),
    )


def _rows(words: Words) -> Iterator[tuple[int, int, bool, str]]:
    """Yield rows of `search_index`. A phrase never spans two fields."""
    whole: list[tuple[str, int, str]] = []
    position = 0
    for text, weight in ((words.subject, "A"), (words.files, "B"), (words.text, "")):
        for word in tokenize(text):
            position += 1
            whole.append((word, position, weight))
        position += 1
    starts = range(0, max(len(whole) - _OVERLAP, 1), ROW - _OVERLAP)
    for piece, start in enumerate(starts):
        some = whole[start : start + ROW]
        before = some[0][1] - 1 if some else 0
        yield words.message, piece, len(starts) > 1, tsvector((word, at - before, weight) for word, at, weight in some)
