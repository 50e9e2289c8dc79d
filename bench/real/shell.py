"""Measure the time of whole command processes with a running daemon."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence

from bench.real.desk import DESKCTL, BenchDesk
from bench.real.filled import filled
from bench.real.floors import run_floor
from bench.real.measure import FLOORS, WORK, Figure, compare

MINIMAL = """
import click
@click.group()
def cli(): pass
@cli.command("list")
@click.option("--status", type=int, default=0)
def list_(status): "List tickets."
cli(["--help"])
"""


def shell(runs: int) -> list[Figure]:
    """Measure `list`, `show` and `--help` with 100,000 tickets."""
    desk = filled(100_000)
    database = str(WORK / "floor-list.sqlite")
    run_floor("bench_list_cli.py", "make", database)
    floor_list = [sys.executable, str(FLOORS / "bench_list_cli.py"), "sqlite-click", database]
    commands: dict[str, Sequence[str]] = {
        "floor list": floor_list,
        "floor help": [sys.executable, "-c", MINIMAL],
        "list": [str(DESKCTL), "list", "--limit", "50"],
        "list --json": [str(DESKCTL), "list", "--json", "--limit", "50"],
        "show": [str(DESKCTL), "show", "4"],
        "help": [str(DESKCTL), "--help"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    with desk:
        for _ in range(max(runs * 4, 20)):
            for name, command in commands.items():
                times[name].append(process(desk, command))
    return [
        compare("deskctl list, 50 of 100,000", "ms", times["floor list"], times["list"], at_most=1.6),
        compare("deskctl list --json", "ms", times["floor list"], times["list --json"], at_most=1.6),
        compare("deskctl show", "ms", times["floor list"], times["show"], at_most=1.6),
        compare("deskctl --help", "ms", times["floor help"], times["help"], at_most=1.6),
    ]


def process(desk: BenchDesk, command: Sequence[str]) -> float:
    """Return the run time in milliseconds."""
    environ = {**os.environ, "DESKCTL_CONFIG": str(desk.config)}
    began = time.perf_counter()
    # No timeout: with one, Python waits in steps of up to 50 ms.
    subprocess.run(command, env=environ, stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - began) * 1000
