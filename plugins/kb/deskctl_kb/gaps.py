"""Questions that found nothing good, grouped by what they have in common: the articles that somebody should write."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from deskctl.plugins import NotFound, RequestContext
from deskctl.plugins.queries import ShowTicket

from .article import guess_language
from .asks import Gaps
from .finding import answerable
from .tables import missed
from .ticket import question_of
from .words import terms

#: The newest questions that are looked at.
MOST = 500
#: Share of the smaller question's terms that two questions of one group have in common.
ALIKE = 0.34


@dataclass(slots=True)
class Group:
    """Questions that are alike. `first` is the newest of them, in its own words."""

    first: str
    words: Counter[str]
    count: int = 0
    tickets: list[int] = field(default_factory=list)
    searches: list[str] = field(default_factory=list)
    last: str = ""


def gaps(params: Gaps, context: RequestContext) -> list[dict[str, Any]]:
    """{question, count, tickets, searches, last}: what is missed most, first. What has been written since is out."""
    asked = select(missed).order_by(missed.c.at.desc(), missed.c.id.desc()).limit(MOST)
    if params.since is not None:
        asked = asked.where(missed.c.at >= params.since)
    groups: list[Group] = []
    for row in context.connection.execute(asked).all():
        words, language = _words(row, context)
        if words is None:
            continue
        if answerable(context.connection, words, language, context.language):
            continue
        _put(groups, words, language or guess_language(words, context.language), row)
    groups.sort(key=lambda group: (-group.count, -_stamp(group.last)))
    return [
        {
            "question": group.first,
            "count": group.count,
            "tickets": group.tickets[:10],
            "searches": list(dict.fromkeys(group.searches))[:10],
            "last": group.last,
        }
        for group in groups[: params.limit]
    ]


def _words(row: Any, context: RequestContext) -> tuple[str | None, str | None]:
    """What was asked; None when nobody may read it any more."""
    if row.ticket is None:
        return row.query, None
    try:
        document = context.desk.ask(ShowTicket(row.ticket))
    except NotFound:
        return None, None
    if document["spam"] or document["merged_into"] is not None:
        return None, None
    first = next((m["id"] for m in document["messages"] if m["kind"] == "in"), None)
    asked = question_of(document, first)
    return asked.text or None, asked.language


def _put(groups: list[Group], words: str, language: str, row: Any) -> None:
    said = Counter(set(terms(words[:400], language)))
    if not said:
        return
    best = max(groups, key=lambda group: _alike(said, group), default=None)
    if best is None or _alike(said, best) < ALIKE:
        best = Group(" ".join(words.split())[:160], Counter())
        groups.append(best)
    best.words.update(said)
    best.count += 1
    best.last = max(best.last, row.at)
    if row.ticket is not None:
        best.tickets.append(row.ticket)
    else:
        best.searches.append(words)


def _alike(said: Counter[str], group: Group) -> float:
    """How much of the smaller one the other says, too; of a group, what most of its questions say."""
    core = {term for term, count in group.words.items() if count * 2 >= group.count}
    return len(core & said.keys()) / min(len(core), len(said)) if core else 0.0


def _stamp(moment: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(moment).timestamp() if moment else 0.0
