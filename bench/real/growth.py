"""Compare the cost of a received mail among a million tickets and among ten thousand."""

from __future__ import annotations

import os

from bench.real.filled import filled
from bench.real.measure import Figure, compare
from bench.real.reading import Reading, read
from bench.real.search import speak
from tests.servers.dovecot import open_dovecot

FEW = 10_000
MANY = int(os.environ.get("DESKCTL_BENCH_TICKETS", "1000000"))


def growth(runs: int) -> list[Figure]:
    """Read the same mails into copies of both stores, whose messages have texts of their own and are indexed."""
    few, many = filled(FEW), filled(MANY)
    for desk in (few, many):
        speak(desk)
    server = open_dovecot(None)
    try:
        low: list[Reading] = []
        high: list[Reading] = []
        for _ in range(runs):
            low.append(read(server.mailbox(), "growth", store=few.store))
            high.append(read(server.mailbox(), "growth", store=many.store))
    finally:
        server.close()
    sizes = f"{MANY:,} : {FEW:,} tickets"
    return [
        compare(
            f"time of a received mail, {sizes}",
            "ms",
            [run.milliseconds for run in low],
            [run.milliseconds for run in high],
            at_most=1.2,
        ),
        compare(
            f"processor time of a received mail, {sizes}",
            "ms",
            [run.processor for run in low],
            [run.processor for run in high],
            at_most=1.2,
        ),
    ]
