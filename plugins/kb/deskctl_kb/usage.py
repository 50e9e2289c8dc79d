"""Usage counts of articles: shown, inserted, solved, contradicted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from deskctl.plugins import RequestContext

from . import repository
from .article import State
from .params import Stats
from .tables import missed, uses
from .timestamps import timestamp

KINDS = ("shown", "inserted", "solved", "contradicted")


def record(
    connection: Connection, kind: str, articles: Iterable[int], ticket: int, contact: int | None, now: datetime
) -> None:
    """Record a use, at most once per article, ticket and kind."""
    known = select(uses.c.article).where(uses.c.ticket == ticket, uses.c.what == kind)
    before = set(connection.execute(known).scalars())
    rows = [
        {"article": article, "what": kind, "ticket": ticket, "contact": contact, "at": timestamp(now)}
        for article in dict.fromkeys(articles)
        if article not in before
    ]
    if rows:
        connection.execute(insert(uses), rows)


def on_ticket(connection: Connection, ticket: int, kind: str) -> list[int]:
    """Return the articles with a use of the kind on a ticket."""
    query = select(uses.c.article).where(uses.c.ticket == ticket, uses.c.what == kind).order_by(uses.c.id)
    return list(connection.execute(query).scalars())


def known_to(connection: Connection, contact: int) -> set[int]:
    """Return the articles that a contact was sent before."""
    query = select(uses.c.article).where(uses.c.contact == contact, uses.c.what.in_(("shown", "inserted")))
    return set(connection.execute(query).scalars())


def of_article(connection: Connection, number: int) -> dict[str, int]:
    """Return the usage counts of an article by kind."""
    query = select(uses.c.what, func.count()).where(uses.c.article == number).group_by(uses.c.what)
    counted = {row[0]: int(row[1]) for row in connection.execute(query)}
    return {kind: counted.get(kind, 0) for kind in KINDS}


def stats(params: Stats, context: RequestContext) -> dict[str, Any]:
    """Return the numbers of articles by state, of tickets by kind of use, and the uses of each article."""
    connection = context.connection
    everything = repository.all_articles(connection)
    query = select(uses.c.article, uses.c.what, func.count()).group_by(uses.c.article, uses.c.what)
    tickets = select(uses.c.what, func.count(uses.c.ticket.distinct())).group_by(uses.c.what)
    missing = select(func.count()).select_from(missed)
    if params.since is not None:
        query, tickets = query.where(uses.c.at >= params.since), tickets.where(uses.c.at >= params.since)
        missing = missing.where(missed.c.at >= params.since)
    by_article: dict[int, dict[str, int]] = {}
    for number, kind, count in connection.execute(query):
        by_article.setdefault(number, {})[kind] = count
    titles = {article.number: article.content.title for article in everything}
    rows = [
        {"id": number, "title": titles.get(number, ""), **{kind: by_article[number].get(kind, 0) for kind in KINDS}}
        for number in sorted(by_article, key=lambda number: (-sum(by_article[number].values()), number))
    ]
    tickets_by_kind = {row[0]: int(row[1]) for row in connection.execute(tickets)}
    return {
        "articles": {
            "public": sum(article.content.for_customers for article in everything),
            "internal": sum(bool(a.content.state is State.PUBLISHED and not a.content.public) for a in everything),
            "draft": sum(article.content.state is State.DRAFT for article in everything),
            "retired": sum(article.content.state is State.RETIRED for article in everything),
        },
        "tickets": {kind: tickets_by_kind.get(kind, 0) for kind in KINDS},
        "missed": connection.execute(missing).scalar_one(),
        "used": rows,
    }
