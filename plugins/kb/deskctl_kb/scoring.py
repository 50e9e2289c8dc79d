"""How well articles fit a question: BM25F (Robertson, Zaragoza 2009) over title, tags and text. Pure.

The index is kept in pieces of `SEGMENT` articles. A piece says of a term which articles hold it and how often, four
bytes each; another how long its articles are. A question reads the pieces of its own terms and no others.
"""

from __future__ import annotations

import math
import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from heapq import nlargest

from .words import syllables

SEGMENT = 2048
#: Numbers of 16 bits for each article in a segment's own piece: terms in title and tags, terms in the text, flags.
LENGTHS = 3
FOR_CUSTOMERS = 1

K1 = 1.2
TITLE, TAGS, TEXT = 2.0, 2.0, 1.0
B_HEAD, B_TEXT = 0.4, 0.6


def pack(numbers: Iterable[int]) -> bytes:
    """Little-endian on every machine."""
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


def entry(title: int, tags: int, text: int) -> int:
    """How often a term stands in an article's parts, in 16 bits."""
    return min(title, 15) << 12 | min(tags, 15) << 8 | min(text, 255)


#: What an entry weighs before lengths are looked at: that of title and tags, and that of the text.
_HEAD = [TITLE * (e >> 4) + TAGS * (e & 15) for e in range(256)]


def rank(
    wanted: Mapping[str, float],
    postings: Mapping[str, Iterable[tuple[int, bytes]]],
    lengths: Mapping[int, bytes],
    limit: int,
    customers: bool = False,
) -> list[tuple[float, int]]:
    """The best articles, best first: score and number.

    `wanted` are the question's terms and what each counts, `postings` their pieces (segment, entries), `lengths` every
    segment's own piece. With `customers` what they may not see is left out before anything is counted.
    """
    heads: dict[int, list[float]] = {}
    texts: dict[int, list[float]] = {}
    hidden: set[int] = set()
    total = head_sum = text_sum = 0
    known = {segment: unpack(data) for segment, data in lengths.items()}
    for values in known.values():
        live = sum(1 for n in values[1::LENGTHS] if n)
        total += live
        head_sum += sum(values[0::LENGTHS])
        text_sum += sum(values[1::LENGTHS])
    if not total:
        return []
    head_mean, text_mean = max(head_sum / total, 1.0), max(text_sum / total, 1.0)
    for segment, values in known.items():
        heads[segment] = [1 / (1 - B_HEAD + B_HEAD * n / head_mean) for n in values[0::LENGTHS]]
        texts[segment] = [TEXT / (1 - B_TEXT + B_TEXT * n / text_mean) for n in values[1::LENGTHS]]
        if customers:
            first = segment * SEGMENT
            hidden.update(first + i for i, flags in enumerate(values[2::LENGTHS]) if not flags & FOR_CUSTOMERS)
    scores: dict[int, float] = {}
    known_score = scores.get
    for term, weight in wanted.items():
        pieces = [(segment, unpack(data)) for segment, data in postings.get(term, ())]
        count = sum(len(piece) for _, piece in pieces) // 2
        if not count:
            continue
        gain = weight * math.log(1 + (total - count + 0.5) / (count + 0.5))
        for segment, piece in pieces:
            first, head, text = segment * SEGMENT, heads[segment], texts[segment]
            for local, times in zip(piece[0::2], piece[1::2], strict=True):
                weighed = (times & 255) * text[local]
                if times > 255:
                    weighed += _HEAD[times >> 8] * head[local]
                number = first + local
                scores[number] = known_score(number, 0.0) + gain * weighed / (K1 + weighed)
    found = ((score, -number) for number, score in scores.items() if number not in hidden)
    return [(score, -number) for score, number in nlargest(limit, found)]


def entries(title: Iterable[str], tags: Iterable[str], text: Iterable[str]) -> dict[str, int]:
    """An article's terms, and of each how often it stands where. Single syllables are kept of titles only."""
    heading = list(title)
    counts = Counter(heading + syllables(heading)), Counter(tags), Counter(text)
    return {term: entry(*(count[term] for count in counts)) for term in {*counts[0], *counts[1], *counts[2]}}
