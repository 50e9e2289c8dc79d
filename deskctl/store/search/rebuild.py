"""Build the search index from stored data: after a change of `tokens`, or to repair a damaged index.

The work is done in batches, each in a transaction that records the progress, so that it can be interrupted at any time
and continues where it stopped. Other transactions may write at the same time; rows that they have indexed are skipped.
Until both indexes are complete, searches fail with a message (`require`).
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

#: The version of the words in the index. A change of `tokens.tokenize` or `tokens.fold` must increase it, so that the
#: index of each store is rebuilt.
VERSION = 2
PORTION = 500
_TABLES: dict[str, Table] = {"messages": messages, "contacts": contacts}


class Progress(NamedTuple):
    """The number of indexed rows and of all rows."""

    done: int
    total: int

    @property
    def complete(self) -> bool:
        return self.done >= self.total


def complete(connection: Connection) -> bool:
    """Return True if all rows are indexed with the words of this version."""
    # Sent directly to the driver, because every search runs this query first.
    query = f"SELECT count(*) FROM search_progress WHERE complete AND version = {VERSION}"  # noqa: S608
    return bool(connection.exec_driver_sql(query).scalar_one() == len(_TABLES))


def require(connection: Connection) -> None:
    """Raise Unavailable while the index is incomplete."""
    if not complete(connection):
        done, total = progress(connection)
        raise Unavailable(
            _("the search index is not complete: {done} of {total} are indexed", done=done, total=total), HINT
        )


HINT = "run: deskctl db upgrade; it continues where it stopped"


def start(connection: Connection, *, empty: bool = False) -> None:
    """Clear both indexes and record that no row is indexed; with `empty`, that there are no rows."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("INSERT INTO search_index (search_index) VALUES ('delete-all')")
        connection.exec_driver_sql("DELETE FROM search_contacts")
    else:
        connection.exec_driver_sql("TRUNCATE search_index, search_contacts")
    connection.execute(search_progress.delete())
    rows = [{"name": name, "version": VERSION, "last": 0, "complete": empty} for name in _TABLES]
    connection.execute(insert(search_progress), rows)


def outdated(connection: Connection) -> bool:
    """Return True if the index has words of another version, so that it must be rebuilt from the start."""
    versions = connection.execute(select(search_progress.c.version)).scalars().all()
    return len(versions) != len(_TABLES) or any(version != VERSION for version in versions)


def portion(connection: Connection) -> None:
    """Index the next batch and record it, in the transaction of `connection`."""
    query = select(search_progress.c.name, search_progress.c.last).where(search_progress.c.complete.is_(False))
    left = connection.execute(query.order_by(search_progress.c.name.desc()).with_for_update()).first()
    if left is None:
        return
    ids = _TABLES[left.name].c.id
    some = connection.execute(select(ids).where(ids > left.last).order_by(ids).limit(PORTION)).scalars().all()
    if left.name == "messages":
        _add_messages(connection, some)
    else:
        contact_index.reindex(connection, some)
    values = {"last": some[-1]} if len(some) == PORTION else {"complete": True}
    connection.execute(update(search_progress).where(search_progress.c.name == left.name).values(values))


def _add_messages(connection: Connection, some: Sequence[int]) -> None:
    there = indexed(connection, some)
    for texts in stored(connection, [number for number in some if number not in there], withdrawn=False):
        add(connection, texts)


def progress(connection: Connection) -> Progress:
    """Count the indexed rows, with two counts over a primary key for each table."""
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
