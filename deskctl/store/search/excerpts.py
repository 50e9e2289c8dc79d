"""Find search words in a displayed text, and select an excerpt of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache

from ...core.values.tokens import CJK, LETTER, Phrase, is_cjk
from ...normalization import normalize
from .offsets import OffsetMap

#: Markers around a match: mathematical brackets that are rare in mails. In the text itself, [ and ] replace them.
OPEN, CLOSE = "⟦", "⟧"
_ELLIPSIS = "…"
#: Characters of a snippet, and of its part before the first match.
_LENGTH, _BEFORE = 160, 48
#: Characters by which an edge can move to a word boundary.
_SLACK = 16

_LETTER = re.compile(LETTER)
_GAP = f"(?:(?![{CJK}])[\\W_])*+"
_BLANKS = re.compile(r"\s+")
_OWN_MARKS = str.maketrans(OPEN + CLOSE, "[]")


class Readable:
    """A text as displayed (NFC), and folded for comparisons. `at` converts an offset of the folded text to the
    displayed text.
    """

    __slots__ = ("_firsts", "_places", "folded", "shown")

    def __init__(self, text: str) -> None:
        self._firsts: dict[tuple[str, ...], int | None] = {}
        self._places: OffsetMap | None = None
        if text.isascii():
            self.shown, self.folded = text, text.lower()
            return
        self.shown = shown = normalize("NFC", text)
        compatible = normalize("NFKC", shown)
        self.folded = compatible.casefold()  # as `fold`
        if len(self.folded) != len(shown) or compatible != shown:
            self._places = OffsetMap(shown)

    def first(self, phrase: Phrase) -> int | None:
        """Return the offset of the first match of the phrase in `folded`; None if there is none."""
        runs = phrase.runs
        if runs in self._firsts:
            return self._firsts[runs]
        found = spans(phrase, self.folded, most=1)
        place = self._firsts[runs] = found[0][0] if found else None
        return place

    @property
    def maps(self) -> bool:
        """True if offsets in `folded` and `shown` differ."""
        return self._places is not None

    def at(self, place: int) -> int:
        return place if self._places is None else self._places.shown(place)

    def after(self, end: int) -> int:
        """Return the offset in `shown` after the match that ends at `end` in `folded`."""
        return end if self._places is None else self._places.shown_after(end)

    def folded_at(self, place: int) -> int:
        """Convert an offset in `shown` to an offset in `folded`."""
        return place if self._places is None else self._places.folded(place)


def spans(
    phrase: Phrase, folded: str, start: int = 0, stop: int | None = None, most: int | None = None
) -> list[tuple[int, int]]:
    """Return the first `most` matches of the phrase as half-open ranges that do not overlap and begin before `stop`."""
    first = phrase.runs[0]
    found: list[tuple[int, int]] = []
    at = folded.find(first, start)
    if at < 0:
        return found
    rest, bounded = _rest(phrase.runs)
    limit = len(folded) if stop is None else stop
    while 0 <= at < limit:
        start = at + 1
        if not (bounded and at and _LETTER.match(folded, at - 1)):
            end = at + len(first) if rest is None else rest(folded, at + len(first))
            if end is not None:
                start = end
                found.append((at, end))
                if len(found) == most:
                    break
        at = folded.find(first, start)
    return found


@lru_cache(maxsize=64)
def _rest(runs: tuple[str, ...]) -> tuple[Callable[[str, int], int | None] | None, bool]:
    """Return a function for the end of a match whose first run ends at an offset, None if the match ends with this
    run, and True if the match must begin at a word boundary.

    Runs end where runs of the text end, except that a last CJK run can end inside a run.
    """
    parts: list[str] = []
    for place, run in enumerate(runs):
        if place:
            parts += [_GAP, re.escape(run)]
        if not is_cjk(run):
            parts.append(f"(?!{LETTER})")
        elif place < len(runs) - 1:
            parts.append(f"(?![{CJK}])")
    matcher = re.compile("".join(parts))

    def end(folded: str, at: int) -> int | None:
        match = matcher.match(folded, at)
        return match.end() if match else None

    return end if parts else None, not is_cjk(runs[0])


def snippet(text: Readable, wanted: Sequence[Phrase], length: int = _LENGTH) -> str:
    """Return one line of the text around the first match with all matches marked; without a match, its beginning."""
    firsts = [place for phrase in wanted if (place := text.first(phrase)) is not None]
    shown = text.shown
    start = _edge(shown, max(0, text.at(min(firsts)) - _BEFORE)) if firsts else 0
    end = _end(shown, start + length)
    low, high = text.folded_at(start), text.folded_at(end)
    held = [span for phrase in wanted for span in spans(phrase, text.folded, low, high)] if firsts else []
    if text.maps:
        held = [(text.at(a), text.after(b)) for a, b in held]
    whole = len(shown.rstrip())
    if OPEN in shown or CLOSE in shown:
        shown = shown.translate(_OWN_MARKS)
    parts = [_ELLIPSIS] if start else []
    place = start
    for a, b in _merged(shown, sorted(held)):
        parts += (shown[place:a], OPEN, shown[a : min(b, end)], CLOSE)
        place = min(b, end)
    parts.append(shown[place:end])
    if end < whole:
        parts.append(_ELLIPSIS)
    return _one_line("".join(parts))


def _one_line(text: str) -> str:
    """Return the text with one blank instead of each run of white space, without blanks at the ends."""
    if text.isprintable() and "  " not in text:  # no white space except single blanks; most excerpts
        return text.strip(" ")
    return " ".join(text.split())


def _merged(shown: str, found: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join ranges that overlap or are separated only by blanks."""
    merged: list[tuple[int, int]] = []
    for a, b in found:
        if merged and (a <= merged[-1][1] or not shown[merged[-1][1] : a].strip()):
            merged[-1] = (merged[-1][0], max(b, merged[-1][1]))
        else:
            merged.append((a, b))
    return merged


def _edge(shown: str, place: int) -> int:
    """Return a start offset near `place` that splits no word if possible, and no letter from its combining marks."""
    if place == 0:
        return 0
    blank = _BLANKS.search(shown, place, place + _SLACK)
    if blank:
        return blank.end()
    while place < len(shown) and unicodedata.category(shown[place])[0] == "M":
        place += 1
    return place


def _end(shown: str, place: int) -> int:
    if place >= len(shown):
        return len(shown)
    blank = shown.rfind(" ", place - _SLACK, place)
    if blank > 0:
        return blank
    while place < len(shown) and unicodedata.category(shown[place])[0] == "M":
        place += 1
    return place
