"""Building the indexes from what is stored: after text came to be cut differently, or when an index is damaged.

The work is done in portions, a transaction each, and each transaction records how far it came. So the work can be
interrupted at any moment and continues where it stopped. Other transactions may write meanwhile: what they indexed is
skipped. Until both indexes are complete, whoever searches is told so (`require`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Table, func, insert, select, update

from ...errors import Unavailable
from ...i18n import _
from ..tables import contacts, messages, search_progress
from . import contacts as contact_index
from .index import add, indexed, stored

#: The version of the words in the index. To be raised when `cut.cut` or `cut.fold` changes: stores are indexed again.
VERSION = 2
PORTION = 500
_TABLES: dict[str, Table] = {"messages": messages, "contacts": contacts}


class Progress(NamedTuple):
    """Rows that are indexed, and all rows."""

    done: int
    total: int

    @property
    def complete(self) -> bool:
        return self.done >= self.total


def complete(connection: Connection) -> bool:
    """Return True if everything can be found by the words of this version."""
    # Said to the driver directly: every search asks this first.
    query = f"SELECT count(*) FROM search_progress WHERE complete AND version = {VERSION}"  # noqa: S608
    return bool(connection.exec_driver_sql(query).scalar_one() == len(_TABLES))


def require(connection: Connection) -> None:
    """Raise Unavailable while the index is being built."""
    if not complete(connection):
        done, total = progress(connection)
        raise Unavailable(
            _("the search index is not complete: {done} of {total} are indexed", done=done, total=total), HINT
        )


HINT = "run: deskctl db upgrade; it continues where it stopped"


def start(connection: Connection, *, empty: bool = False) -> None:
    """Drop both indexes and record that nothing is indexed; with `empty`, that there is nothing to index."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("INSERT INTO search_index (search_index) VALUES ('delete-all')")
        connection.exec_driver_sql("DELETE FROM search_contacts")
    else:
        connection.exec_driver_sql("TRUNCATE search_index, search_contacts")
    connection.execute(search_progress.delete())
    rows = [{"name": name, "version": VERSION, "last": 0, "complete": empty} for name in _TABLES]
    connection.execute(insert(search_progress), rows)


def outdated(connection: Connection) -> bool:
    """Return True if the words in the index are of another version, so that building has to start anew."""
    versions = connection.execute(select(search_progress.c.version)).scalars().all()
    return len(versions) != len(_TABLES) or any(version != VERSION for version in versions)


def portion(connection: Connection) -> None:
    """Index the next portion and record it, in the transaction of `connection`."""
    query = select(search_progress.c.name, search_progress.c.last).where(search_progress.c.complete.is_(False))
    left = connection.execute(query.order_by(search_progress.c.name.desc()).with_for_update()).first()
    if left is None:
        return
    ids = _TABLES[left.name].c.id
    some = connection.execute(select(ids).where(ids > left.last).order_by(ids).limit(PORTION)).scalars().all()
    if left.name == "messages":
        _add_messages(connection, some)
    else:
        contact_index.renew(connection, some)
    values = {"last": some[-1]} if len(some) == PORTION else {"complete": True}
    connection.execute(update(search_progress).where(search_progress.c.name == left.name).values(values))


def _add_messages(connection: Connection, some: Sequence[int]) -> None:
    there = indexed(connection, some)
    for texts in stored(connection, [number for number in some if number not in there], withdrawn=False):
        add(connection, texts)


def progress(connection: Connection) -> Progress:
    """Count the rows that are indexed. Two counts over a primary key."""
    done = total = 0
    rows = {row.name: row for row in connection.execute(select(search_progress))}
    for name, table in _TABLES.items():
        count = connection.execute(select(func.count()).select_from(table)).scalar_one()
        total += count
        row = rows.get(name)
        if row is None or row.version != VERSION:
            continue
        before = select(func.count()).select_from(table).where(table.c.id <= row.last)
        done += count if row.complete else connection.execute(before).scalar_one()
    return Progress(done, total)
