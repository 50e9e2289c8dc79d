"""Search for the articles that answer a question, preferably in the customer's language."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from . import index, question, repository
from .article import Article, State, guess_language
from .coverage import NOTHING, Coverage, coverage
from .plain_text import plain_text, snippet
from .repository import Outline
from .tables import uses
from .terms import terms, tokens
from .ticket_question import search_queries

#: Thresholds of the ranking score, measured with bench/kb_quality.py. Below GOOD the best article is probably about
#: another topic. From CONFIDENT an automatic answer is allowed if the coverage also suffices (`_MIN_COVERAGE`); at most
#: one in twenty paraphrased questions without a matching article is then answered.
GOOD, CONFIDENT = 0.22, 0.28
#: Up to `_FEW` articles every title is compared with the question. Up to `_VERY_FEW` the ranking score alone says
#: nothing, because the term statistics are too small.
_FEW, _VERY_FEW = 50, 20
#: The minimum coverage of the question for an automatic answer, with very few articles and with more articles; and the
#: minimum weight of the question's words, which equals one specific word.
_MIN_COVERAGE_VERY_FEW, _MIN_COVERAGE, _MIN_WEIGHT = 0.6, 0.2, 1.0
#: The score of an article that contains a question of stop words literally, and the maximum number of its words.
_LITERAL_SCORE, _MAX_LITERAL_WORDS = 0.01, 8
#: The characters of an article's text that are compared with the question.
_MAX_COMPARED = 20_000
#: The number of best ranked articles to examine.
_CANDIDATES = 30
#: The factor for an article in another language than the customer's.
_OTHER_LANGUAGE = 0.7
#: The limits of the factor for previous uses: it decides only between articles with similar scores.
_MIN_EXPERIENCE, _MAX_EXPERIENCE = 0.85, 1.2


@dataclass(frozen=True, slots=True)
class Match:
    """An article that a search found, with its score."""

    article: Article
    score: float

    def snippet(self, wanted: Collection[str]) -> str:
        content = self.article.content
        return snippet(plain_text(content.text, content.title), wanted)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The result of a search.

    `confidence`, 0 to 1, tells how well the best article answers the question: `ranked` by the ranking score relative
    to the possible score, `coverage` by the words of both. `lead` is the relative distance of the second article, 0 to
    1. `total` is the number of published articles.
    """

    found: list[Match]
    confidence: float
    ranked: float
    coverage: Coverage
    lead: float
    wanted: dict[str, float]
    literal: frozenset[str]
    total: int


def is_confident(result: SearchResult) -> bool:
    """Return True if an automatic answer is allowed.

    Either the question names the article's title and asks for little else, or the best article is about most of the
    question and at least two terms support that.
    """
    if not result.found:
        return False
    if result.coverage.answers:
        return True
    covered = result.coverage
    if result.total <= _VERY_FEW:
        return result.ranked >= CONFIDENT and covered.question >= _MIN_COVERAGE_VERY_FEW and covered.article_words >= 2
    if result.ranked < CONFIDENT or covered.question < _MIN_COVERAGE or covered.question_weight < _MIN_WEIGHT:
        return False
    content = result.found[0].article.content
    title = set(terms(content.title, content.language))
    article_terms = title | set(terms(plain_text(content.text, content.title), content.language))
    return len(result.literal & article_terms) >= 2 or (bool(title) and len(title & result.literal) >= 0.8 * len(title))


def find(
    connection: Connection, text: str, *, language: str | None, default: str, limit: int, customers: bool = False
) -> SearchResult:
    """Return the best published articles.

    `language` is the customer's, or None to guess it from the question; `default` is the desk's. With `customers`, only
    articles that customers may see are found and counted.
    """
    customer_language = (language or guess_language(text, default)).lower()
    query = question.parse_question(text, customer_language, repository.languages(connection))
    ranking = index.rank(connection, query.wanted, query.literal, max(_CANDIDATES, limit * 2), customers)
    scores = {number: score for score, number in ranking.best}
    if not query.wanted:  # only stop words: "방법", "how to"
        scores = dict.fromkeys(
            repository.containing(connection, tokens(text)[:_MAX_LITERAL_WORDS], _CANDIDATES), _LITERAL_SCORE
        )
    named = _by_title(connection, text) if ranking.total <= _FEW else {}
    scores |= {number: 0.0 for number in named if number not in scores}
    outlines = repository.outlines(connection, list(scores))
    families: dict[str, list[Outline]] = {}
    for outline in outlines.values():
        if _visible(outline, customers):
            families.setdefault(outline.family, []).append(outline)
    factors = _experience(connection, list(scores))
    best: dict[str, tuple[float, int]] = {}
    for number, score in scores.items():
        if number not in outlines or not _visible(outlines[number], customers):
            continue
        family = outlines[number].family
        chosen = _in_language(families[family], customer_language, default, outlines[number])
        value = (score * (1 + named.get(number, 0.0)) + named.get(number, 0.0)) * factors.get(number, 1.0)
        value *= 1.0 if _same_language(chosen.language, customer_language) or not language else _OTHER_LANGUAGE
        best[family] = max(best.get(family, (0.0, 0)), (value, -chosen.number))
    order = sorted(best.values(), reverse=True)
    articles = repository.get_articles(connection, [-number for _, number in order[:limit]])
    first, second = [value for value, _ in order[:2]] + [0.0] * (2 - len(order[:2]))
    found = [Match(articles[-number], value) for value, number in order[:limit] if -number in articles]
    # Check the visibility again by its own rule, so that no error above can show an internal article to a customer.
    found = [one for one in found if one.article.content.for_customers or not customers]
    covered = _coverage(text, found[0].article) if found else NOTHING
    ranked = (
        min(1.0, scores.get(found[0].article.number, first) / ranking.possible) if found and ranking.possible else 0.0
    )
    return SearchResult(
        found=found,
        confidence=max(ranked, covered.confidence, GOOD if covered.named else 0.0),
        ranked=ranked,
        coverage=covered,
        lead=1 - second / first if first else 0.0,
        wanted=query.wanted,
        literal=query.literal,
        total=ranking.total,
    )


def _by_title(connection: Connection, text: str) -> dict[int, float]:
    """Return the confidence, by number, of articles whose title the question names."""
    found = {}
    for number, (title, tags, language) in repository.headings(connection).items():
        covered = coverage(text, title, tags, "", language)
        if covered.named or covered.answers:
            found[number] = covered.confidence
    return found


def _coverage(text: str, article: Article) -> Coverage:
    content = article.content
    body = plain_text(content.text[:_MAX_COMPARED], content.title)
    return coverage(text[: question.MAX_LENGTH], content.title, content.tags, body, content.language)


def has_good_match(connection: Connection, text: str, language: str | None, default: str) -> bool:
    """Return True if the text, or a question in it, has a good match; internal articles count."""
    return any(
        find(connection, query, language=language, default=default, limit=1).confidence >= GOOD
        for query in search_queries(text)
    )


def confident_result(
    connection: Connection, text: str, *, language: str, default: str, limit: int
) -> SearchResult | None:
    """Return the most confident result for the text or a question in it, or None if no automatic answer is allowed."""
    best: SearchResult | None = None
    for query in search_queries(text):
        found = find(connection, query, language=language, default=default, limit=limit, customers=True)
        if is_confident(found) and (best is None or found.confidence > best.confidence):
            best = found
    return best


def _visible(outline: Outline, customers: bool) -> bool:
    return outline.state is State.PUBLISHED and (outline.public or not customers)


def _same_language(one: str, other: str) -> bool:
    return one.split("-")[0] == other.split("-")[0]


def _in_language(members: list[Outline], customer_language: str, default: str, otherwise: Outline) -> Outline:
    """Return the translation in the customer's language, else in the desk's, else in English, else `otherwise`."""
    for wanted in (customer_language, default, "en"):
        exact = [m for m in members if m.language == wanted]
        if near := exact or [m for m in members if _same_language(m.language, wanted)]:
            return otherwise if otherwise in near else near[0]
    return otherwise


def _experience(connection: Connection, numbers: list[int]) -> dict[int, float]:
    """Return the score factors for previous uses by article."""
    counts: dict[int, dict[str, int]] = {}
    query = select(uses.c.article, uses.c.what, func.count()).where(uses.c.article.in_(numbers))
    for number, kind, count in connection.execute(query.group_by(uses.c.article, uses.c.what)):
        counts.setdefault(number, {})[kind] = count
    return {number: experience_factor(**count) for number, count in counts.items()}


def experience_factor(shown: int = 0, inserted: int = 0, solved: int = 0, contradicted: int = 0) -> float:
    """Return the score factor for the outcomes of previous uses."""
    good, bad = solved + 0.5 * inserted, contradicted
    return min(_MAX_EXPERIENCE, max(_MIN_EXPERIENCE, 1 + 0.06 * (math.log1p(good) - math.log1p(bad))))
