"""Measure the queue of a team with many open tickets, next to the SQL that reads the same rows by an index."""

from __future__ import annotations

import os

from bench.real.asking import ask, replay, statements
from bench.real.filled import filled
from bench.real.measure import Figure, compare
from deskctl.core.routing.queries import ShowQueue

#: One of ten tickets is open.
TICKETS = int(os.environ.get("DESKCTL_BENCH_TICKETS", "1000000"))
SMALL = 10_000
ROWS = 50
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
    executed = statements(large, QUERY)
    for _ in range(max(runs, 5)):
        rows.append(replay(large, [(FLOOR, (ROWS,))]))
        complete.append(replay(large, executed))
        real.append(ask(large, QUERY))
        few.append(ask(small, QUERY))
    name = f"queue of a team, {ROWS} of {TICKETS // 10:,}"
    return [
        compare(f"{name}, floor: {SMALL // 10:,}", "ms", few, real, at_most=1.5),
        compare(f"{name}, floor: the same SQL", "ms", complete, real),
        compare(f"{name}, floor: ticket rows only", "ms", rows, real, at_most=3),
    ]
