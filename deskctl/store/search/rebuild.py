"""Making the indexes anew from what is stored: after text came to be cut differently, or when one is damaged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Select, func, select

from ..tables import contacts, messages
from . import contacts as contact_index
from .index import add, stored

#: The shape of the store whose words are cut as they are cut now; an older one is indexed anew.
SINCE = "0006"
_PORTION = 500


def rebuild(connection: Connection, tell: Callable[[int, int], None]) -> int:
    """Index everything anew. `tell` is told how many of how many are done. The number of messages."""
    _clear(connection)
    total = connection.execute(select(func.count()).select_from(messages)).scalar_one()
    total += connection.execute(select(func.count()).select_from(contacts)).scalar_one()
    done = said = 0
    last = 0
    while some := _next(connection, select(messages.c.id).where(messages.c.id > last).order_by(messages.c.id)):
        for texts in stored(connection, some, withdrawn=False):
            add(connection, texts)
        last, said, done = some[-1], said + len(some), done + len(some)
        tell(done, total)
    last = 0
    while some := _next(connection, select(contacts.c.id).where(contacts.c.id > last).order_by(contacts.c.id)):
        contact_index.renew(connection, some)
        last, done = some[-1], done + len(some)
        tell(done, total)
    return said


def _next(connection: Connection, query: Select[Any]) -> Sequence[int]:
    return connection.execute(query.limit(_PORTION)).scalars().all()


def _clear(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("INSERT INTO search_index (search_index) VALUES ('delete-all')")
        connection.exec_driver_sql("DELETE FROM search_contacts")
    else:
        connection.exec_driver_sql("TRUNCATE search_index, search_contacts")
