"""Record the first messages of tickets for which there is no good article."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, Integer, String, bindparam, insert, select

from deskctl.plugins import WriteContext

from .tables import articles, missed
from .timestamps import timestamp

_ARTICLE = select(articles.c.id).where(articles.c.state == "published").limit(1)
_KNOWN = select(missed.c.id).where(missed.c.ticket == bindparam("of"))
_RECORD = insert(missed).from_select(
    ["at", "ticket"], select(bindparam("at", type_=String), bindparam("of", type_=Integer)).where(~_KNOWN.exists())
)


def has_articles(connection: Connection) -> bool:
    """Return True if there are published articles."""
    return connection.execute(_ARTICLE).first() is not None


def record_missed(ticket: int) -> Callable[[WriteContext], None]:
    """Return the work that records the question of a ticket, once."""

    def work(context: WriteContext) -> None:
        context.connection.execute(_RECORD, {"at": timestamp(context.now()), "of": ticket})

    return work
