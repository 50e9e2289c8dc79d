"""Missed questions, grouped by similarity: topics for new articles."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from deskctl.plugins import NotFound, RequestContext
from deskctl.plugins.queries import ShowTicket

from .article import guess_language
from .params import Gaps
from .search import has_good_match
from .tables import missed
from .terms import terms
from .ticket_question import ticket_question

#: The newest questions to group.
MAX_QUESTIONS = 500
#: The minimum share of common terms of two questions in one group, relative to the shorter question.
MIN_SIMILARITY = 0.34


@dataclass(slots=True)
class Group:
    """Similar questions. `newest` is the text of the newest one, `terms` counts the terms of all."""

    newest: str
    terms: Counter[str]
    count: int = 0
    tickets: list[int] = field(default_factory=list)
    searches: list[str] = field(default_factory=list)
    last: str = ""


def gaps(params: Gaps, context: RequestContext) -> list[dict[str, Any]]:
    """Return {question, count, tickets, searches, last} per group, the largest first.

    Questions for which an article exists now are left out.
    """
    query = select(missed).order_by(missed.c.at.desc(), missed.c.id.desc()).limit(MAX_QUESTIONS)
    if params.since is not None:
        query = query.where(missed.c.at >= params.since)
    groups: list[Group] = []
    for row in context.connection.execute(query).all():
        question, language = _question(row, context)
        if question is None:
            continue
        if has_good_match(context.connection, question, language, context.language):
            continue
        _add_to_group(groups, question, language or guess_language(question, context.language), row)
    groups.sort(key=lambda group: (-group.count, -_seconds(group.last)))
    return [
        {
            "question": group.newest,
            "count": group.count,
            "tickets": group.tickets[:10],
            "searches": list(dict.fromkeys(group.searches))[:10],
            "last": group.last,
        }
        for group in groups[: params.limit]
    ]


def _question(row: Any, context: RequestContext) -> tuple[str | None, str | None]:
    """Return the text and language of a question; None if its ticket is gone, spam or merged."""
    if row.ticket is None:
        return row.query, None
    try:
        document = context.desk.ask(ShowTicket(row.ticket))
    except NotFound:
        return None, None
    if document["spam"] or document["merged_into"] is not None:
        return None, None
    first = next((m["id"] for m in document["messages"] if m["kind"] == "in"), None)
    question = ticket_question(document, first)
    return question.text or None, question.language


def _add_to_group(groups: list[Group], question: str, language: str, row: Any) -> None:
    found = Counter(set(terms(question[:400], language)))
    if not found:
        return
    best = max(groups, key=lambda group: _similarity(found, group), default=None)
    if best is None or _similarity(found, best) < MIN_SIMILARITY:
        best = Group(" ".join(question.split())[:160], Counter())
        groups.append(best)
    best.terms.update(found)
    best.count += 1
    best.last = max(best.last, row.at)
    if row.ticket is not None:
        best.tickets.append(row.ticket)
    else:
        best.searches.append(question)


def _similarity(found: Counter[str], group: Group) -> float:
    """Return the share of common terms, relative to the smaller side; of a group, count terms of most questions."""
    core = {term for term, count in group.terms.items() if count * 2 >= group.count}
    return len(core & found.keys()) / min(len(core), len(found)) if core else 0.0


def _seconds(timestamp: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(timestamp).timestamp() if timestamp else 0.0
