"""The index in the store: which published articles hold a term. Written with every change, read by a question."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, and_, delete, insert, select

from . import scoring
from .article import Content, State
from .plain import plain
from .scoring import FOR_CUSTOMERS, LENGTHS, LONGEST, SEGMENT, pack, unpack
from .tables import postings, segments
from .words import terms

#: Values in one statement; SQLite took 999 for long.
_MOST = 900

Change = tuple[int, Content | None, Content | None]
"""An article's number, what it was and what it is; None: not there."""


def update(connection: Connection, changes: Iterable[Change]) -> None:
    """Make the index fit what changed. Only what is published is in it."""
    by_segment: dict[int, list[Change]] = {}
    for change in changes:
        by_segment.setdefault(change[0] // SEGMENT, []).append(change)
    for segment, some in sorted(by_segment.items()):
        _update(connection, segment, some)


def _update(connection: Connection, segment: int, changes: list[Change]) -> None:
    stored = connection.execute(select(segments.c.entries).where(segments.c.segment == segment)).scalar()
    lengths = list(unpack(bytes(stored))) if stored is not None else [0] * (SEGMENT * LENGTHS)
    gone: dict[str, set[int]] = {}
    come: dict[str, dict[int, int]] = {}
    for number, old, new in changes:
        local = number % SEGMENT
        if old is not None and old.state is State.PUBLISHED:
            for term in _terms(old)[0]:
                gone.setdefault(term, set()).add(local)
        place = slice(local * LENGTHS, (local + 1) * LENGTHS)
        lengths[place] = [0, 0, 0]
        if new is not None and new.state is State.PUBLISHED:
            found, head, body = _terms(new)
            for term, times in found.items():
                come.setdefault(term, {})[local] = times
            lengths[place] = [min(head, LONGEST), min(body, LONGEST - 1) + 1, FOR_CUSTOMERS if new.for_customers else 0]
    connection.execute(delete(segments).where(segments.c.segment == segment))
    connection.execute(insert(segments), {"segment": segment, "entries": pack(lengths)})
    touched = sorted({*gone, *come})
    old_entries = _read(connection, touched, segment)
    rows = []
    for term in touched:
        pairs = old_entries.get(term, {})
        for local in gone.get(term, ()):
            pairs.pop(local, None)
        pairs.update(come.get(term, {}))
        if pairs:
            flat = [number for pair in sorted(pairs.items()) for number in pair]
            rows.append({"term": term, "segment": segment, "entries": pack(flat)})
    for start in range(0, len(touched), _MOST):
        some = touched[start : start + _MOST]
        connection.execute(delete(postings).where(and_(postings.c.segment == segment, postings.c.term.in_(some))))
    if rows:
        connection.execute(insert(postings), rows)


@dataclass(frozen=True, slots=True)
class Ranking:
    """`best`: score and number, best first. `possible` is what an article would score that is all about the question:
    an own word that no article knows counts there, and a synonym does not. `total` are the articles."""

    best: list[tuple[float, int]]
    possible: float
    total: int


def rank(
    connection: Connection, wanted: Mapping[str, float], own: Collection[str], limit: int, customers: bool = False
) -> Ranking:
    """See `scoring.rank`. `own` are those of the terms that the question itself says."""
    lengths = {row.segment: bytes(row.entries) for row in connection.execute(select(segments))}
    pieces: dict[str, list[tuple[int, bytes]]] = {}
    names = list(wanted)
    for start in range(0, len(names), _MOST):
        asked = select(postings).where(postings.c.term.in_(names[start : start + _MOST]))
        for term, segment, entries in connection.execute(asked):
            pieces.setdefault(term, []).append((segment, bytes(entries)))
    counts = {term: sum(len(data) for _, data in found) // 4 for term, found in pieces.items()}
    total = sum(len(bodies) - bodies.count(0) for data in lengths.values() if (bodies := unpack(data)[1::LENGTHS]))
    possible = scoring.possible({term: wanted[term] for term in own}, counts, total)
    return Ranking(scoring.rank(wanted, pieces, lengths, limit, customers), possible, total)


def _terms(content: Content) -> tuple[dict[str, int], int, int]:
    """Entries by term, and how many terms stand in title and tags, and in the text."""
    language = content.language
    title = terms(content.title, language)
    tags = terms(" ".join(content.tags), language)
    text = terms(plain(content.text, content.title), language)
    return scoring.entries(title, tags, text), len(title) + len(tags), len(text)


def _read(connection: Connection, names: list[str], segment: int) -> dict[str, dict[int, int]]:
    found: dict[str, dict[int, int]] = {}
    for start in range(0, len(names), _MOST):
        some = names[start : start + _MOST]
        asked = select(postings.c.term, postings.c.entries)
        asked = asked.where(and_(postings.c.segment == segment, postings.c.term.in_(some)))
        for term, data in connection.execute(asked):
            values = unpack(bytes(data))
            found[term] = dict(zip(values[0::2], values[1::2], strict=True))
    return found
