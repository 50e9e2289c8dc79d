"""Compare the cost of a page of the list among a million tickets and among ten thousand."""

from __future__ import annotations

import time
from typing import Any

from bench.real.desk import BenchDesk
from bench.real.filled import filled
from bench.real.measure import Figure, compare
from deskctl.bootstrap import open_desk
from deskctl.core.tickets.queries import ListTickets

LATER = 40


def pages(runs: int) -> list[Figure]:
    """Measure the first and the 40th page in process."""
    small, large = filled(10_000), filled(1_000_000)
    figures = []
    for name, after in (("first page", 0), ("40th page", LATER)):
        for everything in (False, True):
            query_small, query_large = cursor(small, after, everything), cursor(large, after, everything)
            low: list[float] = []
            high: list[float] = []
            for _ in range(max(runs, 5)):
                low.append(seconds(small, query_small) * 1000)
                high.append(seconds(large, query_large) * 1000)
            words = "all" if everything else "open ones"
            figures.append(compare(f"{name} of {words}, 1,000,000 : 10,000", "ms", low, high, at_most=2))
    return figures


def cursor(desk: BenchDesk, pages_before: int, everything: bool) -> ListTickets:
    """Return the query for the page after the given number of pages."""
    query = ListTickets(all=everything)
    with_desk = open_desk(desk.config)
    try:
        for _ in range(pages_before):
            last = with_desk.ask(query)[-1]
            query = ListTickets(all=everything, after=(last["updated_at"], last["number"]))
    finally:
        with_desk.close()
    return query


def seconds(desk: BenchDesk, query: Any) -> float:
    """Return the median of forty answers after one warm-up."""
    opened = open_desk(desk.config)
    try:
        opened.ask(query)
        times = []
        for _ in range(40):
            began = time.perf_counter()
            opened.ask(query)
            times.append(time.perf_counter() - began)
    finally:
        opened.close()
    return sorted(times)[len(times) // 2]
