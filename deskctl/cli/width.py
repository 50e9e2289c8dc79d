"""Measure, cut, pad and wrap text by its width on a terminal (Unicode Standard Annex #11).

Hangul, kana and Han take two columns, combining marks none. Control characters must be replaced before (`safe`).
"""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import category, east_asian_width

ELLIPSIS = "…"


def width(text: str) -> int:
    """Return the width of a text in columns."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(character: str) -> int:
    if character < "\u0300":
        return 1
    if "\u1160" <= character <= "\u11ff" or category(character) in ("Mn", "Me", "Cf"):
        return 0  # medial and final jamo are drawn in the syllable of the initial
    return 2 if east_asian_width(character) in ("W", "F") else 1


def cut(text: str, limit: int) -> str:
    """Return `text` in at most `limit` columns, with an ellipsis if it is cut."""
    if width(text) <= limit:
        return text
    taken, used = [], 0
    for character in text:
        used += _columns(character)
        if used > limit - 1:
            break
        taken.append(character)
    return ("".join(taken) + ELLIPSIS) if limit > 0 else ""


def pad(text: str, to: int, right: bool = False) -> str:
    """Return `text` padded with blanks to `to` columns, on the left if `right`."""
    blanks = " " * max(0, to - width(text))
    return blanks + text if right else text + blanks


def wrap(text: str, limit: int) -> Iterator[str]:
    """Yield the lines of `text`, wrapped at blanks to `limit` columns. A word that is too long is split."""
    for line in text.split("\n"):
        if width(line) <= limit:
            yield line
            continue
        current, used = "", 0
        for word in _words(line, limit):
            columns = width(word)
            if current and used + columns > limit:
                yield current.rstrip()
                current, used = "", 0
                word = word.lstrip()
                columns = width(word)
            current += word
            used += columns
        yield current.rstrip()


def _words(line: str, limit: int) -> Iterator[str]:
    """Yield words with the blanks before them; a word wider than a line in pieces."""
    word, used = "", 0
    for character in line:
        columns = _columns(character)
        if (character == " " and word.strip()) or used + columns > limit:
            yield word
            word, used = "", 0
        word += character
        used += columns
    yield word
