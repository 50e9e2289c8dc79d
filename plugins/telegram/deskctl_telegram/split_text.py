"""Splitting of a long text into messages: at a paragraph, line, sentence or word, never inside a grapheme."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

#: https://core.telegram.org/bots/api#sendmessage: "1-4096 characters", counted in UTF-16 code units.
LIMIT: Final = 4096

_ZWJ = "\u200d"
_SPACE: Final = re.compile(r"\s+")
#: Boundaries where a text may be split, the best first: after an empty line, a line, a sentence, a word.
_BOUNDARIES: Final = (
    re.compile(r"\n[ \t]*\n+"),
    re.compile(r"\n"),
    re.compile(r"(?<=[.!?。！？…])[\s]+|(?<=[。！？])"),
    _SPACE,
)


def utf16_length(text: str) -> int:
    """Return the length in UTF-16 code units, in which Telegram counts."""
    return len(text) + sum(character > "\uffff" for character in text)


def split_text(text: str, limit: int = LIMIT) -> list[str]:
    """Split a text into parts of at most `limit` UTF-16 code units. If there are several, number them: `(1/3) `.

    White space at the boundaries is dropped. An empty text has no parts. `limit` must be at least 64.
    """
    text = text.strip()
    if not text:
        return []
    if utf16_length(text) <= limit:
        return [text]
    digits = 1
    while True:
        available = limit - len("(/) ") - 2 * digits
        parts = _split(text, available)
        if len(str(len(parts))) <= digits:
            return [f"({number}/{len(parts)}) {part}" for number, part in enumerate(parts, 1)]
        digits += 1


def _split(text: str, limit: int) -> list[str]:
    parts = []
    start = 0
    while start < len(text):
        end = _longest_end(text, start, limit)
        if end < len(text):
            end = _best_end(text, start, end)
        if part := text[start:end].strip():
            parts.append(part)
        start = end
    return parts


def _longest_end(text: str, start: int, limit: int) -> int:
    """Return the last position at which a part from `start` can end within `limit`."""
    end = min(len(text), start + limit)
    while utf16_length(text[start:end]) > limit:
        end -= max(1, (utf16_length(text[start:end]) - limit + 1) // 2)
    return end


def _best_end(text: str, start: int, end: int) -> int:
    """Return the last position at a good boundary that makes the part at least a third of the possible length."""
    earliest = start + (end - start) // 3
    for boundary in _BOUNDARIES:
        if boundary is _SPACE and text[end].isspace():
            return end
        if ends := [found.end() for found in boundary.finditer(text, earliest, end) if found.end() > start]:
            return ends[-1]
    position = end
    while position > earliest and _is_inside_grapheme(text, position):
        position -= 1
    return position if position > earliest else end


def _is_inside_grapheme(text: str, at: int) -> bool:
    """Return True if the characters before and after `at` form one grapheme (simplified Unicode Annex 29)."""
    before, after = text[at - 1], text[at]
    if unicodedata.category(after) in ("Mn", "Me", "Mc") or after == _ZWJ or before == _ZWJ:
        return True
    if "\U0001f3fb" <= after <= "\U0001f3ff" or "\U000e0020" <= after <= "\U000e007f":
        return True  # skin tone modifiers, tag characters of regional flags
    if "\U0001f1e6" <= after <= "\U0001f1ff" and "\U0001f1e6" <= before <= "\U0001f1ff":
        run = 0
        while run < at and "\U0001f1e6" <= text[at - 1 - run] <= "\U0001f1ff":
            run += 1
        return run % 2 == 1
    return "\u1160" <= after <= "\u11ff" or (before == "\r" and after == "\n")  # Hangul vowels and final consonants
