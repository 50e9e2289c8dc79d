"""Unicode normalization in linear time."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

MAX_MARKS = 30
"""Combining marks in a row; further ones are removed (Unicode's stream-safe limit, UAX #15, 13)."""
#: All combining marks are above U+02FF, and neither letters nor white space.
_MARK = re.compile(r"[^\w\s\0-\u02ff]")
_LONG_RUN = re.compile(rf"{_MARK.pattern}{{{MAX_MARKS + 1},}}")


def normalize(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
    """Return the normalized text, with at most `MAX_MARKS` combining marks in a row.

    Without the limit, normalization takes quadratic time for a long run of combining marks.
    """
    if text.isascii():
        return text
    if _MARK.search(text[:: MAX_MARKS + 1]):  # a longer run contains one of these characters
        text = _LONG_RUN.sub(_limit, text)
    return unicodedata.normalize(form, text)


def _limit(match: re.Match[str]) -> str:
    kept: list[str] = []
    run = 0
    for character in match[0]:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= MAX_MARKS:
            kept.append(character)
    return "".join(kept)
