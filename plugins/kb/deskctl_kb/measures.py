"""What came of articles, counted: shown, inserted, solved, contradicted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from deskctl.plugins import RequestContext

from . import documents, shelf
from .article import State
from .asks import Stats
from .tables import missed, uses

WHATS = ("shown", "inserted", "solved", "contradicted")


def remember(
    connection: Connection, what: str, articles: Iterable[int], ticket: int, contact: int | None, now: datetime
) -> None:
    """Once for each article, ticket and kind, however often it is told."""
    known = select(uses.c.article).where(uses.c.ticket == ticket, uses.c.what == what)
    before = set(connection.execute(known).scalars())
    rows = [
        {"article": article, "what": what, "ticket": ticket, "contact": contact, "at": documents.moment(now)}
        for article in dict.fromkeys(articles)
        if article not in before
    ]
    if rows:
        connection.execute(insert(uses), rows)


def on_ticket(connection: Connection, ticket: int, what: str) -> list[int]:
    """The articles of which this is known on a ticket."""
    asked = select(uses.c.article).where(uses.c.ticket == ticket, uses.c.what == what).order_by(uses.c.id)
    return list(connection.execute(asked).scalars())


def known_to(connection: Connection, contact: int) -> set[int]:
    """The articles that a contact was given before."""
    asked = select(uses.c.article).where(uses.c.contact == contact, uses.c.what.in_(("shown", "inserted")))
    return set(connection.execute(asked).scalars())


def of_article(connection: Connection, number: int) -> dict[str, int]:
    asked = select(uses.c.what, func.count()).where(uses.c.article == number).group_by(uses.c.what)
    counted = {row[0]: int(row[1]) for row in connection.execute(asked)}
    return {what: counted.get(what, 0) for what in WHATS}


def stats(params: Stats, context: RequestContext) -> dict[str, Any]:
    """The articles by state, the tickets on which any was shown, inserted and so on, and each article's own uses, the
    most used first."""
    connection = context.connection
    everything = shelf.every(connection)
    asked = select(uses.c.article, uses.c.what, func.count()).group_by(uses.c.article, uses.c.what)
    tickets = select(uses.c.what, func.count(uses.c.ticket.distinct())).group_by(uses.c.what)
    missing = select(func.count()).select_from(missed)
    if params.since is not None:
        asked, tickets = asked.where(uses.c.at >= params.since), tickets.where(uses.c.at >= params.since)
        missing = missing.where(missed.c.at >= params.since)
    by_article: dict[int, dict[str, int]] = {}
    for number, what, count in connection.execute(asked):
        by_article.setdefault(number, {})[what] = count
    titles = {article.number: article.content.title for article in everything}
    rows = [
        {"id": number, "title": titles.get(number, ""), **{what: by_article[number].get(what, 0) for what in WHATS}}
        for number in sorted(by_article, key=lambda number: (-sum(by_article[number].values()), number))
    ]
    answered = {row[0]: int(row[1]) for row in connection.execute(tickets)}
    return {
        "articles": {
            "public": sum(article.content.for_customers for article in everything),
            "internal": sum(bool(a.content.state is State.PUBLISHED and not a.content.public) for a in everything),
            "draft": sum(article.content.state is State.DRAFT for article in everything),
            "retired": sum(article.content.state is State.RETIRED for article in everything),
        },
        "tickets": {what: answered.get(what, 0) for what in WHATS},
        "missed": connection.execute(missing).scalar_one(),
        "used": rows,
    }
