"""Record the first messages of tickets for which there is no good article."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, insert, select

from deskctl.plugins import WriteContext

from .tables import articles, missed
from .timestamps import timestamp


def has_articles(connection: Connection) -> bool:
    """Return True if there are published articles."""
    return connection.execute(select(articles.c.id).where(articles.c.state == "published").limit(1)).first() is not None


def record_missed(ticket: int) -> Callable[[WriteContext], None]:
    """Return the work that records the question of a ticket, once."""

    def work(context: WriteContext) -> None:
        known = select(missed.c.id).where(missed.c.ticket == ticket)
        if context.connection.execute(known).first() is None:
            row = {"at": timestamp(context.now()), "ticket": ticket, "query": None}
            context.connection.execute(insert(missed), row)

    return work
