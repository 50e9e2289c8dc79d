"""How many columns text takes on a terminal: Hangul, kana and Han are two wide, combining marks none.

Unicode Standard Annex #11. Text is expected to be made visible (`safe`) before.
"""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import category, east_asian_width

ELLIPSIS = "…"


def width(text: str) -> int:
    """In columns."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(character: str) -> int:
    if character < "\u0300":
        return 1
    if "\u1160" <= character <= "\u11ff" or category(character) in ("Mn", "Me", "Cf"):
        return 0  # medial and final jamo sit in the syllable that the initial began
    return 2 if east_asian_width(character) in ("W", "F") else 1


def cut(text: str, limit: int) -> str:
    """`text` in at most `limit` columns; what is lost is marked."""
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
    """`text` filled with blanks to `to` columns; `right` aligns to the right."""
    blanks = " " * max(0, to - width(text))
    return blanks + text if right else text + blanks


def wrap(text: str, limit: int) -> Iterator[str]:
    """The lines of `text`, none wider than `limit` columns. Breaks at blanks; a word that is too long is split."""
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
    """Words with the blanks before them, cut where they alone are wider than a line."""
    word, used = "", 0
    for character in line:
        columns = _columns(character)
        if (character == " " and word.strip()) or used + columns > limit:
            yield word
            word, used = "", 0
        word += character
        used += columns
    yield word
