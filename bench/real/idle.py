"""Measure the cost of an idle daemon."""

from __future__ import annotations

import time

from bench.real.desk import BenchDesk
from bench.real.measure import Figure, alone
from tests.servers.waiting import free_port

WATCHED = 10.0


def idle(runs: int) -> list[Figure]:
    """Measure a daemon with a listener and a relay for ten seconds after its start has settled."""
    memory, processor, wakes = [], [], []
    for _ in range(max(min(runs, 5), 1)):
        listen = f'[channels.support.listen]\nhost = "127.0.0.1"\nport = {free_port()}\n'
        relay = f'[channels.support.smtp]\nhost = "127.0.0.1"\nport = {free_port()}\n'
        with BenchDesk("idle", listen + relay) as desk:
            time.sleep(2)
            used, woken = desk.processor()
            time.sleep(WATCHED)
            used_after, woken_after = desk.processor()
            memory.append(desk.memory())
            processor.append((used_after - used) * 1000 / WATCHED)
            wakes.append((woken_after - woken) / WATCHED)
    return [
        alone("memory of an idle daemon", "MB", memory, at_most=70),
        alone("processor time of an idle daemon", "ms/s", processor, at_most=2),
        alone("wake-ups of an idle daemon", "1/s", wakes, at_most=2),
    ]
