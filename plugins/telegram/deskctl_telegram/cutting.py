"""Cutting a long text into messages: at a paragraph, a line, a word, and never inside what is read as one letter."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

#: https://core.telegram.org/bots/api#sendmessage: "1-4096 characters", which it counts in UTF-16 units.
LIMIT: Final = 4096

_ZWJ = "\u200d"
_WORD: Final = re.compile(r"\s+")
#: Where a text is cut, the best first: after an empty line, a line, a sentence, a word.
_PLACES: Final = (
    re.compile(r"\n[ \t]*\n+"),
    re.compile(r"\n"),
    re.compile(r"(?<=[.!?。！？…])[\s]+|(?<=[。！？])"),
    _WORD,
)


def units(text: str) -> int:
    """The length as Telegram counts it."""
    return len(text) + sum(letter > "\uffff" for letter in text)


def cut(text: str, limit: int = LIMIT) -> list[str]:
    """Parts of at most `limit` UTF-16 units that together say the text; several begin with their number, `(1/3) `.

    White space at the cuts is dropped. An empty text has no parts. `limit` is at least 64.
    """
    text = text.strip()
    if not text:
        return []
    if units(text) <= limit:
        return [text]
    digits = 1
    while True:
        room = limit - len("(/) ") - 2 * digits
        parts = _pieces(text, room)
        if len(str(len(parts))) <= digits:
            return [f"({number}/{len(parts)}) {part}" for number, part in enumerate(parts, 1)]
        digits += 1


def _pieces(text: str, room: int) -> list[str]:
    parts = []
    at = 0
    while at < len(text):
        end = _reach(text, at, room)
        if end < len(text):
            end = _best(text, at, end)
        if part := text[at:end].strip():
            parts.append(part)
        at = end
    return parts


def _reach(text: str, at: int, room: int) -> int:
    """How far a part that begins at `at` can go."""
    end = min(len(text), at + room)
    while units(text[at:end]) > room:
        end -= max(1, (units(text[at:end]) - room + 1) // 2)
    return end


def _best(text: str, at: int, end: int) -> int:
    """Where to cut between `at` and `end`: the last good place that leaves no part shorter than a third."""
    least = at + (end - at) // 3
    for place in _PLACES:
        if place is _WORD and text[end].isspace():
            return end
        if ends := [found.end() for found in place.finditer(text, least, end) if found.end() > at]:
            return ends[-1]
    whole = end
    while whole > least and _joined(text, whole):
        whole -= 1
    return whole if whole > least else end


def _joined(text: str, at: int) -> bool:
    """Whether the letters before and after `at` are read as one (Unicode Standard Annex 29, roughly)."""
    before, after = text[at - 1], text[at]
    if unicodedata.category(after) in ("Mn", "Me", "Mc") or after == _ZWJ or before == _ZWJ:
        return True
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":
        return True  # a colour of skin, the letters of a flag's name
    if "\U0001f1e6" <= after <= "\U0001f1ff" and "\U0001f1e6" <= before <= "\U0001f1ff":
        run = 0
        while run < at and "\U0001f1e6" <= text[at - 1 - run] <= "\U0001f1ff":
            run += 1
        return run % 2 == 1
    return "\u1160" <= after <= "\u11ff" or (before == "\r" and after == "\n")  # a syllable's vowel or end
