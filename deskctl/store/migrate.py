"""Create the tables, and upgrade the tables of an older version.

Only `upgrade` imports Alembic: opening a store only compares two revisions (`schema`).
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
from .errors import convert_errors, scrub_errors
from .search import rebuild
from .statements import accept_copies
from .tables import metadata
from .tables.base import declare_conditions

_MIGRATIONS = Path(__file__).parent / "migrations"
#: Key of the advisory lock for schema changes; an arbitrary constant.
_LOCK = 0x6465736B6D
_BUSY = 60.0  # seconds


def _ignore_progress(done: int, total: int) -> None:
    """Ignore the progress."""


def _ignore_copy(copy: Path) -> None:
    """Ignore the path of the copy."""


class Status(NamedTuple):
    """The schema of a store. `revision` is None for a store without tables; `pending` lists the revisions that
    `upgrade` applies.
    """

    revision: str | None
    head: str
    pending: list[str]


def status(url: str) -> Status:
    """Return the schema of a store. Raises Unavailable, and ConfigError for a store of a newer version."""
    with reading(url) as connection:
        found = schema.revision_of(connection)
        if found is not None and found not in revision.REVISIONS:
            schema.check(found, location(url))
        return Status(found, revision.HEAD, revision.pending(found))


def upgrade(
    url: str, report: Callable[[int, int], None] = _ignore_progress, copied: Callable[[Path], None] = _ignore_copy
) -> Status:
    """Upgrade the store to the newest schema, all or nothing, and create missing tables. Return the status before.

    A SQLite store that has tables is copied before they change; `copied` gets the path of the copy. Then the search
    index is built if this version splits text differently or an earlier run was interrupted. This happens in batches,
    each of which is committed. `report` gets the number of finished rows and of all rows. Raises Unavailable, also if
    there is no space for the copy, and ConfigError for a store of a newer version.
    """
    with convert_errors(location(url)), changing(url) as connection:
        found = schema.revision_of(connection)
        if found is not None and found not in revision.REVISIONS:
            schema.check(found, location(url))
        before = Status(found, revision.HEAD, revision.pending(found))
        if before.pending:
            if found is not None and connection.dialect.name == "sqlite":
                path = sqlite_path(parse_url(url))
                copied(copy(path, found, datetime.now(UTC), _BUSY))
            _run(connection)
        if found is None or rebuild.outdated(connection):
            rebuild.start(connection, empty=found is None)
    _finish_index(url, report)
    return before


def reindex(url: str, report: Callable[[int, int], None] = _ignore_progress) -> int:
    """Rebuild the search index, or continue after an interruption. Return the number of messages.

    `report` gets the number of finished rows and of all rows. Raises Unavailable, and ConfigError for a store of
    another version.
    """
    with convert_errors(location(url)), changing(url) as connection:
        schema.check(schema.revision_of(connection), location(url))
        if rebuild.outdated(connection) or rebuild.complete(connection):
            rebuild.start(connection)
        count: int = connection.exec_driver_sql("SELECT count(*) FROM messages").scalar_one()
    _finish_index(url, report)
    return count


def index_progress(url: str) -> rebuild.Progress:
    """Return the progress of the search index, for a store of this version."""
    with reading(url) as connection:
        return rebuild.progress(connection)


def _finish_index(url: str, report: Callable[[int, int], None]) -> None:
    opened = database(url, busy=_BUSY)
    try:
        with opened.reading() as connection:
            if rebuild.complete(connection):
                return
            done, total = rebuild.progress(connection)
        complete = False
        while not complete:
            report(done, total)
            with opened.writing("index.portion") as connection:
                rebuild.portion(connection)
                complete = rebuild.complete(connection)
            done = min(done + rebuild.PORTION, total)
        report(total, total)
    finally:
        opened.close()


def options(connection: Connection) -> dict[str, Any]:
    """Return the options of Alembic for this connection, for migrations and for schema comparisons."""
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        from .tables.sqlite import metadata as own
    else:
        from .tables.postgresql import metadata as own
    declare_conditions(metadata, connection.dialect.name)
    return {
        "connection": connection,
        "target_metadata": [metadata, own],
        "render_as_batch": True,  # SQLite changes a table by creating a new one
        "transactional_ddl": True,  # both databases roll back DDL; Alembic assumes that SQLite does not
        "include_name": _exclude_fts if sqlite else None,
    }


def _exclude_fts(name: str | None, kind: str, parents: dict[str, Any]) -> bool:
    """Exclude FTS5 tables, which SQLAlchemy does not support, and the tables in which FTS5 keeps its index."""
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
    """Open a transaction that excludes all other schema changes."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        path = sqlite_path(parsed)
        _make_file(path)
        engine = create_engine(
            "sqlite://", creator=lambda: connect_sqlite(path, _BUSY), poolclass=NullPool, hide_parameters=True
        )
        scrub_errors(engine)

        @event.listens_for(engine, "connect")
        def _unbind(raw: Any, record: object) -> None:
            raw.execute("PRAGMA foreign_keys = OFF")  # replacing a table must not delete rows of other tables

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
        scrub_errors(engine)
        accept_copies(engine)
        with engine.begin() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            yield connection


def _make_file(path: Path) -> None:
    """Create the file of a new store, readable by its owner and group only: it holds customer mail."""
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
    """Open a read-only transaction on a store of any version."""
    opened = database(url, busy=_BUSY)
    try:
        with opened.reading() as connection:
            yield connection
    finally:
        opened.close()


def location(url: str) -> str:
    """Return the name of the store for messages, without secrets."""
    parsed = parse_url(url)
    return str(sqlite_path(parsed)) if parsed.get_backend_name() == "sqlite" else parsed.render_as_string()
