"""Cutting text into terms, the same for articles and for questions about them.

Words of alphabets are stemmed. Korean, Japanese and Chinese give every pair of neighbouring characters, because their
words carry endings or have no blanks between them. A Korean word gives in addition itself without its particles and
endings (환불은, 환불을, 환불하려면 → `=환불`), which is rarer than its pairs and so counts for more.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from .lexicon import ENDINGS, FILLERS, PARTICLES, STOP_PAIRS, STOP_WORDS

#: Longer words (characters) are cut: a line of base64 is none.
_LONGEST = 40
_CJK = (
    "\u3005-\u3007\u3041-\u309f\u30a1-\u30fe\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
TOKEN = re.compile(f"[{_CJK}]+|[^\\W_{_CJK}]+(?:['’][^\\W_{_CJK}]+)*")
_IS_CJK = re.compile(f"[{_CJK}]")
_IS_HANGUL = re.compile("[\uac00-\ud7a3]+")
_JOINED = re.compile(f"\\b([^\\W\\d_{_CJK}]{{1,12}})-([^\\W\\d_{_CJK}]{{1,12}})\\b")

#: What the term of a single syllable begins with.
SYLLABLE = "."
#: Snowball's name of a language's stemmer.
_STEMMERS = {
    "da": "danish",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}


def fold(text: str) -> str:
    """Text without differences of case and of compatibility forms."""
    return unicodedata.normalize("NFKC", text).casefold()


def tokens(text: str) -> list[str]:
    """The words of `text`, folded, each once."""
    return list(dict.fromkeys(TOKEN.findall(fold(text))))


def terms(text: str, language: str = "en") -> list[str]:
    """The terms of `text` in their order, those that say nothing left out. `language` is BCP 47."""
    text = fold(text)
    spoken = language.split("-")[0].lower()
    found: list[str] = []
    for token in TOKEN.findall(text):
        if is_cjk(token):
            found += _characters(token)
        elif token not in STOP_WORDS:
            found.append(stem(token.replace("’", "'").removesuffix("'s")[:_LONGEST], spoken))
    found += [stem(first + second, spoken) for first, second in _JOINED.findall(text)]
    return found


def is_cjk(token: str) -> bool:
    return _IS_CJK.match(token) is not None


def is_hangul(token: str) -> bool:
    return _IS_HANGUL.fullmatch(token) is not None


def stemmer(language: str) -> str:
    """The name of a language's stemmer: languages with the same one give the same terms. `language` is BCP 47."""
    return _STEMMERS.get(language.split("-")[0].lower(), "english")


def _characters(run: str) -> Iterator[str]:
    if is_hangul(run):
        if run in FILLERS:
            return
        yield f"={base(run)}"
    if len(run) == 1:
        yield run
    for i in range(len(run) - 1):
        pair = run[i : i + 2]
        if pair not in STOP_PAIRS:
            yield pair


def syllables(found: Iterable[str]) -> list[str]:
    """The single syllables of Korean words among terms: what a short word and a compound of it share (팀, 팀원)."""
    return [f"{SYLLABLE}{syllable}" for term in found if term[0] == "=" for syllable in term[1:]]


@lru_cache(maxsize=1 << 16)
def base(word: str) -> str:
    """A Korean word without its particles and endings; at least one syllable stays."""
    for endings in (ENDINGS, PARTICLES):
        for ending in endings:
            if len(word) > len(ending) and word.endswith(ending):
                word = word[: -len(ending)]
                break
    return word


@lru_cache(maxsize=1 << 16)
def stem(word: str, language: str) -> str:
    """A word without its endings. `language` is BCP 47 without its region; an unknown one is taken as English."""
    return str(_stemmer(_STEMMERS.get(language, "english")).stemWord(word))


@lru_cache(maxsize=16)
def _stemmer(name: str) -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer(name)
