"""Measure the queue of a team with many open tickets, next to the SQL that reads the same rows by an index."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event

from bench.real.desk import BenchDesk
from bench.real.filled import filled
from bench.real.measure import Figure, compare
from deskctl.bootstrap import open_desk
from deskctl.core.routing.queries import ShowQueue

#: One of ten tickets is open.
TICKETS = int(os.environ.get("DESKCTL_BENCH_TICKETS", "1000000"))
SMALL = 10_000
ROWS = 50
REPEAT = 40
#: The places of the open tickets of a team in the queue, and the columns of their rows.
FLOOR = """
SELECT number, subject, status, priority, channel, team, assignee, contact, created_at, updated_at, waiting_since,
    due_at
FROM tickets WHERE team = 'support' AND status IN ('new', 'open')
ORDER BY queue_at, number LIMIT ?
"""
QUERY = ShowQueue(team="support", limit=ROWS)


def queue(runs: int) -> list[Figure]:
    """Measure the queue of a team with all open tickets, in process."""
    large, small = filled(TICKETS), filled(SMALL)
    rows, complete, real, few = [], [], [], []
    statements = _statements(large)
    for _ in range(max(runs, 5)):
        rows.append(_replay(large, [(FLOOR, (ROWS,))]))
        complete.append(_replay(large, statements))
        real.append(_ask(large))
        few.append(_ask(small))
    name = f"queue of a team, {ROWS} of {TICKETS // 10:,}"
    return [
        compare(f"{name}, floor: {SMALL // 10:,}", "ms", few, real, at_most=1.5),
        compare(f"{name}, floor: the same SQL", "ms", complete, real),
        compare(f"{name}, floor: ticket rows only", "ms", rows, real, at_most=3),
    ]


def _statements(desk: BenchDesk) -> list[tuple[str, Any]]:
    """Return the statements of one query: the places, rows, tags, fields, contacts, approvals and teams."""
    found: list[tuple[str, Any]] = []

    def listen(connection: object, cursor: object, statement: str, parameters: Any, *rest: object) -> None:
        if statement.lstrip().startswith("SELECT"):
            found.append((statement, parameters))

    opened = open_desk(desk.config)
    event.listen(Engine, "before_cursor_execute", listen)
    try:
        opened.ask(QUERY)
    finally:
        event.remove(Engine, "before_cursor_execute", listen)
        opened.close()
    return found


def _replay(desk: BenchDesk, statements: list[tuple[str, Any]]) -> float:
    connection = sqlite3.connect(f"file:{desk.store}?mode=ro", uri=True)
    try:
        return _median(lambda: [connection.execute(*statement).fetchall() for statement in statements])
    finally:
        connection.close()


def _ask(desk: BenchDesk) -> float:
    opened = open_desk(desk.config)
    try:
        return _median(lambda: opened.ask(QUERY))
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
