"""Ranking with BM25F (Robertson, Zaragoza 2009) over title, tags and text. Pure.

The index is divided into segments of `SEGMENT` articles. Per term and segment it stores which articles contain the term
and how often, in four bytes each; per segment it stores the lengths of the articles. A question reads only the entries
of its own terms.
"""

from __future__ import annotations

import math
import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from heapq import nlargest

from .terms import SYLLABLE, syllables

SEGMENT = 2048
#: 16-bit numbers per article in a segment's lengths: terms in title and tags, terms in the text, flags.
LENGTHS = 3
#: The maximum length; longer parts count as this long.
LONGEST = 4095
FOR_CUSTOMERS = 1

K1 = 1.2
#: The weight of an occurrence in the title or a tag; one in the text has 1.
TITLE, TAGS = 2.0, 2.0
B_HEAD, B_TEXT = 0.4, 0.6
#: Terms are skipped if their rarity is below this share of the question's rarest term: they hardly change the order
#: and take most of the time.
MIN_RARITY = 0.12

#: The weight of an entry's upper byte (title and tags) before length normalisation.
_HEAD = [TITLE * (e >> 4) + TAGS * (e & 15) for e in range(256)]


def pack(numbers: Iterable[int]) -> bytes:
    """Return 16-bit numbers as little-endian bytes."""
    values = array("H", numbers)
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()


def unpack(data: bytes) -> array[int]:
    values = array("H")
    values.frombytes(data)
    if sys.byteorder == "big":
        values.byteswap()
    return values


def rank(
    wanted: Mapping[str, float],
    postings: Mapping[str, Iterable[tuple[int, bytes]]],
    lengths: Mapping[int, bytes],
    limit: int,
    customers: bool = False,
) -> list[tuple[float, int]]:
    """Return scores and numbers of the best articles, best first.

    `wanted` maps the question's terms to their weights, `postings` maps terms to (segment, entries), `lengths` maps
    segments to the lengths of their articles. With `customers`, articles that customers may not see are left out.
    """
    known = {segment: unpack(data) for segment, data in lengths.items()}
    heads = {segment: values[0::LENGTHS] for segment, values in known.items()}
    bodies = {segment: values[1::LENGTHS] for segment, values in known.items()}
    total = sum(len(values) - values.count(0) for values in bodies.values())
    if not total:
        return []
    head_norm = _norms(round(max(sum(map(sum, heads.values())) / total, 1.0), 1), B_HEAD)
    text_norm = _norms(round(max(sum(map(sum, bodies.values())) / total, 1.0), 1), B_TEXT)
    pieces = {
        term: [(segment, unpack(data)) for segment, data in found] for term, found in postings.items() if term in wanted
    }
    rarity = {}
    for term, found in pieces.items():
        count = sum(len(piece) for _, piece in found) // 2
        rarity[term] = math.log(1 + (total - count + 0.5) / (count + 0.5))
    least = MIN_RARITY * max(rarity.values(), default=0.0)
    scores = {segment: [0.0] * SEGMENT for segment in known}
    for term, found in sorted(pieces.items(), key=lambda item: item[0][0] == SYLLABLE):
        if rarity[term] < least:
            continue
        gain, supports = wanted[term] * rarity[term], term[0] == SYLLABLE
        for segment, piece in found:
            score, head, body = scores[segment], heads[segment], bodies[segment]
            for local, times in zip(piece[0::2], piece[1::2], strict=True):
                if supports and not score[local]:
                    continue  # syllables only reorder articles that other terms found
                frequency = (times & 255) * text_norm[body[local]]
                if times > 255:
                    frequency += _HEAD[times >> 8] * head_norm[head[local]]
                score[local] += gain * frequency / (K1 + frequency)
    best: list[tuple[float, int]] = []
    for segment, score in scores.items():
        touched: set[int] = set().union(
            *(piece[0::2] for found in pieces.values() for at, piece in found if at == segment)
        )
        if customers:
            flags = known[segment][2::LENGTHS]
            touched = {local for local in touched if flags[local] & FOR_CUSTOMERS}
        first = segment * SEGMENT
        best += nlargest(limit, ((score[local], -first - local) for local in touched if score[local]))
    return [(score, -number) for score, number in nlargest(limit, best)]


def possible_score(wanted: Mapping[str, float], counts: Mapping[str, int], total: int) -> float:
    """Return the score of an imaginary article about these terms only.

    `counts` are the articles that contain each term.
    """
    return sum(
        weight * math.log(1 + (total - counts.get(term, 0) + 0.5) / (counts.get(term, 0) + 0.5))
        for term, weight in wanted.items()
    )


@lru_cache(maxsize=8)
def _norms(mean: float, b: float) -> list[float]:
    """Return the length normalisation factors by the length of the part."""
    return [1 / (1 - b + b * n / mean) for n in range(LONGEST + 1)]


def entries(title: Iterable[str], tags: Iterable[str], text: Iterable[str]) -> dict[str, int]:
    """Return an article's terms with packed frequencies in title, tags and text; single syllables of titles only."""
    found = {term: min(count, 255) for term, count in Counter(text).items()}
    for term, count in Counter(tags).items():
        found[term] = found.get(term, 0) | min(count, 15) << 8
    heading = list(title)
    for term, count in Counter(heading + syllables(heading)).items():
        found[term] = found.get(term, 0) | min(count, 15) << 12
    return found
