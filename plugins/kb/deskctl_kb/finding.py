"""From a question to the articles that answer it, in the asker's language where there is one."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from . import index, question, shelf
from .article import Article, State, guess_language
from .plain import plain, snippet
from .shelf import Outline
from .tables import uses
from .ticket import questions
from .words import terms

#: Shares of what a question says, measured by bench/kb_quality.py. Below GOOD the best article is rather about
#: something else. From SURE on a machine may give it for an answer: of questions that no article answers, in other
#: words than the articles use, it answers one in twenty at most.
GOOD, SURE = 0.22, 0.28
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
    """`confidence` is how much of what the question says the best article is about, 0 to 1. `lead` is how much better
    the best is than the next, 0 to 1."""

    found: list[Found]
    confidence: float
    lead: float
    wanted: dict[str, float]
    own: frozenset[str]


def sure(finding: Finding) -> bool:
    """Whether a machine may answer with it: the best article is about most of what was asked, and that on the word of
    two terms at least, or the question says its whole title."""
    if not finding.found or finding.confidence < SURE:
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
    asked = question.read(text, spoken)
    ranking = index.rank(connection, asked.wanted, asked.own, max(_CLOSELY, limit * 2), customers)
    scores = {number: score for score, number in ranking.best}
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
        value = score * worth.get(number, 1.0) * (1.0 if _same(chosen.language, spoken) else _FOREIGN)
        best[family] = max(best.get(family, (0.0, 0)), (value, -chosen.number))
    order = sorted(best.values(), reverse=True)
    articles = shelf.several(connection, [-number for _, number in order[:limit]])
    first, second = [value for value, _ in order[:2]] + [0.0] * (2 - len(order[:2]))
    found = [Found(articles[-number], value) for value, number in order[:limit] if -number in articles]
    return Finding(
        # Looked at once more, by the rule itself: nothing that decides above may let an internal article through.
        found=[one for one in found if one.article.content.for_customers or not customers],
        confidence=min(1.0, first / ranking.possible) if ranking.possible else 0.0,
        lead=1 - second / first if first else 0.0,
        wanted=asked.wanted,
        own=asked.own,
    )


def answerable(connection: Connection, text: str, language: str | None, default: str) -> bool:
    """Whether something good is found for all that was said, or for a question in it; internal articles count."""
    return any(
        find(connection, words, language=language, default=default, limit=1).confidence >= GOOD
        for words in questions(text)
    )


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
