"""Map character offsets between a folded text and its original.

Folding changes lengths: ß becomes two letters, ㎏ becomes kg, and a half-width ｶﾞ becomes one character.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right

from ...core.values.tokens import fold

#: Characters that compose with the one before them although they are not combining marks: Hangul vowels and final
#: consonants, and vowel signs of Indic scripts. A test compares this list with the Unicode data.
COMPOSING = (
    "\u1161-\u1175\u11a8-\u11c2\u09be\u09d7\u0b3e\u0b56\u0b57\u0bbe\u0bd7\u0cc2\u0cd5\u0cd6\u0d3e\u0d57\u0dcf\u0ddf"
    "\u102e\u1b35\U00011127\U0001133e\U00011357\U000114b0\U000114ba\U000114bd\U000115af\U00011930"
)
_COMPOSING = re.compile(f"[{COMPOSING}]")
#: Runs in which each character is folded separately into one character, except that the last one may compose with the
#: next character; or any single character.
_RUN = re.compile("[\\x00-\\x7f]+|[\u3041-\u3094\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3]+|.", re.DOTALL)


class OffsetMap:
    """A map of offsets. Both lists are computed at the first conversion."""

    __slots__ = ("_ends", "_starts", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts: list[int] | None = None
        self._ends: list[int] = []

    def shown(self, place: int) -> int:
        """Return the start, in the text, of the characters that were folded to the character at `place`."""
        starts = self._known()
        return starts[place] if place < len(starts) else len(self._text)

    def shown_after(self, end: int) -> int:
        """Return the offset in the text after the folded characters that end at `end`."""
        self._known()
        return self._ends[end - 1] if 0 < end <= len(self._ends) else (0 if end <= 0 else len(self._text))

    def folded(self, place: int) -> int:
        """Convert an offset in the text to an offset in the folded text."""
        starts = self._known()
        found = bisect_left(starts, place)
        # An offset inside of characters that were folded to one maps to that one.
        return found if found < len(starts) and starts[found] == place else bisect_right(self._ends, place)

    def _known(self) -> list[int]:
        if self._starts is None:
            self._starts = []
            for start, end in _pieces(self._text):
                if end - start == 1 and self._text[start] < "\x80":
                    self._starts.append(start)
                    self._ends.append(end)
                    continue
                count = len(fold(self._text[start:end]))
                self._starts += [start] * count
                self._ends += [end] * count
        return self._starts


def _pieces(text: str) -> list[tuple[int, int]]:
    """Split `text` so that folding the pieces gives the same result as folding the whole text."""
    pieces: list[tuple[int, int]] = []
    start = 0
    for run in _RUN.finditer(text):
        first, end = run.span()
        if first and not _continues(text[first]):
            pieces.append((start, first))
            start = first
        if end - first > 1:
            if start < first:  # the first character continues the piece before it
                pieces.append((start, first + 1))
                first += 1
            pieces += [(place, place + 1) for place in range(first, end - 1)]
            start = end - 1
    if start < len(text):
        pieces.append((start, len(text)))
    return pieces


def _continues(character: str) -> bool:
    """Return True if folding can join this character with the one before it."""
    if character < "\u0300":
        # U+00A8 and similar characters fold to a blank and a mark; no character joins with a blank.
        return False
    first = unicodedata.normalize("NFKD", character)[0]
    return unicodedata.combining(first) != 0 or _COMPOSING.match(first) is not None
