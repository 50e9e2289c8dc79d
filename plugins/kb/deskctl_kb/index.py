"""The search index in the store: the published articles that contain each term.

Every change of an article updates it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, and_, delete, insert, select

from . import bm25f
from .article import Content, State
from .bm25f import FOR_CUSTOMERS, LENGTHS, LONGEST, SEGMENT, pack, unpack
from .plain_text import plain_text
from .tables import postings, segments
from .terms import terms

#: The maximum number of values in one statement; old SQLite versions accept 999.
_BATCH = 900

Change = tuple[int, Content | None, Content | None]
"""An article's number, its old and its new content; None if the article does not exist."""


def update(connection: Connection, changes: Iterable[Change]) -> None:
    """Update the index after changes. It contains published articles only."""
    by_segment: dict[int, list[Change]] = {}
    for change in changes:
        by_segment.setdefault(change[0] // SEGMENT, []).append(change)
    for segment, segment_changes in sorted(by_segment.items()):
        _update_segment(connection, segment, segment_changes)


def _update_segment(connection: Connection, segment: int, changes: list[Change]) -> None:
    stored = connection.execute(select(segments.c.entries).where(segments.c.segment == segment)).scalar()
    lengths = list(unpack(bytes(stored))) if stored is not None else [0] * (SEGMENT * LENGTHS)
    removed: dict[str, set[int]] = {}
    added: dict[str, dict[int, int]] = {}
    for number, old, new in changes:
        local = number % SEGMENT
        if old is not None and old.state is State.PUBLISHED:
            for term in _terms(old)[0]:
                removed.setdefault(term, set()).add(local)
        place = slice(local * LENGTHS, (local + 1) * LENGTHS)
        lengths[place] = [0, 0, 0]
        if new is not None and new.state is State.PUBLISHED:
            found, head, body = _terms(new)
            for term, times in found.items():
                added.setdefault(term, {})[local] = times
            lengths[place] = [min(head, LONGEST), min(body, LONGEST - 1) + 1, FOR_CUSTOMERS if new.for_customers else 0]
    connection.execute(delete(segments).where(segments.c.segment == segment))
    connection.execute(insert(segments), {"segment": segment, "entries": pack(lengths)})
    changed_terms = sorted({*removed, *added})
    old_entries = _read(connection, changed_terms, segment)
    rows = []
    for term in changed_terms:
        pairs = old_entries.get(term, {})
        for local in removed.get(term, ()):
            pairs.pop(local, None)
        pairs.update(added.get(term, {}))
        if pairs:
            flat = [number for pair in sorted(pairs.items()) for number in pair]
            rows.append({"term": term, "segment": segment, "entries": pack(flat)})
    for start in range(0, len(changed_terms), _BATCH):
        some = changed_terms[start : start + _BATCH]
        connection.execute(delete(postings).where(and_(postings.c.segment == segment, postings.c.term.in_(some))))
    if rows:
        connection.execute(insert(postings), rows)


@dataclass(frozen=True, slots=True)
class Ranking:
    """The ranked articles of a question.

    `best` holds scores and numbers, the best first. `possible` is the score of an imaginary article that contains all
    literal terms of the question, including terms in no article, but no synonyms. `total` is the number of indexed
    articles.
    """

    best: list[tuple[float, int]]
    possible: float
    total: int


def rank(
    connection: Connection, wanted: Mapping[str, float], literal: Collection[str], limit: int, customers: bool = False
) -> Ranking:
    """Rank articles with `bm25f.rank`. `literal` are the wanted terms that occur in the question itself."""
    lengths = {row.segment: bytes(row.entries) for row in connection.execute(select(segments))}
    pieces: dict[str, list[tuple[int, bytes]]] = {}
    names = list(wanted)
    for start in range(0, len(names), _BATCH):
        query = select(postings).where(postings.c.term.in_(names[start : start + _BATCH]))
        for term, segment, entries in connection.execute(query):
            pieces.setdefault(term, []).append((segment, bytes(entries)))
    counts = {term: sum(len(data) for _, data in found) // 4 for term, found in pieces.items()}
    total = sum(len(bodies) - bodies.count(0) for data in lengths.values() if (bodies := unpack(data)[1::LENGTHS]))
    possible = bm25f.possible_score({term: wanted[term] for term in literal}, counts, total)
    return Ranking(bm25f.rank(wanted, pieces, lengths, limit, customers), possible, total)


def _terms(content: Content) -> tuple[dict[str, int], int, int]:
    """Return the entries by term, and the numbers of terms in title and tags, and in the text."""
    language = content.language
    title = terms(content.title, language)
    tags = terms(" ".join(content.tags), language)
    text = terms(plain_text(content.text, content.title), language)
    return bm25f.entries(title, tags, text), len(title) + len(tags), len(text)


def _read(connection: Connection, names: list[str], segment: int) -> dict[str, dict[int, int]]:
    found: dict[str, dict[int, int]] = {}
    for start in range(0, len(names), _BATCH):
        some = names[start : start + _BATCH]
        query = select(postings.c.term, postings.c.entries)
        query = query.where(and_(postings.c.segment == segment, postings.c.term.in_(some)))
        for term, data in connection.execute(query):
            values = unpack(bytes(data))
            found[term] = dict(zip(values[0::2], values[1::2], strict=True))
    return found
