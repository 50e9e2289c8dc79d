"""Measure the queue of a team with many open tickets, next to the SQL that reads the same rows by an index."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable

from bench.real.filled import filled
from bench.real.measure import Figure, compare
from deskctl.bootstrap import open_desk
from deskctl.core.routing.queries import ShowQueue

#: One of ten tickets is open.
TICKETS = int(os.environ.get("DESKCTL_BENCH_TICKETS", "1000000"))
ROWS = 50
REPEAT = 40
#: The places of the open tickets of a team in the queue, and the columns that the queue shows.
FLOOR = """
SELECT number, subject, status, priority, channel, team, assignee, contact, created_at, updated_at, waiting_since,
    due_at
FROM tickets WHERE team = 'support' AND assignee IS NULL AND status IN ('new', 'open')
ORDER BY queue_at, number LIMIT ?
"""


def queue(runs: int) -> list[Figure]:
    """Measure the queue of a team with all open tickets, in process."""
    desk = filled(TICKETS)
    floor, real = [], []
    for _ in range(max(runs, 5)):
        connection = sqlite3.connect(f"file:{desk.store}?mode=ro", uri=True)
        floor.append(_median(lambda: connection.execute(FLOOR, (ROWS,)).fetchall()))  # noqa: B023 - called at once
        connection.close()
        opened = open_desk(desk.config)
        query = ShowQueue(team="support", limit=ROWS)
        real.append(_median(lambda: opened.ask(query)))  # noqa: B023 - called at once
        opened.close()
    return [compare(f"queue of a team, {ROWS} of {TICKETS // 10:,}", "ms", floor, real, at_most=3)]


def _median(work: Callable[[], object]) -> float:
    """Return the median time of a call in milliseconds, after one warm-up."""
    work()
    times = []
    for _ in range(REPEAT):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return sorted(times)[len(times) // 2]
