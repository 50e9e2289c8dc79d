"""Look for damage in a store, within a bounded time."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass

from sqlalchemy import Connection

from .migrate import reading

#: Problems that are named; one is enough to act.
_MOST = 10
#: Steps of SQLite's machine between two looks at the time.
_STEPS = 20_000

_SERVER_CHECKSUMS = (
    "SELECT coalesce(max(checksum_failures), 0) FROM pg_stat_database WHERE datname = current_database()"
)
_BROKEN_INDEXES = """SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT (i.indisvalid AND i.indisready)
AND n.nspname = current_schema() ORDER BY 1 LIMIT 10"""


@dataclass(frozen=True, slots=True)
class Integrity:
    """`problems` are lines for a person, none of them with a customer's words. `complete`: all of the store was read
    in time. `repair` says what to do about the problems."""

    problems: tuple[str, ...]
    complete: bool
    repair: str = ""


def check(url: str, within: float) -> Integrity:
    """Look for damage for at most about `within` seconds. Raises Unavailable when the store cannot be read at all.

    SQLite: `PRAGMA quick_check`. PostgreSQL: failed checksums and invalid indexes, as far as the server knows of them.
    """
    with reading(url) as connection:
        return _file(connection, within) if connection.dialect.name == "sqlite" else _server(connection)


def _file(connection: Connection, within: float) -> Integrity:
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    deadline = time.monotonic() + within
    raw.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
    found: list[str] = []
    try:
        for (line,) in raw.execute(f"PRAGMA quick_check({_MOST})"):
            found += [text for text in str(line).splitlines() if text not in ("ok", "*** in database main ***")]
        complete = True
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        complete = False
    finally:
        raw.set_progress_handler(None, 0)
    return Integrity(tuple(found[:_MOST]), complete, "stop the daemon and restore a backup" if found else "")


def _server(connection: Connection) -> Integrity:
    problems = []
    failures = connection.exec_driver_sql(_SERVER_CHECKSUMS).scalar_one()
    if failures:
        problems.append(f"the server counted {failures} pages with a wrong checksum")
    indexes = list(connection.exec_driver_sql(_BROKEN_INDEXES).scalars())
    problems += [f"the index {name} is not valid" for name in indexes]
    repair = "restore a backup" if failures else f"psql: REINDEX INDEX {indexes[0]}" if indexes else ""
    return Integrity(tuple(problems), True, repair)
