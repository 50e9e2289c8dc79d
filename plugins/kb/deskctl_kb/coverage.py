"""Coverage: the share of a question's words that occur in an article, and of the title's words in the question. Pure.

BM25F needs many articles: in a base of two articles every word is rare. Therefore coverage weighs words by their
general frequency in messages to help desks (`wordlists/`), which does not depend on the number of articles.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from deskctl.plugins import normalize

from .lexicon import ASKING, ASKING_KO, COMMON, COMMON_KO, FILLERS, STOP_WORDS, SYNONYMS
from .question import SYNONYM_TERMS
from .terms import TOKEN, base_form, fold, is_cjk, is_hangul, stem, terms

#: The weight of a word that is frequent in all messages, and of a number (an order, a version).
_COMMON, _NUMBER = 0.4, 0.25
#: The factors for a word of the question: it is in the title; it is a synonym or a misspelling of a title word; it is
#: only in the text; it is a compound that contains a title word.
_IN_TITLE, _NEAR, _IN_TEXT, _COMPOUND = 1.0, 0.9, 0.6, 0.6
#: Minimum shares: for a title that counts as named, for a question that counts as covered if the title is named, and
#: for one whose title is not named.
_NAMED, _COVERED, _WELL_COVERED = 0.99, 0.6, 0.8
#: The minimum weight of a specific word. A specific word identifies a topic.
_SPECIFIC = 0.5
#: Short nominalised verbs in titles. Other short words with the same ending are nouns (전기, 용기).
_SHORT_VERBS = frozenset(
    ["끄기", "켜기", "찾기", "보기", "쓰기", "넣기", "빼기", "열기", "닫기", "풀기", "걸기", "읽기", "듣기", "고르기"]
)
#: The minimum length of a word in which one misspelling is tolerated: in letters, and in Hangul jamo.
_MIN_LETTERS, _MIN_JAMO = 5, 6


@dataclass(frozen=True, slots=True)
class Coverage:
    """The overlap of a question and an article.

    `question` and `title` are the weighted shares of their words that occur on the other side, 0 to 1. `title_words`
    counts the specific words of the question in the title, `article_words` those anywhere in the article.
    `question_weight` is the weight of all words of the question.
    """

    question: float
    title: float
    title_words: int
    article_words: int
    question_weight: float

    @property
    def named(self) -> bool:
        """Return True if the question contains all words of the title."""
        return self.title >= _NAMED and self.title_words > 0

    @property
    def answers(self) -> bool:
        """Return True if an automatic answer with the article is allowed."""
        if self.named:
            return self.question >= _COVERED
        return self.title_words >= 2 and self.title >= _COVERED and self.question >= _WELL_COVERED

    @property
    def confidence(self) -> float:
        """Return the confidence, 0 to 1."""
        return self.question if self.named else 0.5 * self.question * self.title


NOTHING = Coverage(0.0, 0.0, 0, 0, 0.0)


def weigh_words(text: str, language: str) -> dict[str, float]:
    """Return the weights of the meaningful words in `text`.

    Particles and endings of Korean words are removed. Chinese and Japanese text is split into pairs of characters.
    Other words are stemmed.
    """
    folded = fold(text)
    short = language.split("-")[0].lower()
    found: dict[str, float] = {}
    for token in TOKEN.findall(folded):
        if is_hangul(token):
            word = _verb_stem(base_form(token))
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
    """Compare a question with an article in `language`. `text` is plain text."""
    question_weights, title_weights = weigh_words(question, language), weigh_words(title, language)
    if not question_weights or not title_weights:
        return NOTHING
    total = sum(question_weights.values())
    heading = {**title_weights, **weigh_words(" ".join(tags), language)}
    text_terms = set(terms(text, language))
    covered = 0.0
    in_title: set[str] = set()
    words = anywhere = 0
    for word, weight in question_weights.items():
        matches, factor = _match(word, heading)
        specific = 1 if weight >= _SPECIFIC else 0
        if not matches:
            if _contains(text_terms, word):
                covered += weight * _IN_TEXT
                anywhere += specific
            continue
        covered += weight * factor
        anywhere += specific
        in_title |= matches & title_weights.keys()
        if matches & title_weights.keys():
            words += sum(1 for match in matches if specific or title_weights.get(match, 0.0) >= _SPECIFIC)
    joined = _without_blanks(title)
    if len(joined) >= 4 and joined in _without_blanks(question):
        in_title |= title_weights.keys()
    share = sum(title_weights[word] for word in in_title) / sum(title_weights.values())
    return Coverage(covered / total, share, words, anywhere, total)


def _match(word: str, heading: Mapping[str, float]) -> tuple[set[str], float]:
    """Return the words of the title and tags that match `word`, and the factor for the match."""
    if word in heading:
        return {word}, _IN_TITLE
    synonyms = _synonyms(word)
    for other in heading:
        if other in synonyms or _is_misspelling(word, other):
            return {other}, _NEAR
    for other in heading if is_hangul(word) else ():
        if len(other) > 1 and is_hangul(other) and (word.startswith(other) or word.endswith(other)):
            rest = _verb_stem(word.removeprefix(other) if word.startswith(other) else word.removesuffix(other))
            if rest in heading:
                return {other, rest}, _IN_TITLE
            return {other}, _IN_TITLE if rest.startswith(ASKING_KO) or rest in FILLERS else _COMPOUND
    return set(), 0.0


def _verb_stem(word: str) -> str:
    """Return a nominalised verb (탈퇴하기, 끄기) without its noun ending."""
    for ending in ("하기", "기"):
        if word.endswith(ending) and (len(word) > len(ending) + 1 or word in _SHORT_VERBS):
            return word.removesuffix(ending)
    return word


def _contains(text_terms: Collection[str], word: str) -> bool:
    if f"={word}" in text_terms or word in text_terms:
        return True
    pairs = _pairs(word) if is_cjk(word) and len(word) > 2 else ()
    return bool(pairs) and all(pair in text_terms for pair in pairs)


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


@lru_cache(maxsize=1 << 12)
def _synonyms(word: str) -> frozenset[str]:
    """Return the synonyms of a word in the form that `weigh_words` uses."""
    if is_hangul(word):
        return frozenset(SYNONYMS.get(word, ()))
    return frozenset(term for term in SYNONYM_TERMS.get(word, ()) if not is_cjk(term) and term[0] != "=")


def _without_blanks(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text))


@lru_cache(maxsize=1 << 14)
def _is_misspelling(one: str, other: str) -> bool:
    """Return True if long enough words differ by one wrong, missing or extra letter, or by two exchanged ones."""
    korean = is_hangul(one)
    if korean is not is_hangul(other) or any(c.isdigit() for c in one + other):
        return False
    if korean:
        if len(one) < 2 or len(other) < 2:
            return False
        one, other = normalize("NFD", one), normalize("NFD", other)
    least = _MIN_JAMO if korean else _MIN_LETTERS
    return min(len(one), len(other)) >= least and abs(len(one) - len(other)) <= 1 and _differ_by_one(one, other)


def _differ_by_one(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    at = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    return short[at + 1 :] == long[at + 1 :] or (
        short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :]
    )
