"""Split text into words for the index and for queries, in the same way.

Scripts with blanks between words give lower-case words. Korean, Japanese and Chinese give every pair of adjacent
characters, and the last character of each run alone: Korean words have endings, which people do not type in a search.
So 결제 is found in 카드결제가, which neither `unicode61` nor `trigram` of FTS5 achieves (a word of two syllables has no
trigram), and 가나다 is not found in 가나 나다: the last character of the run is between the pairs.
"""

from __future__ import annotations

import re

from ...dataclass import dataclass
from ...normalization import normalize

#: Longer words (characters) are split: a line of base64 is not a word, and PostgreSQL rejects lexemes over 2 KB.
LONGEST = 40

CJK = (
    "\u1100-\u11ff\u3005-\u3007\u3041-\u309f\u30a0-\u30ff\u3131-\u318e\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
#: A character of a word in any other script.
LETTER = f"[^\\W_{CJK}]"
_RUN = re.compile(f"[{CJK}]+|{LETTER}+")
_TOKEN = re.compile(f"[{CJK}]+|{LETTER}{{1,{LONGEST}}}")
_ASCII = re.compile(f"[a-z0-9]{{1,{LONGEST}}}")
_STARTS_CJK = re.compile(f"[{CJK}]")
#: Below this no character is of `CJK`.
_FIRST_CJK = "\u1100"
_PART = re.compile('"([^"]*)"|“([^”]*)”|＂([^＂]*)＂|(\\S+)')


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must be adjacent.

    `runs` holds the folded input; `words` holds the index words for it. The last word can be the beginning of a longer
    one (`prefix`: a lone CJK character begins every pair that starts with it).
    """

    runs: tuple[str, ...]
    words: tuple[str, ...]
    prefix: bool


def fold(text: str) -> str:
    """Return `text` without differences of case, encoding, and compatibility forms.

    Full-width letters, half-width katakana and compatibility jamo become the ordinary characters (NFKC, UAX #15). A
    change of this function needs a new `rebuild.VERSION`: stored words are folded when they are written.
    """
    return text.lower() if text.isascii() else normalize("NFKC", text).casefold()


def is_cjk(run: str) -> bool:
    """Return True if this run, which has one kind of characters, is in a script without blanks."""
    return run[0] >= _FIRST_CJK and _STARTS_CJK.match(run) is not None


def tokenize(text: str) -> list[str]:
    """Return the words of `text` in order."""
    if text.isascii():
        return _ASCII.findall(text.lower())
    words: list[str] = []
    for token in _TOKEN.findall(fold(text)):
        if token[0] < _FIRST_CJK or not _STARTS_CJK.match(token):  # as `is_cjk`, without a function call for each word
            words.append(token)
        else:
            words += [token[i : i + 2] for i in range(len(token))]
    return words


def phrases(wanted: str) -> list[Phrase]:
    """Split a search text: each part between blanks is a phrase, and so is a quoted part."""
    parts = ("".join(part) for part in _PART.findall(wanted))
    return [phrase for part in parts if (phrase := _phrase(part))]


def _phrase(part: str) -> Phrase | None:
    runs = tuple(_RUN.findall(fold(part)))
    if not runs:
        return None
    words, last = tokenize(part), runs[-1]
    open_end = is_cjk(last)
    if open_end and len(last) > 1:
        words.pop()  # the text may continue after the last character
    return Phrase(runs, tuple(words), open_end and len(last) == 1)
