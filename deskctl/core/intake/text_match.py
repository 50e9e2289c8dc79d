"""Comparison of texts as streams of letters and digits: the runs that two texts have in common."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from unicodedata import east_asian_width

from ...dataclass import dataclass
from ...normalization import normalize

#: The minimum length of a common run, in letters.
SEED = 5
#: The maximum number of places compared for one seed; text that repeats itself would make the search slow.
_PLACES = 16
_TARGETS = re.compile(
    r"<(?:mailto|https?|tel):[^>\s]*>|\((?:mailto|https?|tel):[^)\s]*\)|\[(?:mailto|cid|image|https?):[^\]]*\]",
    re.IGNORECASE,
)
_HIDDEN = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


@dataclass(frozen=True, slots=True)
class Words:
    """Lines as one stream of letters. `spans`: start and end of each line; `starts`: sorted starts of the words."""

    letters: str
    spans: tuple[tuple[int, int], ...]
    starts: tuple[int, ...]

    def count(self, start: int, end: int) -> int:
        """Return the number of words that start between two places."""
        return bisect_left(self.starts, end) - bisect_left(self.starts, start)


@dataclass(frozen=True, slots=True)
class Run:
    """A common run: `length` equal letters, at `here` in one stream and at `there` in the other."""

    here: int
    there: int
    length: int

    def letters(self, stream: Words) -> str:
        return stream.letters[self.here : self.here + self.length]


def words(lines: Sequence[str]) -> Words:
    """Return the letters and digits of the lines, case-folded and normalized (NFKC)."""
    stream: list[str] = []
    spans, starts, at = [], [], 0
    for line in lines:
        begin = at
        for word in _folded(line).split():
            letters = "".join(filter(str.isalnum, word))
            if letters:
                starts.append(at)
                stream.append(letters)
                at += len(letters)
        spans.append((begin, at))
    return Words("".join(stream), tuple(spans), tuple(starts))


def _folded(line: str) -> str:
    line = _TARGETS.sub(" ", _HIDDEN.sub("", line))
    return normalize("NFKC", normalize("NFKC", line).casefold())


def weight(letters: str) -> int:
    """Return the weight of a run: its length, with wide letters of East Asian scripts counted twice."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in letters)


def runs(here: Words, there: Words) -> list[Run]:
    """Return the longest common runs of at least `SEED` letters."""
    places: dict[str, list[int]] = {}
    for at in range(len(there.letters) - SEED + 1):
        known = places.setdefault(there.letters[at : at + SEED], [])
        if len(known) < _PLACES:
            known.append(at)
    found: list[Run] = []
    at = 0
    while at <= len(here.letters) - SEED:
        candidates = [
            _run(here.letters, at, there.letters, other) for other in places.get(here.letters[at : at + SEED], ())
        ]
        found += candidates
        # A run that starts inside the longest one is found where that ends, and extended backwards from there.
        at = max([at + 1, *(run.here + run.length - SEED + 1 for run in candidates)])
    return found


def _run(here: str, at: int, there: str, other: int) -> Run:
    """Return the common run around `at` and `other`, extended in both directions."""
    back = 0
    while back < min(at, other) and here[at - back - 1] == there[other - back - 1]:
        back += 1
    length, most = SEED, min(len(here) - at, len(there) - other)
    while length < most and here[at + length] == there[other + length]:
        length += 1
    return Run(at - back, other - back, back + length)
