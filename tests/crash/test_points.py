"""The fault points: the matrix contains all of them, and they have no effect without configuration."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import timeit
from pathlib import Path

from deskctl.faultpoints import reach
from tests.crash import matrix
from tests.crash.named import points
from tests.crash.test_matrix import chains

BREAK = "from deskctl.faultpoints import exchange, reach\nwith exchange('a'): reach('b')\nreach('b')\nprint('alive')"


def run(faults: str | None, folder: Path) -> subprocess.CompletedProcess[str]:
    env = {key: value for key, value in os.environ.items() if key != "DESKCTL_FAULT"}
    if faults is not None:
        (folder / "fault").write_text(faults)
        env["DESKCTL_FAULT"] = str(folder)
    return subprocess.run([sys.executable, "-c", BREAK], env=env, capture_output=True, text=True, timeout=30)


def test_matrix_contains_every_fault_point() -> None:
    """The cases verify that each point is reached: they fail if the process continues."""
    for store in matrix.STORES:
        struck = {case.point for case in matrix.all_cases() if case.store == store and case.action in ("kill", "pipe")}
        assert struck == points()
    assert points() <= {case.point for chain in chains() for case in chain if case.store == "sqlite"}


def test_fault_point_has_no_effect_without_configuration(tmp_path: Path) -> None:
    done = run(None, tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "alive\n", "")


def test_process_dies_at_its_fault_point_and_records_reached_points(tmp_path: Path) -> None:
    done = run("KILL b 2", tmp_path)
    assert done.returncode == -signal.SIGKILL
    assert done.stdout == ""
    assert (tmp_path / "reached").read_text().split() == ["a.before", "b", "a.after"]
    assert "this process breaks at b" in done.stderr


def test_invalid_fault_configuration_prevents_the_start(tmp_path: Path) -> None:
    done = run("EXPLODE b 1", tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "cannot use DESKCTL_FAULT=" in done.stderr


def test_fault_point_costs_less_than_a_microsecond() -> None:
    assert min(timeit.repeat(lambda: reach("journal.append.commit"), number=10_000, repeat=5)) / 10_000 < 1e-6
