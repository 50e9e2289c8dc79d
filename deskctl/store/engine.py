"""Open the database that `[store] url` names: a SQLite file or a PostgreSQL server."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import exc, make_url
from sqlalchemy.engine import URL

from ..errors import ConfigError
from ..i18n import _
from .database import Database
from .postgresql import PostgreSQL
from .sqlite import SQLite, connect_sqlite

__all__ = ["Database", "PostgreSQL", "SQLite", "connect_sqlite", "database", "parse_url", "sqlite_path"]


def database(url: str, *, busy: float) -> Database:
    """Return the database that `url` names: `sqlite:///PATH` or `postgresql://…`. Raises ConfigError.

    `busy` is the number of seconds to wait for a lock of another process.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return SQLite(sqlite_path(parsed), busy)
    return PostgreSQL(parsed, busy)


def parse_url(url: str) -> URL:
    """Parse a URL. Raises ConfigError, whose message never contains a password."""
    try:
        parsed = make_url(url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url)
    except (exc.ArgumentError, ValueError):
        raise ConfigError(_("[store] url cannot be read"), _("write sqlite:///desk.db or postgresql://…")) from None
    backend = parsed.get_backend_name()
    if backend == "sqlite" and parsed.database not in (None, "", ":memory:"):
        return parsed
    if backend == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    raise ConfigError(
        _("[store] url: {backend} cannot hold a desk", backend=backend), _("write sqlite:///desk.db or postgresql://…")
    )


def sqlite_path(url: URL) -> Path:
    assert url.database is not None
    return Path(url.database).absolute()
