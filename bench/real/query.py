"""Measure `list` with a query of five terms, next to SQL written by hand."""

from __future__ import annotations

import os

from bench.real.asking import ask, replay, statements
from bench.real.filled import filled
from bench.real.measure import Figure, compare
from bench.real.search import speak
from deskctl.core.tickets.queries import ListTickets

#: One of ten tickets is open.
TICKETS = int(os.environ.get("DESKCTL_BENCH_TICKETS", "1000000"))
ROWS = 50
QUERY = ListTickets(query="is:open priority:>=normal NOT tag:billing created:>2020-01-01 환불", limit=ROWS)
#: The same tickets, with the columns of their rows.
FLOOR = """
SELECT number, subject, status, priority, channel, team, assignee, contact, created_at, updated_at, waiting_since,
    due_at
FROM tickets
WHERE status IN ('new', 'open', 'pending', 'hold') AND priority >= 2 AND created_at > 1577836800000000
    AND NOT EXISTS (SELECT 1 FROM ticket_tags WHERE ticket = number AND tag = 'billing')
    AND number IN (
        SELECT m.ticket FROM search_index JOIN messages m ON m.id = search_index.rowid
        WHERE search_index MATCH '"환불"' AND NOT m.withdrawn
    )
ORDER BY updated_at DESC, number DESC LIMIT ?
"""


def query(runs: int) -> list[Figure]:
    """Measure a query in process."""
    desk = filled(TICKETS)
    speak(desk)
    executed = statements(desk, QUERY)
    floor, same, real = [], [], []
    for _ in range(max(runs, 5)):
        floor.append(replay(desk, [(FLOOR, (ROWS,))]))
        same.append(replay(desk, executed))
        real.append(ask(desk, QUERY))
    name = f"list with a query of five terms, {TICKETS:,} tickets"
    return [
        compare(name, "ms", floor, real, at_most=2),
        compare(f"{name}, floor: the same SQL", "ms", same, real),
    ]
