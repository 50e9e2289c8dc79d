"""Check a store for damage, within a time limit."""

from __future__ import annotations

import sqlite3
import time

from sqlalchemy import Connection

from ..dataclass import dataclass
from .migrate import reading

#: Problems that are reported at most.
_MAX_PROBLEMS = 10
#: Steps of the SQLite virtual machine between two checks of the time.
_STEPS_BETWEEN_CHECKS = 20_000

_SERVER_CHECKSUMS = (
    "SELECT coalesce(max(checksum_failures), 0) FROM pg_stat_database WHERE datname = current_database()"
)
_BROKEN_INDEXES = """SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT (i.indisvalid AND i.indisready)
AND n.nspname = current_schema() ORDER BY 1 LIMIT 10"""


@dataclass(frozen=True, slots=True)
class Integrity:
    """The result of a check.

    `problems` are readable lines without customer data. `complete` is true if the whole store was checked in the time
    limit. `repair` is the recommended repair.
    """

    problems: tuple[str, ...]
    complete: bool
    repair: str = ""


def check(url: str, within: float) -> Integrity:
    """Check for damage for about `within` seconds at most. Raises Unavailable if the store cannot be read at all.

    SQLite: `PRAGMA quick_check`. PostgreSQL: checksum failures and invalid indexes that the server has recorded.
    """
    with reading(url) as connection:
        return _file(connection, within) if connection.dialect.name == "sqlite" else _server(connection)


def _file(connection: Connection, within: float) -> Integrity:
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    deadline = time.monotonic() + within
    raw.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS_BETWEEN_CHECKS)
    found: list[str] = []
    try:
        for (line,) in raw.execute(f"PRAGMA quick_check({_MAX_PROBLEMS})"):
            found += [text for text in str(line).splitlines() if text not in ("ok", "*** in database main ***")]
        complete = True
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        complete = False
    finally:
        raw.set_progress_handler(None, 0)
    return Integrity(tuple(found[:_MAX_PROBLEMS]), complete, "stop the daemon and restore a backup" if found else "")


def _server(connection: Connection) -> Integrity:
    problems = []
    failures = connection.exec_driver_sql(_SERVER_CHECKSUMS).scalar_one()
    if failures:
        problems.append(f"the server counted {failures} pages with a wrong checksum")
    indexes = list(connection.exec_driver_sql(_BROKEN_INDEXES).scalars())
    problems += [f"the index {name} is not valid" for name in indexes]
    repair = "restore a backup" if failures else f"psql: REINDEX INDEX {indexes[0]}" if indexes else ""
    return Integrity(tuple(problems), True, repair)
