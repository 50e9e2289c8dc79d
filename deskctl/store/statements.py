"""SQL statements for many rows, as text.

One mail creates a dozen rows. Statement objects of SQLAlchemy would take longer than the rows themselves, so the text
of each statement is built once and passed to the driver with plain tuples, in the order of the named columns. Names
come from this package only, and the text never contains values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, Engine, Row, Table, event


def insert(
    connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]], columns: str, suffix: str = ""
) -> None:
    """Insert `rows`; `columns` are separated by blanks. `suffix` is appended, for example an ON CONFLICT clause."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_insert(table.name, columns, suffix, 1, "?"), list(rows))
        return
    if not suffix and len(rows) >= _FEWEST_COPIED:
        connection.exec_driver_sql(_copy(table.name, columns), list(rows))
        return
    for start in range(0, len(rows), _ROWS_PER_INSERT):  # one round trip for many rows
        some = rows[start : start + _ROWS_PER_INSERT]
        values = tuple(value for row in some for value in row)
        connection.exec_driver_sql(_insert(table.name, columns, suffix, len(some), "%s"), values)


def accept_copies(engine: Engine) -> None:
    """Let `insert` send many rows to a PostgreSQL engine by COPY, because parsing an INSERT of many rows takes longer
    than sending them.
    """

    @event.listens_for(engine, "do_executemany")
    def _send(cursor: Any, statement: str, rows: Sequence[tuple[Any, ...]], context: object) -> bool:
        if not statement.startswith(_COPY):
            return False
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
        return True


def update(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]], columns: str, *key: str) -> None:
    """Update the row of each `key`; a row holds the values of `columns`, suffix those of the key."""
    if rows:
        connection.exec_driver_sql(_update(table.name, columns, key, _placeholder(connection)), list(rows))


def delete(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]], columns: str) -> None:
    """Delete the rows whose `columns` have these values."""
    if rows:
        connection.exec_driver_sql(_delete(table.name, columns, _placeholder(connection)), list(rows))


def select_rows(
    connection: Connection, table: Table, columns: str, by: str, keys: Sequence[tuple[Any, ...]], suffix: str = ""
) -> Iterator[Row[Any]]:
    """Yield the `columns` of the rows whose columns `by` have these values. `suffix` is appended, for example ORDER
    BY.
    """
    engine = connection.dialect.name
    for start in range(0, len(keys), _KEYS_PER_SELECT):
        some = list(keys[start : start + _KEYS_PER_SELECT])
        # Repeat the last key up to a power of two, so that the driver can reuse a few prepared statements.
        some += some[-1:] * ((1 << (len(some) - 1).bit_length()) - len(some))
        values = tuple(value for key in some for value in key)
        yield from connection.exec_driver_sql(_select(table.name, columns, by, suffix, len(some), engine), values)


def on_conflict_update(key: str, columns: Iterable[str]) -> str:
    """Return the clause that turns an insert into an update if `key` exists."""
    return f"ON CONFLICT ({key}) DO UPDATE SET " + ", ".join(f'"{c}" = excluded."{c}"' for c in columns)


#: Rows in one INSERT on PostgreSQL, which takes 65,535 values.
_ROWS_PER_INSERT = 100
#: Rows for which COPY is faster than INSERT on PostgreSQL.
_FEWEST_COPIED = 5
_COPY = "COPY "
#: Keys in one SELECT.
_KEYS_PER_SELECT = 512

ON_CONFLICT_DO_NOTHING = "ON CONFLICT DO NOTHING"


def _placeholder(connection: Connection) -> str:
    return "?" if connection.dialect.name == "sqlite" else "%s"


@lru_cache(maxsize=256)
def _insert(table: str, columns: str, suffix: str, rows: int, mark: str) -> str:
    names = columns.split()
    listed = ", ".join(f'"{n}"' for n in names)
    values = ", ".join([f"({', '.join([mark] * len(names))})"] * rows)
    return f"INSERT INTO {table} ({listed}) VALUES {values} {suffix}"  # noqa: S608


@cache
def _copy(table: str, columns: str) -> str:
    listed = ", ".join(f'"{n}"' for n in columns.split())
    return f"{_COPY}{table} ({listed}) FROM STDIN"


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
def _select(table: str, columns: str, by: str, suffix: str, keys: int, engine: str) -> str:
    listed = ", ".join(f'"{c}"' for c in columns.split())
    names = by.split()
    marks = ", ".join("?" if engine == "sqlite" else "%s" for _ in names)
    if len(names) == 1:
        matched = f'"{names[0]}" IN ({", ".join([marks] * keys)})'
    else:
        values = ", ".join([f"({marks})"] * keys)
        among = f"VALUES {values}" if engine == "sqlite" else values
        matched = "(" + ", ".join(f'"{n}"' for n in names) + f") IN ({among})"
    return f"SELECT {listed} FROM {table} WHERE {matched} {suffix}"  # noqa: S608
