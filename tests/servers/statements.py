"""Compile each SQL statement and examine each server once in a process, not once for each store that a test opens.

SQLAlchemy caches compiled statements in the engine, under a key that holds the engine's dialect. Most tests open a
separate store, and without a common cache they spend more time in the compiler than in everything else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, util
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

_SIZE = 5000
_CACHES: dict[type, Any] = {}


def share() -> None:
    """Share the cache and the properties of a dialect. The tests have one version of each database only."""
    dialects: list[Any] = [SQLiteDialect_pysqlite, PGDialect_psycopg]
    for dialect in dialects:
        dialect.__eq__ = lambda one, other: type(one) is type(other)
        dialect.__hash__ = lambda one: hash(type(one))
    engine: Any = Engine
    engine._compiled_cache = property(_cache_of, lambda engine, cache: None)
    postgresql: Any = PGDialect_psycopg
    postgresql.initialize = _initialize_once(postgresql.initialize)


def _initialize_once(initialize: Callable[[Any, Connection], None]) -> Callable[[Any, Connection], None]:
    """Return a function that copies the properties of the server from the dialect that the function first examined."""
    found: dict[str, Any] = {}

    def initialize_once(dialect: Any, connection: Connection) -> None:
        if found:
            vars(dialect).update(found)
            return
        before = dict(vars(dialect))
        initialize(dialect, connection)
        found.update({name: value for name, value in vars(dialect).items() if before.get(name) is not value})

    return initialize_once


def _cache_of(engine: Engine) -> Any:
    return _CACHES.setdefault(type(engine.dialect), util.LRUCache(_SIZE))
