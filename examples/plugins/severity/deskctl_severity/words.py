"""Find words in what people wrote, English and Korean, and not where they are denied."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

#: Characters that are read: what matters is said early, and a log may be pasted below it.
READ: Final = 20_000
#: Just before a word: "not urgent", "no longer broken", "without any error".
_DENIED_BEFORE = re.compile(
    r"\b(?:not|no|isn'?t|aren'?t|wasn'?t|never|without)(?: (?:a|an|any|longer|really|very))?\s*$"
)
#: Just after a Korean word, its ending between: "급하지 않아요", "오류는 없습니다".
_DENIED_AFTER = re.compile(r"^\S{0,4}\s?(?:않|없|아니|아닙)")
_KOREAN = re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")


def first_of(text: str, words: Iterable[str]) -> str | None:
    """The word, as the list has it, that stands first in `text` and is not denied there."""
    best: tuple[int, str] | None = None
    for word in words:
        for match in _pattern(word).finditer(text):
            if not _denied(text, match.start(), match.end()):
                if best is None or match.start() < best[0]:
                    best = match.start(), word
                break
    return best[1] if best else None


def folded(text: str) -> str:
    """As it is compared: composed, without regard to case, one blank between words, its beginning only."""
    plain = unicodedata.normalize("NFKC", text[:READ]).casefold().replace("\u2019", "'")
    return " ".join(plain.split())


@lru_cache(maxsize=1024)
def _pattern(word: str) -> re.Pattern[str]:
    """English words stand alone; Korean ones take endings, and are found inside of others."""
    plain = re.escape(folded(word))
    return re.compile(plain if _KOREAN.search(word) else rf"(?<!\w){plain}(?!\w)")


def _denied(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - 24) : start]
    return bool(_DENIED_BEFORE.search(before) or _DENIED_AFTER.match(text[end : end + 12]))
