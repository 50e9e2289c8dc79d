"""What a question asks for: its terms, what else they may be called, and how much each counts. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from .lexicon import SYNONYMS
from .words import base, stemmer, syllables, terms

#: Characters of a question that are read; what comes after them is rarely the question.
LONGEST = 2000
#: Terms that are looked up: of a long mail those that it says first.
MOST = 160
#: What counts less than the question's own words.
SYNONYM, SYLLABLE = 0.4, 0.07


@dataclass(frozen=True, slots=True)
class Question:
    """`wanted` is each term with its weight, `own` those that the question itself says."""

    wanted: dict[str, float]
    own: frozenset[str]


def read(text: str, language: str, others: Iterable[str] = ()) -> Question:
    """What a question asks for. `language` is BCP 47; `others` are the other languages that articles have: one word
    does not tell its language, and an article's words are stemmed by the article's."""
    counted = Counter(terms(text[:LONGEST], language))
    wanted = {term: 1.0 + 0.2 * (times - 1) for term, times in list(counted.items())[:MOST]}
    said = list(wanted)
    stemmers = {stemmer(language)}
    for other in others:
        if stemmer(other) not in stemmers:
            stemmers.add(stemmer(other))
            for term in dict.fromkeys(terms(text[:LONGEST], other)[:MOST]):
                wanted.setdefault(term, 1.0)
    for term in said:
        for other in SAME.get(term, ()):
            wanted.setdefault(other, SYNONYM)
    own = frozenset(said)
    for syllable in syllables(said):
        wanted.setdefault(syllable, SYLLABLE)
    return Question(wanted, own)


def _keys(word: str) -> list[str]:
    return [f"={base(word)}"] if "\uac00" <= word[0] <= "\ud7a3" else terms(word)


#: By term: the terms of its synonyms.
SAME: dict[str, tuple[str, ...]] = {}
for _word, _others in SYNONYMS.items():
    for _key in _keys(_word):
        SAME[_key] = tuple(dict.fromkeys([*SAME.get(_key, ()), *(t for other in _others for t in terms(other))]))
