"""The process that forks commands for tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.servers.waiting import wait_until
from tests.servers.zygote import ROOT

#: Start the process, print its id, and wait for the end of the standard input.
_RUN = "import sys; from tests.servers.zygote import Zygote; print(Zygote().pid, flush=True); sys.stdin.read()"


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_zygote_ends_when_its_test_run_is_killed() -> None:
    line = [sys.executable, "-c", _RUN]
    with subprocess.Popen(line, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        pid = int(run.stdout.readline())
        assert _runs(pid)
        run.kill()
    wait_until(lambda: not _runs(pid), 20, f"process {pid} still runs")
