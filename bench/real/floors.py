"""Run the floors in separate processes and read the figure to compare."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from bench.real.measure import FLOORS, WORK


def run_floor(script: str, *words: str, timeout: float = 300) -> str:
    """Run a floor and return its output. Its data are beside the desks, on the same disk."""
    WORK.mkdir(exist_ok=True)
    environ = {**os.environ, "RAW": str(WORK / "raw"), "BENCH_DATA": str(WORK / "data")}
    command = [sys.executable, str(FLOORS / script), *words]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=timeout)
    if done.returncode:
        raise RuntimeError(f"{script}: {done.stderr[-2000:]}")
    return done.stdout


def figure(printed: str, line: str, key: str) -> float:
    """Return the value of `key` in the first line that begins with `line`."""
    for row in printed.splitlines():
        if row.startswith(line) and (found := re.search(rf"'{key}': ([\d.]+)", row)):
            return float(found[1])
    raise LookupError(f"no {key} of {line!r} in:\n{printed}")
