"""A store on a PostgreSQL server, which several daemons may share."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, create_engine, exc
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from ..errors import ConfigError
from ..i18n import _
from .database import Database
from .errors import scrub_errors
from .ids import Ids, Sequences
from .instance import Instance, LockedInstance
from .statements import accept_copies


class PostgreSQL(Database):
    """A PostgreSQL server. Writers lock the rows that they read; unique constraints and retries resolve other
    conflicts.
    """

    shared = True

    def __init__(self, url: URL, busy: float) -> None:
        super().__init__()
        self.location = url.set(drivername="postgresql").render_as_string()
        self._url = url
        self._spare_numbers: deque[int] = deque()
        milliseconds = int(busy * 1000)
        try:
            engine = create_engine(
                url,
                pool_size=4,
                max_overflow=8,
                pool_timeout=busy,
                pool_pre_ping=True,
                hide_parameters=True,
                use_native_hstore=False,  # otherwise each process looks for a type that no table has
                isolation_level="READ COMMITTED",
                connect_args={
                    "connect_timeout": 10,
                    "application_name": "deskctl",
                    "options": f"-c lock_timeout={milliseconds} -c idle_in_transaction_session_timeout={milliseconds}",
                },
            )
        except ModuleNotFoundError:
            raise ConfigError(_("PostgreSQL needs psycopg"), _("pip install 'deskctl[postgresql]'")) from None
        scrub_errors(engine)
        accept_copies(engine)
        self._writer = engine
        self._readers = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @contextmanager
    def _write(self, synced: bool) -> Iterator[Connection]:
        with self._writer.begin() as connection:
            if not synced:
                connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
            yield connection

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with self._readers.begin() as connection:
            yield connection

    @contextmanager
    def _decide(self) -> Iterator[Connection]:
        with self._writer.connect() as connection:
            yield connection  # closing without a commit rolls back

    def ids(self, connection: Connection) -> Ids:
        return Sequences(connection, self._spare_numbers)

    def instance(self, label: str) -> Instance:
        alive = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 25_000}
        server = (
            "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 "
            "-c tcp_user_timeout=25000 -c idle_session_timeout=0"
        )
        engine = create_engine(
            self._url,
            poolclass=NullPool,
            hide_parameters=True,
            use_native_hstore=False,
            isolation_level="AUTOCOMMIT",
            connect_args={
                "connect_timeout": 10,
                "application_name": "deskctl instance",
                "options": server,
                **alive,
            },
        )
        scrub_errors(engine)
        return LockedInstance(engine, label, self.location)

    def writable(self) -> bool:
        try:
            with self._writer.connect() as connection:
                return not connection.exec_driver_sql(
                    "SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool"
                ).scalar_one()
        except exc.SQLAlchemyError:
            return False

    def flush_erased(self) -> None:
        """Do nothing: a server has no files beside its tables, and VACUUM removes deleted rows."""

    def size(self) -> int | None:
        return None

    def close(self) -> None:
        self._writer.dispose()
