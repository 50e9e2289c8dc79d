"""Measure the cost of an idle daemon, next to a process that has only the imports it cannot do without."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from bench.real.desk import BenchDesk
from bench.real.measure import Figure, without_floor
from tests.servers.waiting import free_port

WATCHED = 20.0
#: Megabytes above the floor.
ABOVE_FLOOR = 12
#: The imports of `floors/bench_idle_rss.py`, "the same + SQLAlchemy Core".
FLOOR = (
    "import asyncio, sqlite3, email, email.policy, imaplib, smtplib, logging, ssl, aiosmtpd.smtp, sqlalchemy, sys\n"
    "context = ssl.create_default_context(); sqlalchemy.create_engine('sqlite://').connect()\n"
    "print('ready', flush=True); sys.stdin.read()"
)


def idle(runs: int) -> list[Figure]:
    """Measure a daemon with a listener and a relay for some seconds after its start has settled."""
    floor, memory, processor, wakes = [], [], [], []
    for _ in range(max(min(runs, 5), 1)):
        listen = f'[channels.support.listen]\nhost = "127.0.0.1"\nport = {free_port()}\n'
        relay = f'[channels.support.smtp]\nhost = "127.0.0.1"\nport = {free_port()}\n'
        with BenchDesk("idle", listen + relay) as desk:
            floor.append(_floor())
            time.sleep(2)
            used, woken = desk.processor()
            time.sleep(WATCHED)
            used_after, woken_after = desk.processor()
            memory.append(desk.memory())
            processor.append((used_after - used) * 1000 / WATCHED)
            wakes.append((woken_after - woken) / WATCHED)
    above = [real - least for real, least in zip(memory, floor, strict=True)]
    return [
        without_floor("memory of an idle daemon", "MB", memory),
        without_floor("memory of an idle daemon above the floor", "MB", above, at_most=ABOVE_FLOOR),
        without_floor("processor time of an idle daemon", "ms/s", processor, at_most=0.5),
        without_floor("wake-ups of an idle daemon", "1/s", wakes, at_most=0.1),
    ]


def _floor() -> float:
    """Return the RSS of the floor in megabytes."""
    with subprocess.Popen([sys.executable, "-c", FLOOR], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        rows = Path(f"/proc/{process.pid}/status").read_text().splitlines()
        process.kill()
    return next(int(row.split()[1]) / 1024 for row in rows if row.startswith("VmRSS"))
