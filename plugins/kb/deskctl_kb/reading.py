"""Requests that read articles, and the one that remembers what found nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert

from deskctl.plugins import RequestContext, UsageError
from deskctl.plugins.queries import ShowTicket

from . import documents, folder, shelf
from .article import State, storable
from .asks import Export, History, List, Missed, Search, Show, Suggest
from .finding import GOOD, Finding, find
from .measures import of_article
from .tables import missed
from .ticket import question_of

MOST = 1000


def show(params: Show, context: RequestContext) -> dict[str, Any]:
    """Raises NotFound."""
    article = shelf.article(context.connection, params.id)
    document = documents.whole(article)
    if params.version is not None:
        old = shelf.version(context.connection, params.id, params.version)
        return {**document, **documents.version(old), "text": old.content.text}
    family = shelf.translations(context.connection, [article.content.translation_of or article.slug])
    others = [other for members in family.values() for other in members if other.number != article.number]
    document["translations"] = [{"id": other.number, "language": other.content.language} for other in others]
    document["uses"] = of_article(context.connection, article.number)
    return document


def history(params: History, context: RequestContext) -> list[dict[str, Any]]:
    """Raises NotFound."""
    return [documents.version(one) for one in shelf.history(context.connection, params.id)]


def list_(params: List, context: RequestContext) -> list[dict[str, Any]]:
    """By number."""
    state = State(params.state) if params.state else None
    language = params.language.lower() if params.language else None
    tag = params.tag.lower() if params.tag else None
    return [
        documents.brief(article)
        for article in shelf.every(context.connection)
        if state in (None, article.content.state)
        and params.public in (None, article.content.public)
        and language in (None, article.content.language)
        and (tag is None or tag in article.content.tags)
    ]


def search(params: Search, context: RequestContext) -> dict[str, Any]:
    """`found`: {id, title, language, public, score, snippet}, best first. `good`: whether the best of them is about
    what was asked. Raises UsageError."""
    if not params.text.strip():
        raise UsageError("nothing is asked", 'deskctl kb search "how do I get a refund"')
    finding = find(
        context.connection,
        storable(params.text),
        language=params.language,
        default=context.language,
        limit=_limit(params.limit),
        customers=params.customers,
    )
    return {"found": rows(finding), "confidence": round(finding.confidence, 3), "good": finding.confidence >= GOOD}


def suggest(params: Suggest, context: RequestContext) -> list[dict[str, Any]]:
    """As `search`'s `found`, for what the ticket's customer asks. Raises NotFound."""
    document = context.desk.ask(ShowTicket(params.ticket))
    return rows(for_ticket(context.connection, document, context.language, _limit(params.limit)))


def for_ticket(connection: Any, document: Mapping[str, Any], default: str, limit: int) -> Finding:
    """What fits a ticket's document, internal articles too."""
    asked = question_of(document)
    return find(connection, asked.text, language=asked.language, default=default, limit=limit)


def remember_missed(params: Missed, context: RequestContext) -> None:
    """What an agent searched for and did not find, for `gaps`."""
    row = {"at": documents.moment(context.now()), "ticket": None, "query": storable(params.query)[:500]}
    context.connection.execute(insert(missed), row)


def export(params: Export, context: RequestContext) -> dict[str, Any]:
    """`write` is text by path, `remove` are paths; whatever else is in the folder is right as it is."""
    everything = shelf.every(context.connection)
    chosen = [a for a in everything if a.content.for_customers or not params.public]
    hidden = [a for a in everything if not a.content.for_customers] if params.public else []
    present = dict(params.present)
    return {
        "articles": len(chosen),
        "write": folder.to_write(chosen, present, context.language),
        "remove": folder.to_remove(hidden, present),
    }


def rows(finding: Finding) -> list[dict[str, Any]]:
    return [
        {
            "id": one.article.number,
            "title": one.article.content.title,
            "language": one.article.content.language,
            "public": one.article.content.public,
            "score": round(one.score, 3),
            "snippet": one.snippet(finding.wanted),
        }
        for one in finding.found
    ]


def _limit(limit: int) -> int:
    if not 0 < limit <= MOST:
        raise UsageError(f"a limit of {limit}", f"between 1 and {MOST}")
    return limit
