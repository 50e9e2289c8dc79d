"""Stores that are filled once and then copied: migrations and preparations take longer than most tests."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import create_engine

from deskctl.core.kernel.settings import Settings
from deskctl.store import Store
from tests.servers.postgres import PostgresServer
from tests.servers.process import remove

Fill = Callable[[str], None]
_PREFIX = "sqlite:///"
_filled: dict[str, Path] = {}


def migrated(url: str) -> None:
    """Make the tables of a store."""
    Store.open(url, Settings(), migrate=True).close()


def new_sqlite(path: Path, name: str = "migrated", fill: Fill = migrated) -> str:
    """Return the URL of a new SQLite store at `path`: a copy of the one that `fill(url)` filled, once a process."""
    if name not in _filled:
        origin = _folder() / f"{name}.db"
        fill(f"{_PREFIX}{origin}")
        _filled[name] = origin
    shutil.copyfile(_filled[name], path)
    path.chmod(0o660)
    return f"{_PREFIX}{path}"


def new_postgresql(server: PostgresServer, name: str = "migrated", fill: Fill = migrated) -> str:
    """Return the URL of a new database, a copy of the one that `fill(url)` filled, once a server."""
    return server.database(server.template(name, fill))


def prepare(url: str) -> None:
    """Make the tables of the store at `url` if it has none."""
    if not url.startswith(_PREFIX):
        migrated(url)
    elif not (path := Path(url.removeprefix(_PREFIX))).exists():
        new_sqlite(path)


@contextmanager
def without_table(url: str, table: str) -> Iterator[None]:
    """Rename a table within the block, so that each statement about it fails as after an incomplete restore."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {table}_away")
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"ALTER TABLE {table}_away RENAME TO {table}")
        engine.dispose()


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="desk-stores-"))
    atexit.register(remove, folder)
    return folder
