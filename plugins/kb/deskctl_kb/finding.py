"""From a question to the articles that answer it, in the asker's language where there is one."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from . import index, question, shelf
from .article import Article, State, guess_language
from .coverage import NOTHING, Coverage, coverage
from .plain import plain, snippet
from .shelf import Outline
from .tables import uses
from .ticket import questions
from .words import terms, tokens

#: Shares of what a question says, measured by bench/kb_quality.py. Below GOOD the best article is rather about
#: something else. From SURE on a machine may give it for an answer if the words of both agree, too (`_FLOOR`): of
#: questions that no article answers, in other words than the articles use, it answers one in twenty at most.
GOOD, SURE = 0.22, 0.28
#: So many articles are few: every title is compared with the question. And so many are so few that the statistics of
#: their words say nothing by themselves.
_FEW, _VERY_FEW = 50, 20
#: Share of a question's words, weighed by how frequent they are anywhere, that an article must say to be sure; where
#: articles are very few and where not. And the least that the question's words must weigh: one word that tells.
_FLOOR_OF_FEW, _FLOOR, _TELLING = 0.6, 0.2, 1.0
#: What an article counts that holds words that tell nothing, and how many such words are looked for.
_LITERAL, _MOST_LITERAL = 0.01, 8
#: Characters of an article's text that are compared with the question.
_READ = 20_000
#: How many of the best are looked at closely.
_CLOSELY = 30
#: What an article in another language than the asker's counts.
_FOREIGN = 0.7
#: What solved, inserted and contradicted change at most: experience decides between equals, not for the unlike.
_LEAST, _MOST = 0.85, 1.2


@dataclass(frozen=True, slots=True)
class Found:
    article: Article
    score: float

    def snippet(self, wanted: Collection[str]) -> str:
        content = self.article.content
        return snippet(plain(content.text, content.title), wanted)


@dataclass(frozen=True, slots=True)
class Finding:
    """`confidence` is how much of what the question says the best article is about, 0 to 1. `ranked` is that by the
    statistics of the articles alone, `coverage` by the words of both. `lead` is how much better the best is than the
    next, 0 to 1. `total` are all published articles."""

    found: list[Found]
    confidence: float
    ranked: float
    coverage: Coverage
    lead: float
    wanted: dict[str, float]
    own: frozenset[str]
    total: int


def sure(finding: Finding) -> bool:
    """Whether a machine may answer with it: the question names the article's title and asks for little else; or the
    best article is about most of what was asked, and that on the word of two terms at least."""
    if not finding.found:
        return False
    if finding.coverage.answers:
        return True
    covered = finding.coverage
    if finding.total <= _VERY_FEW:
        return finding.ranked >= SURE and covered.question >= _FLOOR_OF_FEW and covered.said >= 2
    if finding.ranked < SURE or covered.question < _FLOOR or covered.asked < _TELLING:
        return False
    content = finding.found[0].article.content
    title = set(terms(content.title, content.language))
    said = title | set(terms(plain(content.text, content.title), content.language))
    return len(finding.own & said) >= 2 or (bool(title) and len(title & finding.own) >= 0.8 * len(title))


def find(
    connection: Connection, text: str, *, language: str | None, default: str, limit: int, customers: bool = False
) -> Finding:
    """The best published articles. `language` is the asker's, None where it must be told from the question; `default`
    the desk's. With `customers` only what they may see is found, shown or counted."""
    spoken = (language or guess_language(text, default)).lower()
    asked = question.read(text, spoken, shelf.languages(connection))
    ranking = index.rank(connection, asked.wanted, asked.own, max(_CLOSELY, limit * 2), customers)
    scores = {number: score for score, number in ranking.best}
    if not asked.wanted:  # nothing but words that stand in every question: "방법", "how to"
        scores = dict.fromkeys(shelf.holding(connection, tokens(text)[:_MOST_LITERAL], _CLOSELY), _LITERAL)
    named = _by_title(connection, text) if ranking.total <= _FEW else {}
    scores |= {number: 0.0 for number in named if number not in scores}
    outlines = shelf.outlines(connection, list(scores))
    families: dict[str, list[Outline]] = {}
    for outline in outlines.values():
        if _visible(outline, customers):
            families.setdefault(outline.family, []).append(outline)
    worth = _worth(connection, list(scores))
    best: dict[str, tuple[float, int]] = {}
    for number, score in scores.items():
        if number not in outlines or not _visible(outlines[number], customers):
            continue
        family = outlines[number].family
        chosen = _in_language(families[family], spoken, default, outlines[number])
        value = (score * (1 + named.get(number, 0.0)) + named.get(number, 0.0)) * worth.get(number, 1.0)
        value *= 1.0 if _same(chosen.language, spoken) or not language else _FOREIGN
        best[family] = max(best.get(family, (0.0, 0)), (value, -chosen.number))
    order = sorted(best.values(), reverse=True)
    articles = shelf.several(connection, [-number for _, number in order[:limit]])
    first, second = [value for value, _ in order[:2]] + [0.0] * (2 - len(order[:2]))
    found = [Found(articles[-number], value) for value, number in order[:limit] if -number in articles]
    # Looked at once more, by the rule itself: nothing that decides above may let an internal article through.
    found = [one for one in found if one.article.content.for_customers or not customers]
    covered = _coverage(text, found[0].article) if found else NOTHING
    ranked = (
        min(1.0, scores.get(found[0].article.number, first) / ranking.possible) if found and ranking.possible else 0.0
    )
    return Finding(
        found=found,
        confidence=max(ranked, covered.confidence, GOOD if covered.named else 0.0),
        ranked=ranked,
        coverage=covered,
        lead=1 - second / first if first else 0.0,
        wanted=asked.wanted,
        own=asked.own,
        total=ranking.total,
    )


def _by_title(connection: Connection, text: str) -> dict[int, float]:
    """By number: how much of the question those titles cover that the question names."""
    found = {}
    for number, (title, tags, language) in shelf.headings(connection).items():
        covered = coverage(text, title, tags, "", language)
        if covered.named or covered.answers:
            found[number] = covered.confidence
    return found


def _coverage(text: str, article: Article) -> Coverage:
    content = article.content
    said = plain(content.text[:_READ], content.title)
    return coverage(text[: question.LONGEST], content.title, content.tags, said, content.language)


def answerable(connection: Connection, text: str, language: str | None, default: str) -> bool:
    """Whether something good is found for all that was said, or for a question in it; internal articles count."""
    return any(
        find(connection, words, language=language, default=default, limit=1).confidence >= GOOD
        for words in questions(text)
    )


def surest(connection: Connection, text: str, *, language: str, default: str, limit: int) -> Finding | None:
    """The surest answer for a customer to any of the questions in a message: all that it says, or what it asks
    outright. None where a machine must not answer."""
    best: Finding | None = None
    for words in questions(text):
        found = find(connection, words, language=language, default=default, limit=limit, customers=True)
        if sure(found) and (best is None or found.confidence > best.confidence):
            best = found
    return best


def _visible(outline: Outline, customers: bool) -> bool:
    return outline.state is State.PUBLISHED and (outline.public or not customers)


def _same(one: str, other: str) -> bool:
    return one.split("-")[0] == other.split("-")[0]


def _in_language(members: list[Outline], spoken: str, default: str, otherwise: Outline) -> Outline:
    """The asker's language, else the desk's, else English, else what was found."""
    for wanted in (spoken, default, "en"):
        exact = [m for m in members if m.language == wanted]
        if near := exact or [m for m in members if _same(m.language, wanted)]:
            return otherwise if otherwise in near else near[0]
    return otherwise


def _worth(connection: Connection, numbers: list[int]) -> dict[int, float]:
    """By article: what came of it before, as a factor."""
    counts: dict[int, dict[str, int]] = {}
    asked = select(uses.c.article, uses.c.what, func.count()).where(uses.c.article.in_(numbers))
    for number, what, count in connection.execute(asked.group_by(uses.c.article, uses.c.what)):
        counts.setdefault(number, {})[what] = count
    return {number: worth(**count) for number, count in counts.items()}


def worth(shown: int = 0, inserted: int = 0, solved: int = 0, contradicted: int = 0) -> float:
    """What experience makes of an article's score, as a factor."""
    good, bad = solved + 0.5 * inserted, contradicted
    return min(_MOST, max(_LEAST, 1 + 0.06 * (math.log1p(good) - math.log1p(bad))))
