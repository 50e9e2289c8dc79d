"""Cutting text into what can be searched for, the same when it is written and when it is asked for.

Scripts with blanks between words give lower-cased words. Korean, Japanese and Chinese give every pair of
neighbouring characters: Korean words carry their endings, and nobody searches for the endings. So 결제 is found in
카드결제가, which neither FTS5's `unicode61` nor its `trigram` does (a word of two syllables has no trigram).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

#: Longer words (characters) are cut in pieces: a line of base64 is none, and PostgreSQL refuses lexemes over 2 KB.
_LONGEST = 40
#: As many words as stand in one row of an index; PostgreSQL knows no positions past 16,383.
ROW = 8000

_CJK = (
    "\u1100-\u11ff\u3005-\u3007\u3041-\u309f\u30a0-\u30ff\u3131-\u318e\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_TOKEN = re.compile(f"[{_CJK}]+|[^\\W_{_CJK}]{{1,{_LONGEST}}}")
_ASCII = re.compile(f"[a-z0-9]{{1,{_LONGEST}}}")
_STARTS_CJK = re.compile(f"[{_CJK}]")
#: Below this no character is of `_CJK`.
_FIRST_CJK = "\u1100"


def cut(text: str) -> list[str]:
    """The words of `text` in their order; a run of CJK characters as its pairs, a single one as itself."""
    if text.isascii():
        return _ASCII.findall(text.lower())
    words: list[str] = []
    for token in _TOKEN.findall(unicodedata.normalize("NFC", text).casefold()):
        if token[0] < _FIRST_CJK or len(token) == 1 or not _STARTS_CJK.match(token):
            words.append(token)
        else:
            words += [token[i : i + 2] for i in range(len(token) - 1)]
    return words


def pieces(text: str) -> Iterator[list[str]]:
    """The words of `text`, at most `ROW` at a time."""
    words = cut(text)
    for start in range(0, len(words), ROW):
        yield words[start : start + ROW]


def phrases(wanted: str) -> list[list[str]]:
    """What somebody searches for: each part between blanks is a phrase, words that must stand side by side."""
    return [words for part in wanted.split() if (words := cut(part))]


def is_single_character(phrase: list[str]) -> bool:
    """A lone CJK character stands for every pair that begins with it."""
    return len(phrase) == 1 and len(phrase[0]) == 1 and bool(_STARTS_CJK.match(phrase[0]))
