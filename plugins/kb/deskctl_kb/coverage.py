"""How much of a question an article is about, by the words of both alone. Pure.

Statistics of the articles say little while there are few of them: in a base of two articles every word is rare. So
the words of a question are weighed by how frequent they are in letters to any help desk (`wordlists/`), and the
coverage of the question and of the article's title are measured.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from .lexicon import ASKING, ASKING_KO, COMMON, COMMON_KO, FILLERS, STOP_WORDS, SYNONYMS
from .question import SAME
from .words import TOKEN, base, fold, is_cjk, is_hangul, stem, terms

#: What a word weighs that is frequent in all letters, and a number: an order's or a version's.
_COMMON, _NUMBER = 0.4, 0.25
#: What a word of the question counts that stands in the title; that is a synonym, or has a typing error; that stands
#: in the text only; that only contains a word of the title, as a compound does.
_IN_TITLE, _NEAR, _IN_TEXT, _COMPOUND = 1.0, 0.9, 0.6, 0.6
#: Shares from which a title counts as named, and a question as covered, where the title is named and where it is not.
_NAMED, _COVERED, _WELL_COVERED = 0.99, 0.6, 0.8
#: Weight of a word that is about something.
_TELLING = 0.5
#: Short verbs as titles name them. Other short words that end so are nouns (전기, 용기).
_NAMING = frozenset(
    ["끄기", "켜기", "찾기", "보기", "쓰기", "넣기", "빼기", "열기", "닫기", "풀기", "걸기", "읽기", "듣기", "고르기"]
)
#: Letters of a word in which one typing error is looked over.
_LONG, _LONG_JAMO = 5, 6


@dataclass(frozen=True, slots=True)
class Coverage:
    """`question` and `title` are the weighed shares of their words that the other side says, 0 to 1. `words` are the
    words of the question that stand in the title, `said` those that stand anywhere; `asked` is what all words of the
    question weigh."""

    question: float
    title: float
    words: int
    said: int
    asked: float

    @property
    def named(self) -> bool:
        """Whether the question says all that the title says."""
        return self.title >= _NAMED and self.words > 0

    @property
    def answers(self) -> bool:
        """Whether the article is about what is asked, so that a machine may answer with it."""
        if self.named:
            return self.question >= _COVERED
        return self.words >= 2 and self.title >= _COVERED and self.question >= _WELL_COVERED

    @property
    def confidence(self) -> float:
        """0 to 1."""
        return self.question if self.named else 0.5 * self.question * self.title


NOTHING = Coverage(0.0, 0.0, 0, 0, 0.0)


def weighed(text: str, language: str) -> dict[str, float]:
    """The words of `text` that are about something, and what each weighs: Korean words without particles and endings,
    other CJK in pairs, stems of other words."""
    folded = fold(text)
    short = language.split("-")[0].lower()
    found: dict[str, float] = {}
    for token in TOKEN.findall(folded):
        if is_hangul(token):
            word = _verb(base(token))
            if token in FILLERS or word in FILLERS or token.startswith(ASKING_KO) or word.startswith(ASKING_KO):
                continue
            found.setdefault(word, _COMMON if len(word) == 1 or word.startswith(COMMON_KO) else 1.0)
        elif is_cjk(token):
            found.update(dict.fromkeys(_pairs(token), 1.0))
        elif token not in STOP_WORDS and token not in ASKING:
            word = token.replace("’", "'").removesuffix("'s")
            common = word in COMMON or word.removesuffix("s") in COMMON
            weight = _NUMBER if any(c.isdigit() for c in word) else _COMMON if common or len(word) == 1 else 1.0
            found.setdefault(stem(word, short), weight)
    return found


def coverage(question: str, title: str, tags: Iterable[str], text: str, language: str) -> Coverage:
    """Compare a question with an article of `language`. `text` is plain."""
    asked, named = weighed(question, language), weighed(title, language)
    if not asked or not named:
        return NOTHING
    whole = sum(asked.values())
    heads = {**named, **weighed(" ".join(tags), language)}
    said = set(terms(text, language))
    covered = 0.0
    in_title: set[str] = set()
    words = anywhere = 0
    for word, weight in asked.items():
        near, how = _best(word, heads)
        telling = 1 if weight >= _TELLING else 0
        if not near:
            if _says(said, word):
                covered += weight * _IN_TEXT
                anywhere += telling
            continue
        covered += weight * how
        anywhere += telling
        in_title |= near & named.keys()
        words += sum(1 for head in near if telling or named.get(head, 0.0) >= _TELLING) if near & named.keys() else 0
    joined = _without_blanks(title)
    if len(joined) >= 4 and joined in _without_blanks(question):
        in_title |= named.keys()
    share = sum(named[word] for word in in_title) / sum(named.values())
    return Coverage(covered / whole, share, words, anywhere, whole)


def _best(word: str, heads: Mapping[str, float]) -> tuple[set[str], float]:
    """The words of a title that this word is, or nearly is, and what it counts."""
    if word in heads:
        return {word}, _IN_TITLE
    others = _synonyms(word)
    for head in heads:
        if head in others or _mistyped(word, head):
            return {head}, _NEAR
    for head in heads if is_hangul(word) else ():
        if len(head) > 1 and is_hangul(head) and (word.startswith(head) or word.endswith(head)):
            rest = _verb(word.removeprefix(head) if word.startswith(head) else word.removesuffix(head))
            if rest in heads:
                return {head, rest}, _IN_TITLE
            return {head}, _IN_TITLE if rest.startswith(ASKING_KO) or rest in FILLERS else _COMPOUND
    return set(), 0.0


def _verb(word: str) -> str:
    """A verb that a title names as a noun (탈퇴하기, 끄기) without the ending of the noun."""
    for ending in ("하기", "기"):
        if word.endswith(ending) and (len(word) > len(ending) + 1 or word in _NAMING):
            return word.removesuffix(ending)
    return word


def _says(said: Collection[str], word: str) -> bool:
    if f"={word}" in said or word in said:
        return True
    pairs = _pairs(word) if is_cjk(word) and len(word) > 2 else ()
    return bool(pairs) and all(pair in said for pair in pairs)


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


@lru_cache(maxsize=1 << 12)
def _synonyms(word: str) -> frozenset[str]:
    """What else a word may be called, as `weighed` gives it."""
    if is_hangul(word):
        return frozenset(SYNONYMS.get(word, ()))
    return frozenset(term for term in SAME.get(word, ()) if not is_cjk(term) and term[0] != "=")


def _without_blanks(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text))


@lru_cache(maxsize=1 << 14)
def _mistyped(one: str, other: str) -> bool:
    """Whether one letter is wrong, missing, too many, or two are exchanged, in words that are long enough."""
    korean = is_hangul(one)
    if korean is not is_hangul(other) or any(c.isdigit() for c in one + other):
        return False
    if korean:
        if len(one) < 2 or len(other) < 2:
            return False
        one, other = unicodedata.normalize("NFD", one), unicodedata.normalize("NFD", other)
    least = _LONG_JAMO if korean else _LONG
    return min(len(one), len(other)) >= least and abs(len(one) - len(other)) <= 1 and _one_apart(one, other)


def _one_apart(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    at = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    return short[at + 1 :] == long[at + 1 :] or (
        short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :]
    )
