"""An idle daemon does not wake up, and still notices what other processes do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from deskctl.core.operations.queries import DeskHealth
from deskctl.daemon.file_watch import FileWatch
from tests.daemon.running import make_desk, running
from tests.servers.waiting import wait_until


def wake_ups(pid: int) -> int:
    """Return how often the threads of a process have waited so far."""
    rows = [status.read_text() for status in Path(f"/proc/{pid}/task").glob("*/status")]
    counts = [re.search(r"^voluntary_ctxt_switches:\s+(\d+)", row, re.MULTILINE) for row in rows]
    return sum(int(count[1]) for count in counts if count)


def test_idle_daemon_does_not_wake_up(tmp_path: Path) -> None:
    with running(make_desk(tmp_path / "desk", f"sqlite:///{tmp_path / 'desk.db'}", "")) as daemon:
        pid = daemon.process.pid
        desk = daemon.desk()
        assert desk.ask(DeskHealth())["pid"] == pid
        desk.close()
        quiet: list[int] = []

        def is_idle() -> bool:
            quiet.append(wake_ups(pid))
            return quiet.count(quiet[-1]) > 60

        wait_until(is_idle, timeout=60, what="the daemon does not wake up for some seconds")


def test_changes_in_the_folder_end_the_wait(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("1")
    watch = FileWatch(tmp_path)
    for change in (lambda: file.rename(tmp_path / "moved"), (tmp_path / "moved").unlink, watch.wake):
        change()
        watch.wait(3600)
    watch.close()


def test_folder_that_does_not_exist_cannot_be_watched(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="inotify"):
        FileWatch(tmp_path / "missing")
