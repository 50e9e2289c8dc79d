"""Weighted search terms of a question, with synonyms. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from .lexicon import SYNONYMS
from .terms import base_form, stemmer, syllables, terms

#: The characters of a question to read; later text is rarely part of the question.
MAX_LENGTH = 2000
#: The maximum number of terms to look up. Of a long message, the first terms are used.
MAX_TERMS = 160
#: The weights of synonyms and of single syllables; a word of the question has 1.0.
SYNONYM, SYLLABLE = 0.4, 0.07


@dataclass(frozen=True, slots=True)
class Question:
    """The search terms of a question: `wanted` with their weights, and `literal`, the terms in the question itself."""

    wanted: dict[str, float]
    literal: frozenset[str]


def parse_question(text: str, language: str, others: Iterable[str] = ()) -> Question:
    """Return the search terms of a question.

    `language` is BCP 47. `others` are the other languages of articles: the words of an article are stemmed by the rules
    of the article's language, and a single word does not tell its language.
    """
    counted = Counter(terms(text[:MAX_LENGTH], language))
    wanted = {term: 1.0 + 0.2 * (times - 1) for term, times in list(counted.items())[:MAX_TERMS]}
    literal = list(wanted)
    stemmers = {stemmer(language)}
    for other in others:
        if stemmer(other) not in stemmers:
            stemmers.add(stemmer(other))
            for term in dict.fromkeys(terms(text[:MAX_LENGTH], other)[:MAX_TERMS]):
                wanted.setdefault(term, 1.0)
    for term in literal:
        for other in SYNONYM_TERMS.get(term, ()):
            wanted.setdefault(other, SYNONYM)
    for syllable in syllables(literal):
        wanted.setdefault(syllable, SYLLABLE)
    return Question(wanted, frozenset(literal))


def _keys(word: str) -> list[str]:
    return [f"={base_form(word)}"] if "\uac00" <= word[0] <= "\ud7a3" else terms(word)


#: The terms of the synonyms of each term.
SYNONYM_TERMS: dict[str, tuple[str, ...]] = {}
for _word, _others in SYNONYMS.items():
    for _key in _keys(_word):
        SYNONYM_TERMS[_key] = tuple(
            dict.fromkeys([*SYNONYM_TERMS.get(_key, ()), *(t for other in _others for t in terms(other))])
        )
