"""Statements about many rows at once, as text.

One mail makes a dozen rows. SQLAlchemy's statement objects would cost more than the rows themselves, so the text of
each is made once and handed to the driver with plain tuples, in the order of the columns named. Names come from this
package only, values never stand in the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Table


def insert(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]], columns: str, then: str = "") -> None:
    """Insert `rows`; `columns` are separated by blanks. `then` is what follows: an ON CONFLICT clause."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_insert(table.name, columns, then, 1, "?"), list(rows))
        return
    for start in range(0, len(rows), _AT_ONCE):  # a server is asked once for many rows, not once for each
        some = rows[start : start + _AT_ONCE]
        values = tuple(value for row in some for value in row)
        connection.exec_driver_sql(_insert(table.name, columns, then, len(some), "%s"), values)


def update(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]], columns: str, *key: str) -> None:
    """Update the row of each `key`; a row holds the values of `columns`, then those of the key."""
    if rows:
        connection.exec_driver_sql(_update(table.name, columns, key, _mark(connection)), list(rows))


def delete(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]], columns: str) -> None:
    """Delete the rows whose `columns` have these values."""
    if rows:
        connection.exec_driver_sql(_delete(table.name, columns, _mark(connection)), list(rows))


def found(
    connection: Connection, table: Table, columns: str, by: str, keys: Sequence[tuple[Any, ...]], then: str = ""
) -> Iterator[Row[Any]]:
    """The `columns` of the rows whose columns `by` have these values. `then` is what follows: ORDER BY."""
    engine = connection.dialect.name
    for start in range(0, len(keys), _ASKED_AT_ONCE):
        some = list(keys[start : start + _ASKED_AT_ONCE])
        # The last one again, up to a power of two: a driver knows a few texts, and need not look into them anew.
        some += some[-1:] * ((1 << (len(some) - 1).bit_length()) - len(some))
        values = tuple(value for key in some for value in key)
        yield from connection.exec_driver_sql(_found(table.name, columns, by, then, len(some), engine), values)


def or_update(key: str, columns: Iterable[str]) -> str:
    """The clause by which an insert becomes an update where `key` exists."""
    return f"ON CONFLICT ({key}) DO UPDATE SET " + ", ".join(f'"{c}" = excluded."{c}"' for c in columns)


#: Rows in one INSERT on PostgreSQL, which takes 65,535 values.
_AT_ONCE = 100
#: Keys in one question.
_ASKED_AT_ONCE = 512

OR_NOTHING = "ON CONFLICT DO NOTHING"


def _mark(connection: Connection) -> str:
    return "?" if connection.dialect.name == "sqlite" else "%s"


@lru_cache(maxsize=256)
def _insert(table: str, columns: str, then: str, rows: int, mark: str) -> str:
    names = columns.split()
    listed = ", ".join(f'"{n}"' for n in names)
    values = ", ".join([f"({', '.join([mark] * len(names))})"] * rows)
    return f"INSERT INTO {table} ({listed}) VALUES {values} {then}"  # noqa: S608


@cache
def _update(table: str, columns: str, key: tuple[str, ...], mark: str) -> str:
    changed = ", ".join(f'"{c}" = {mark}' for c in columns.split())
    matched = " AND ".join(f'"{c}" = {mark}' for c in key)
    return f"UPDATE {table} SET {changed} WHERE {matched}"  # noqa: S608


@cache
def _delete(table: str, columns: str, mark: str) -> str:
    matched = " AND ".join(f'"{c}" = {mark}' for c in columns.split())
    return f"DELETE FROM {table} WHERE {matched}"  # noqa: S608


@lru_cache(maxsize=256)
def _found(table: str, columns: str, by: str, then: str, keys: int, engine: str) -> str:
    listed = ", ".join(f'"{c}"' for c in columns.split())
    names = by.split()
    marks = ", ".join("?" if engine == "sqlite" else "%s" for _ in names)
    if len(names) == 1:
        matched = f'"{names[0]}" IN ({", ".join([marks] * keys)})'
    else:
        values = ", ".join([f"({marks})"] * keys)
        among = f"VALUES {values}" if engine == "sqlite" else values
        matched = "(" + ", ".join(f'"{n}"' for n in names) + f") IN ({among})"
    return f"SELECT {listed} FROM {table} WHERE {matched} {then}"  # noqa: S608
