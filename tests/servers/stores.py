"""Stores that are filled once and then copied: migrations and preparations take longer than most tests."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

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


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="desk-stores-"))
    atexit.register(remove, folder)
    return folder
