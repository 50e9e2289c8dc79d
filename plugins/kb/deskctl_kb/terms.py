"""Conversion of text to search terms, the same for articles and questions.

Alphabetic words are stemmed. Korean, Japanese and Chinese text gives each pair of neighbouring characters, because
its words have endings or no blanks between them. A Korean word also gives its form without particles and endings
(환불은, 환불을, 환불하려면 → `=환불`), which is rarer than its pairs and so has more influence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from deskctl.plugins import normalize

from .lexicon import ENDINGS, FILLERS, PARTICLES, STOP_PAIRS, STOP_WORDS

#: Longer words are cut to this length, for example a line of base64.
_MAX_WORD = 40
_CJK = (
    "\u3005-\u3007\u3041-\u309f\u30a1-\u30fe\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
TOKEN = re.compile(f"[{_CJK}]+|[^\\W_{_CJK}]+(?:['’][^\\W_{_CJK}]+)*")
_IS_CJK = re.compile(f"[{_CJK}]")
_IS_HANGUL = re.compile("[\uac00-\ud7a3]+")
_JOINED = re.compile(f"\\b([^\\W\\d_{_CJK}]{{1,12}})-([^\\W\\d_{_CJK}]{{1,12}})\\b")

#: The prefix of a single-syllable term.
SYLLABLE = "."
#: The names of the Snowball stemmers by language.
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
    """Return text without differences of case and compatibility forms."""
    return normalize("NFKC", text).casefold()


def tokens(text: str) -> list[str]:
    """Return the folded words of `text`, each once."""
    return list(dict.fromkeys(TOKEN.findall(fold(text))))


def terms(text: str, language: str = "en") -> list[str]:
    """Return the terms of `text` in order, without stop words. `language` is BCP 47."""
    text = fold(text)
    short = language.split("-")[0].lower()
    found: list[str] = []
    for token in TOKEN.findall(text):
        if is_cjk(token):
            found += _characters(token)
        elif token not in STOP_WORDS:
            found.append(stem(token.replace("’", "'").removesuffix("'s")[:_MAX_WORD], short))
    found += [stem(first + second, short) for first, second in _JOINED.findall(text)]
    return found


def is_cjk(token: str) -> bool:
    return _IS_CJK.match(token) is not None


def is_hangul(token: str) -> bool:
    return _IS_HANGUL.fullmatch(token) is not None


def stemmer(language: str) -> str:
    """Return the name of a language's stemmer; languages with the same stemmer give the same terms."""
    return _STEMMERS.get(language.split("-")[0].lower(), "english")


def _characters(run: str) -> Iterator[str]:
    if is_hangul(run):
        if run in FILLERS:
            return
        yield f"={base_form(run)}"
    if len(run) == 1:
        yield run
    for i in range(len(run) - 1):
        pair = run[i : i + 2]
        if pair not in STOP_PAIRS:
            yield pair


def syllables(found: Iterable[str]) -> list[str]:
    """Return the single syllables of Korean words, which a short word and its compounds share (팀, 팀원)."""
    return [f"{SYLLABLE}{syllable}" for term in found if term[0] == "=" for syllable in term[1:]]


@lru_cache(maxsize=1 << 16)
def base_form(word: str) -> str:
    """Return a Korean word without its particles and endings; at least one syllable remains."""
    for endings in (ENDINGS, PARTICLES):
        for ending in endings:
            if len(word) > len(ending) and word.endswith(ending):
                word = word[: -len(ending)]
                break
    return word


@lru_cache(maxsize=1 << 16)
def stem(word: str, language: str) -> str:
    """Return the stem of a word. `language` is BCP 47 without the region; an unknown one counts as English."""
    return str(_stemmer(_STEMMERS.get(language, "english")).stemWord(word))


@lru_cache(maxsize=16)
def _stemmer(name: str) -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer(name)
