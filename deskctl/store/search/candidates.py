"""Find messages that contain every phrase: the newest first, or the best of the newest.

The cost of a search must not grow with the number of matches. FTS5 reads its index backwards and stops when no more
rows are fetched. A GIN index has no order, so PostgreSQL searches the newest messages first, then a wider window, then
the rest; frequent words are found in the first window.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select

from ...core.messages.model import MessageKind
from ...core.values.tokens import Phrase
from ...dataclass import dataclass
from ..tables import messages, tickets
from .index import match, tsquery

#: Number of messages that are ranked: the newest that contain the words.
RANKED = 10_000
#: Widths (in message ids) of the windows in which PostgreSQL searches, and rows per query and per fetch.
_WINDOWS = (4_096, 65_536)
_PAGE = 200
_FETCHED = 50
#: The maximum number of tickets that a query names.
_NAMED_TICKETS = 500
#: A word in the subject weighs more than one in the name of an attachment, which weighs more than one in the text.
_BM25 = "bm25(search_index, 4.0, 2.0, 1.0)"
#: The sum of two ranks, for words close together and for frequent words, each relative to the length of the text.
_TS_RANK = """
    SELECT message, max(
        ts_rank_cd('{0.25, 0.25, 0.5, 1.0}', tokens, %s::tsquery, 1)
        + ts_rank('{0.25, 0.25, 0.5, 1.0}', tokens, %s::tsquery, 1)
    ) AS score FROM search_index WHERE message = ANY(%s) GROUP BY message
"""
#: CROSS prevents SQLite from changing the order of the tables.
_FTS5 = """
    FROM search_index CROSS JOIN messages m ON m.id = search_index.rowid CROSS JOIN tickets t ON t.number = m.ticket
    WHERE search_index MATCH ? AND
"""
_BACKWARDS = "ORDER BY search_index.rowid DESC"
_JOINED = "FROM messages m JOIN tickets t ON t.number = m.ticket"
_WHOLE = (
    "m.id, m.ticket, m.sent_at, m.subject, m.text, m.visible_text, t.subject AS titled, t.merged_into, "
    "EXISTS (SELECT 1 FROM attachments a WHERE a.message = m.id) AS has_files"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The phrases of a search, and the kinds of messages and the tickets to search; `tickets` None: all tickets."""

    phrases: Sequence[Phrase]
    spam: bool
    notes: bool
    tickets: frozenset[int] | None = None

    def has(self, ticket: int) -> bool:
        """Return True if the ticket is searched. The queries leave out others only if that makes them faster."""
        return self.tickets is None or ticket in self.tickets

    @property
    def conditions(self) -> str:
        """Return the conditions on the message `m` and its ticket `t`."""
        found = "NOT m.withdrawn"
        found += "" if self.spam else " AND NOT t.spam"
        if self.tickets is not None and len(self.tickets) <= _NAMED_TICKETS:
            found += f" AND t.number IN ({', '.join(map(str, sorted(self.tickets)))})" if self.tickets else " AND 1 = 0"
        return found + ("" if self.notes else " AND m.kind <> 'note'")

    def narrowed(self, query: Select[Any]) -> Select[Any]:
        """Apply the same conditions to a query of messages and tickets."""
        query = query.where(messages.c.withdrawn.is_(False))
        query = query if self.spam else query.where(tickets.c.spam.is_(False))
        return query if self.notes else query.where(messages.c.kind != MessageKind.NOTE.value)


class Candidate(NamedTuple):
    """A message that matches, with the subject of its ticket (`titled`) and the ticket into which that was merged."""

    id: int
    ticket: int
    sent_at: int
    subject: str
    text: str
    visible_text: str | None
    titled: str
    merged_into: int | None
    has_files: bool


def newest(connection: Connection, wanted: Wanted) -> Generator[Candidate]:
    """Yield matching messages, the newest first; each row is fetched on demand."""
    if connection.dialect.name == "sqlite":
        query = _sql("SELECT", _WHOLE, _FTS5, wanted.conditions, _BACKWARDS)
        with connection.exec_driver_sql(query, (_all_fts5(wanted),)) as found:
            for some in found.partitions(_FETCHED):
                yield from map(Candidate._make, some)
    else:
        yield from map(Candidate._make, _in_windows(connection, wanted, _WHOLE, _PAGE))


def best(connection: Connection, wanted: Wanted) -> tuple[list[int], bool]:
    """Rank the newest `RANKED` matching messages.

    Return their ids, the best first, equal ones by age with the newest first, and True if there are more matches.
    """
    if connection.dialect.name == "sqlite":
        query = _sql("SELECT m.id,", _BM25, "AS score", _FTS5, wanted.conditions, _BACKWARDS, "LIMIT", str(RANKED + 1))
        rows = connection.exec_driver_sql(query, (_all_fts5(wanted),)).all()
        scored = [(row.score, -row.id) for row in rows]
    else:
        numbers: list[int] = []
        for row in _in_windows(connection, wanted, "m.id", RANKED + 1):
            numbers.append(row.id)
            if len(numbers) > RANKED:
                break
        any_of = " | ".join(map(tsquery, wanted.phrases))
        found = connection.exec_driver_sql(_TS_RANK, (_all_tsquery(wanted), any_of, numbers))
        scored = [(-row.score, -row.message) for row in found]
    capped = len(scored) > RANKED
    if capped:
        scored.remove(max(scored, key=lambda place: place[1]))  # the oldest only shows that there are more matches
    return [-number for _, number in sorted(scored)], capped


def rows_of(connection: Connection, numbers: Sequence[int]) -> Generator[Candidate]:
    """Yield the messages with these ids, in this order."""
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    for start in range(0, len(numbers), _PAGE):
        some = tuple(numbers[start : start + _PAGE])
        query = _sql("SELECT", _WHOLE, _JOINED, "WHERE m.id IN (", ", ".join([mark] * len(some)), ")")
        rows = {row.id: row for row in map(Candidate._make, connection.exec_driver_sql(query, some))}
        yield from (rows[number] for number in some)


def _sql(*parts: str) -> str:
    return " ".join(parts)


def _all_fts5(wanted: Wanted) -> str:
    return " AND ".join(map(match, wanted.phrases))


def _all_tsquery(wanted: Wanted) -> str:
    return " & ".join(map(tsquery, wanted.phrases))


def _in_windows(connection: Connection, wanted: Wanted, columns: str, size: int) -> Generator[Row[Any]]:
    among, values = _containing(wanted)
    held = _sql("SELECT", columns, _JOINED, "WHERE m.id IN (", among, ") AND", wanted.conditions)
    query = _sql(held, "ORDER BY m.id DESC LIMIT", str(size))
    high: int = connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM messages").scalar_one() + 1
    for width in (*_WINDOWS, high):
        low = max(high - width, 0)
        while high > low:
            bounds = {"low": low, "high": high}
            page = connection.exec_driver_sql(query, values | bounds).all()
            yield from page
            if len(page) < size:
                break
            high = page[-1].id
        high = low


def _containing(wanted: Wanted) -> tuple[str, dict[str, str]]:
    """Return a query for the messages between `low` and `high` that contain every phrase, and its values.

    A long message can contain the phrases in different pieces.
    """
    within = "SELECT message FROM search_index WHERE message >= %(low)s AND message < %(high)s AND tokens @@"
    values = {"all": _all_tsquery(wanted)}
    parts = [f"{within} %(all)s::tsquery"]
    if len(wanted.phrases) > 1:
        values |= {f"p{n}": tsquery(phrase) for n, phrase in enumerate(wanted.phrases)}
        pieces = " INTERSECT ".join(f"{within} %(p{n})s::tsquery AND long" for n in range(len(wanted.phrases)))
        parts.append(f"({pieces})")
    return " UNION ".join(parts), values
