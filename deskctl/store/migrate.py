"""Making the tables, and bringing those of an older version up to date.

Alembic is imported only in here and only for `upgrade`: whoever just opens a store compares two words (`schema`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import NullPool

from ..errors import ConfigError, Unavailable
from ..i18n import _
from . import revision, schema
from .copy import copy
from .engine import connect_sqlite, database, parse_url, sqlite_path
from .errors import scrub, translated
from .search import rebuild
from .tables import metadata, postgresql_metadata, sqlite_metadata

_MIGRATIONS = Path(__file__).parent / "migrations"
#: Names the lock under which tables change; any fixed number.
_LOCK = 0x6465736B6D
_BUSY = 60.0  # seconds


def _silent(done: int, total: int) -> None:
    """For whoever does not want to know how far it is."""


def _unnoticed(copy: Path) -> None:
    """For whoever does not want to know where the copy is."""


class Status(NamedTuple):
    """`revision` is None for a store without tables; `pending` are the revisions that `upgrade` would apply."""

    revision: str | None
    head: str
    pending: list[str]


def status(url: str) -> Status:
    """Raises Unavailable; ConfigError for a store that a newer version wrote."""
    with reading(url) as connection:
        found = schema.revision_of(connection)
        if found is not None and found not in revision.REVISIONS:
            schema.check(found, where(url))
        return Status(found, revision.HEAD, revision.pending(found))


def upgrade(
    url: str, tell: Callable[[int, int], None] = _silent, copied: Callable[[Path], None] = _unnoticed
) -> Status:
    """Bring the store to the newest shape, all or nothing; make what is not there yet. Return what it was before.

    A SQLite store that has tables is copied before they change; `copied` gets the path of the copy. Then what is
    searched for is indexed, if this version cuts words differently or an earlier run was interrupted: in portions,
    each of which lasts. `tell` gets the number of rows done and of all.
    Raises Unavailable, without room for the copy too; ConfigError for a store that a newer version wrote.
    """
    with translated(where(url)), changing(url) as connection:
        found = schema.revision_of(connection)
        if found is not None and found not in revision.REVISIONS:
            schema.check(found, where(url))
        before = Status(found, revision.HEAD, revision.pending(found))
        if before.pending:
            if found is not None and connection.dialect.name == "sqlite":
                path = sqlite_path(parse_url(url))
                copied(copy(path, found, datetime.now(UTC), _BUSY))
            _run(connection)
        if found is None or rebuild.outdated(connection):
            rebuild.start(connection, empty=found is None)
    _finish_index(url, tell)
    return before


def reindex(url: str, tell: Callable[[int, int], None] = _silent) -> int:
    """Index anew what is searched for, or continue where an earlier run was interrupted.

    Return the number of messages. `tell` gets the number of rows done and of all.
    Raises Unavailable; ConfigError for a store of another version.
    """
    with translated(where(url)), changing(url) as connection:
        schema.check(schema.revision_of(connection), where(url))
        if rebuild.outdated(connection) or rebuild.complete(connection):
            rebuild.start(connection)
        said: int = connection.exec_driver_sql("SELECT count(*) FROM messages").scalar_one()
    _finish_index(url, tell)
    return said


def index_progress(url: str) -> rebuild.Progress:
    """Return how much of what is searched for is indexed, for a store of this version."""
    with reading(url) as connection:
        return rebuild.progress(connection)


def _finish_index(url: str, tell: Callable[[int, int], None]) -> None:
    opened = database(url, busy=_BUSY)
    try:
        with opened.reading() as connection:
            if rebuild.complete(connection):
                return
            done, total = rebuild.progress(connection)
        complete = False
        while not complete:
            tell(done, total)
            with opened.writing("index.portion") as connection:
                rebuild.portion(connection)
                complete = rebuild.complete(connection)
            done = min(done + rebuild.PORTION, total)
        tell(total, total)
    finally:
        opened.close()


def options(connection: Connection) -> dict[str, Any]:
    """How Alembic is to see this connection, for migrations and for comparisons alike."""
    sqlite = connection.dialect.name == "sqlite"
    return {
        "connection": connection,
        "target_metadata": [metadata, sqlite_metadata if sqlite else postgresql_metadata],
        "render_as_batch": True,  # SQLite changes a table by making it anew
        "transactional_ddl": True,  # both engines undo DDL; Alembic does not expect it of SQLite
        "include_name": _not_of_fts if sqlite else None,
    }


def _not_of_fts(name: str | None, kind: str, parents: dict[str, Any]) -> bool:
    """FTS5 tables are beyond SQLAlchemy, and FTS5 keeps its index in more tables of its own."""
    table = name if kind == "table" else parents.get("table_name")
    return table is None or not table.startswith(("search_index", "search_contacts"))


def _run(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


@contextmanager
def changing(url: str) -> Iterator[Connection]:
    """A transaction that nobody else can be inside of."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        path = sqlite_path(parsed)
        _make_file(path)
        engine = create_engine(
            "sqlite://", creator=lambda: connect_sqlite(path, _BUSY), poolclass=NullPool, hide_parameters=True
        )
        scrub(engine)

        @event.listens_for(engine, "connect")
        def _unbind(raw: Any, record: object) -> None:
            raw.execute("PRAGMA foreign_keys = OFF")  # a table that is made anew must not take others along

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

        with engine.begin() as connection:
            yield connection
            if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                raise ConfigError(
                    _("the store {path} is inconsistent; nothing was changed", path=path), _("restore a backup")
                )
    else:
        try:
            engine = create_engine(
                parsed, poolclass=NullPool, connect_args={"connect_timeout": 10}, hide_parameters=True
            )
        except ModuleNotFoundError:
            raise ConfigError(_("PostgreSQL needs psycopg"), _("pip install 'deskctl[postgresql]'")) from None
        scrub(engine)
        with engine.begin() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            yield connection


def _make_file(path: Path) -> None:
    """A new store is nobody else's to read: it holds customers' mail."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o660))
    except FileExistsError:
        return  # opening and closing a file drops every lock that SQLite holds on it in this process
    except OSError as error:
        raise Unavailable(
            _("cannot create the store {path}: {reason}", path=path, reason=error.strerror),
            _("check the folder in [store] url"),
        ) from None


@contextmanager
def reading(url: str) -> Iterator[Connection]:
    """A look at a store of any version."""
    opened = database(url, busy=_BUSY)
    try:
        with opened.reading() as connection:
            yield connection
    finally:
        opened.close()


def where(url: str) -> str:
    """The store's name for people, without secrets."""
    parsed = parse_url(url)
    return str(sqlite_path(parsed)) if parsed.get_backend_name() == "sqlite" else parsed.render_as_string()
