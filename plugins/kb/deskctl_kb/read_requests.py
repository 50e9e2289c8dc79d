"""Handlers of requests that read articles, and of the one that records a missed search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert

from deskctl.plugins import RequestContext, UsageError
from deskctl.plugins.queries import ShowTicket

from . import documents, folder, repository
from .article import State, storable
from .messages import _
from .params import Export, History, List, Missed, Search, Show, Suggest
from .search import GOOD, SearchResult, find
from .tables import missed
from .ticket_question import ticket_question
from .timestamps import timestamp
from .usage import of_article

MAX_LIMIT = 1000


def show(params: Show, context: RequestContext) -> dict[str, Any]:
    """Return an article, or one of its versions. Raises NotFound."""
    article = repository.get_article(context.connection, params.id)
    document = documents.full(article)
    if params.version is not None:
        old = repository.get_version(context.connection, params.id, params.version)
        return {**document, **documents.version(old), "text": old.content.text}
    family = repository.translations(context.connection, [article.content.translation_of or article.slug])
    others = [other for members in family.values() for other in members if other.number != article.number]
    document["translations"] = [{"id": other.number, "language": other.content.language} for other in others]
    document["uses"] = of_article(context.connection, article.number)
    return document


def history(params: History, context: RequestContext) -> list[dict[str, Any]]:
    """Return the versions of an article, newest first. Raises NotFound."""
    return [documents.version(one) for one in repository.history(context.connection, params.id)]


def list_(params: List, context: RequestContext) -> list[dict[str, Any]]:
    """Return the articles that match the filters, by number."""
    state = State(params.state) if params.state else None
    language = params.language.lower() if params.language else None
    tag = params.tag.lower() if params.tag else None
    return [
        documents.summary(article)
        for article in repository.all_articles(context.connection)
        if state in (None, article.content.state)
        and params.public in (None, article.content.public)
        and language in (None, article.content.language)
        and (tag is None or tag in article.content.tags)
    ]


def search(params: Search, context: RequestContext) -> dict[str, Any]:
    """Search for a question. Raises UsageError.

    Return `found`, a list of {id, title, language, public, score, snippet}, best first, and `good`, true if the best
    one is a good match.
    """
    if not params.text.strip():
        raise UsageError(_("no question given"), _('for example: deskctl kb search "how do I get a refund"'))
    result = find(
        context.connection,
        storable(params.text),
        language=params.language,
        default=context.language,
        limit=_limit(params.limit),
        customers=params.customers,
    )
    return {"found": rows(result), "confidence": round(result.confidence, 3), "good": result.confidence >= GOOD}


def suggest(params: Suggest, context: RequestContext) -> list[dict[str, Any]]:
    """Return articles for a ticket in the form of `found` of `search`. Raises NotFound."""
    document = context.desk.ask(ShowTicket(params.ticket))
    return rows(for_ticket(context.connection, document, context.language, _limit(params.limit)))


def for_ticket(connection: Any, document: Mapping[str, Any], default: str, limit: int) -> SearchResult:
    """Search articles for a ticket's document, including internal ones."""
    question = ticket_question(document)
    return find(connection, question.text, language=question.language, default=default, limit=limit)


def record_missed(params: Missed, context: RequestContext) -> None:
    """Record an agent's search without a good match, for `gaps`."""
    row = {"at": timestamp(context.now()), "ticket": None, "query": storable(params.query)[:500]}
    context.connection.execute(insert(missed), row)


def export(params: Export, context: RequestContext) -> dict[str, Any]:
    """Return the texts to `write` by path, and the paths to `remove`; other files of the folder are up to date."""
    everything = repository.all_articles(context.connection)
    chosen = [a for a in everything if a.content.for_customers or not params.public]
    hidden = [a for a in everything if not a.content.for_customers] if params.public else []
    present = dict(params.present)
    return {
        "articles": len(chosen),
        "write": folder.files_to_write(chosen, present, context.language),
        "remove": folder.files_to_remove(hidden, present),
    }


def rows(result: SearchResult) -> list[dict[str, Any]]:
    """Return the documents of the articles in a search result."""
    return [
        {
            "id": one.article.number,
            "title": one.article.content.title,
            "language": one.article.content.language,
            "public": one.article.content.public,
            "score": round(one.score, 3),
            "snippet": one.snippet(result.wanted),
        }
        for one in result.found
    ]


def _limit(limit: int) -> int:
    if not 0 < limit <= MAX_LIMIT:
        raise UsageError(_("limit out of range: {value}", value=limit), _("use 1 to {limit}", limit=MAX_LIMIT))
    return limit
