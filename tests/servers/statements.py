"""Compile each SQL statement once in a process, not once for each store that a test opens.

SQLAlchemy caches compiled statements in the engine, under a key that holds the engine's dialect. Most tests open a
store of their own, and without a common cache they spend more time in the compiler than in everything else.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, util
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

_SIZE = 5000
_CACHES: dict[type, Any] = {}


def share() -> None:
    """Give every engine of a dialect the same cache. The tests have one version of each database only."""
    dialects: list[Any] = [SQLiteDialect_pysqlite, PGDialect_psycopg]
    for dialect in dialects:
        dialect.__eq__ = lambda one, other: type(one) is type(other)
        dialect.__hash__ = lambda one: hash(type(one))
    engine: Any = Engine
    engine._compiled_cache = property(_cache_of, lambda engine, cache: None)


def _cache_of(engine: Engine) -> Any:
    return _CACHES.setdefault(type(engine.dialect), util.LRUCache(_SIZE))
