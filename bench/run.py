"""Measure the installed deskctl against its floors: `make bench`, or `bench/run.py --only imap --runs 5`.

Prints the medians of at least five alternating runs of floor and deskctl, their ratio, and the limit, then the change
of each ratio since the last run, and the load of the machine. The results are written to `bench/history/`. The exit
code is 1 if a limit is exceeded. A benchmark whose server or peer is missing is skipped with a message.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.real import history
from bench.real.measure import Figure

#: The module of each measurement.
MEASUREMENTS = {
    "shell": "shell",
    "pages": "pages",
    "search": "search",
    "idle": "idle",
    "kb": "kb",
    "sla": "sla",
    "routing": "routing",
    "queue": "queue",
    "query": "query",
    "deactivate": "deactivate",
    "sending": "sending",
    "smtp": "intake",
    "imap": "intake",
    "answers": "intake",
    "telegram": "telegram",
    "postgres": "postgres",
    "growth": "growth",
    "peers": "peers",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="number of runs; use at least 5 for published results")
    parser.add_argument("--only", default=",".join(MEASUREMENTS), help="names, with commas: " + ", ".join(MEASUREMENTS))
    chosen = parser.parse_args()
    figures: dict[str, Figure] = {}
    load_before = os.getloadavg()[0]
    print(f"{'':52} {'floor':>12} {'real':>12} {'':8} {'ratio':>9}  bound")
    for name in chosen.only.split(","):
        if name not in MEASUREMENTS:
            parser.error(f"unknown measurement {name!r}; use {', '.join(MEASUREMENTS)}")
        module = importlib.import_module(f"bench.real.{MEASUREMENTS[name]}")
        try:
            measured = getattr(module, name)(chosen.runs)
        except pytest.skip.Exception as missing:
            print(f"{name}: skipped: {missing}", flush=True)
            continue
        for figure in measured:
            print(figure.line(), flush=True)
            figures[f"{name}: {figure.name}"] = figure
    load = (load_before, os.getloadavg()[0])
    path = history.record(figures, load)
    if changes := history.comparison(figures, history.previous(figures, path)):
        print(f"\n{'since the last run':70} {'before':>10}   {'now':>10}")
        print("\n".join(changes))
    print(f"\nload before and after: {load[0]:.1f}, {load[1]:.1f}; results: {path.relative_to(history.ROOT)}")
    return 0 if all(figure.kept for figure in figures.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
