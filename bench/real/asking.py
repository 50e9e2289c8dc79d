"""The processor time of queries in process, and of their SQL statements alone."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event

from bench.real.desk import BenchDesk
from deskctl.bootstrap import open_desk
from deskctl.core.kernel.query import Query

Statement = tuple[str, Any]

REPEAT = 40


def statements(desk: BenchDesk, query: Query) -> list[Statement]:
    """Return the SELECT statements of a query with their parameters."""
    found: list[Statement] = []

    def listen(connection: object, cursor: object, statement: str, parameters: Any, *rest: object) -> None:
        if statement.lstrip().startswith("SELECT"):
            found.append((statement, parameters))

    opened = open_desk(desk.config)
    event.listen(Engine, "before_cursor_execute", listen)
    try:
        opened.ask(query)
    finally:
        event.remove(Engine, "before_cursor_execute", listen)
        opened.close()
    return found


def replay(desk: BenchDesk, executed: list[Statement]) -> float:
    """Return the time of the statements with sqlite3, in milliseconds."""
    connection = sqlite3.connect(f"file:{desk.store}?mode=ro", uri=True)
    try:
        return _median(lambda: [connection.execute(*statement).fetchall() for statement in executed])
    finally:
        connection.close()


def ask(desk: BenchDesk, query: Query) -> float:
    """Return the time of a query, in milliseconds."""
    opened = open_desk(desk.config)
    try:
        return _median(lambda: opened.ask(query))
    finally:
        opened.close()


def _median(work: Callable[[], object]) -> float:
    """Return the median processor time of a call in milliseconds, after one warm-up. All pages are in memory."""
    work()
    times = []
    for _ in range(REPEAT):
        began = time.thread_time()
        work()
        times.append((time.thread_time() - began) * 1000)
    return sorted(times)[len(times) // 2]
