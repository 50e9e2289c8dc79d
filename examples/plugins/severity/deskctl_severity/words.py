"""Search for English and Korean words in a text, without those that are negated."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

#: The characters to read: the important words are at the beginning, and a pasted log can follow.
MAX_LENGTH: Final = 20_000
#: A negation directly before a word: "not urgent", "no longer broken", "without any error".
_NEGATION_BEFORE = re.compile(
    r"\b(?:not|no|isn'?t|aren'?t|wasn'?t|never|without)(?: (?:a|an|any|longer|really|very))?\s*$"
)
#: A negation directly after a Korean word and its ending: "급하지 않아요", "오류는 없습니다".
_NEGATION_AFTER = re.compile(r"^\S{0,4}\s?(?:않|없|아니|아닙)")
_KOREAN = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")


def leftmost(text: str, words: Iterable[str]) -> str | None:
    """Return the word of the list that occurs first in `text` without a negation, or None."""
    best: tuple[int, str] | None = None
    for word in words:
        for match in _pattern(word).finditer(text):
            if not _is_negated(text, match.start(), match.end()):
                if best is None or match.start() < best[0]:
                    best = match.start(), word
                break
    return best[1] if best else None


def fold(text: str) -> str:
    """Return the beginning of a text for comparison: NFKC, case-folded, one blank between words."""
    plain = unicodedata.normalize("NFKC", text[:MAX_LENGTH]).casefold().replace("\u2019", "'")
    return " ".join(plain.split())


@lru_cache(maxsize=1024)
def _pattern(word: str) -> re.Pattern[str]:
    """Return the pattern of a word. English words match whole words; Korean words also match with endings."""
    plain = re.escape(fold(word))
    return re.compile(plain if _KOREAN.search(word) else rf"(?<!\w){plain}(?!\w)")


def _is_negated(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - 24) : start]
    return bool(_NEGATION_BEFORE.search(before) or _NEGATION_AFTER.match(text[end : end + 12]))
