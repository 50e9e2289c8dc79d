"""The owner lock: one owner at a time, waiting for commands, refusal of a second daemon, release after a kill."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deskctl.desk.lock import COMMAND, DAEMON, OwnerLock
from deskctl.errors import Refused, Unavailable
from tests.servers.strangers import as_stranger

WaitUntil = Callable[..., object]


def _hold_lock(folder: Path, what: str, held: object) -> None:
    OwnerLock(folder).take(what)
    held.set()  # type: ignore[attr-defined]
    signal.pause()


@contextmanager
def held_by_another_process(folder: Path, what: str) -> Iterator[multiprocessing.process.BaseProcess]:
    context = multiprocessing.get_context("spawn")
    held = context.Event()
    other = context.Process(target=_hold_lock, args=(folder, what, held), daemon=True)
    other.start()
    assert held.wait(20)
    try:
        yield other
    finally:
        other.kill()
        other.join()


def test_second_daemon_is_refused_at_once_with_the_pid(tmp_path: Path) -> None:
    with held_by_another_process(tmp_path, DAEMON) as other, pytest.raises(Refused) as raised:
        OwnerLock(tmp_path).take_as_daemon(60)
    assert f"pid {other.pid}" in raised.value.what
    assert raised.value.exit_code == 4


def test_daemon_waits_for_a_running_command(tmp_path: Path) -> None:
    with held_by_another_process(tmp_path, COMMAND) as other:
        threading.Timer(0.2, other.kill).start()
        lock = OwnerLock(tmp_path)
        lock.take_as_daemon(20)
    assert lock.holder() == (os.getpid(), DAEMON)
    lock.release()


def test_command_gives_up_after_the_time_limit(tmp_path: Path) -> None:
    with held_by_another_process(tmp_path, COMMAND) as other, pytest.raises(Unavailable) as raised:
        OwnerLock(tmp_path).take_within(COMMAND, 0.2)
    assert f"pid {other.pid} (command)" in raised.value.what


def test_killed_owner_releases_the_lock(tmp_path: Path, wait_until: WaitUntil) -> None:
    with held_by_another_process(tmp_path, DAEMON) as other:
        other.kill()
        other.join()
        lock = OwnerLock(tmp_path)
        wait_until(lambda: lock.take(COMMAND), what="the lock of a dead daemon is free")
    lock.release()


def test_released_lock_contains_no_owner(tmp_path: Path) -> None:
    lock = OwnerLock(tmp_path)
    assert lock.take(COMMAND)
    lock.release()
    assert lock.holder() == (None, "")


def test_new_owner_removes_an_old_socket(tmp_path: Path) -> None:
    stale = tmp_path / "desk.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(stale))
    assert stale.exists()
    lock = OwnerLock(tmp_path)
    lock.take(COMMAND)
    assert not stale.exists()
    lock.release()


def test_missing_folder_is_reported(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="No such file"):
        OwnerLock(tmp_path / "nowhere").take(COMMAND)


def test_lock_without_permission_is_not_reported_as_missing_folder(tmp_path: Path) -> None:
    lock = OwnerLock(tmp_path)
    lock.path.touch()
    lock.path.chmod(0o000)
    with as_stranger(), pytest.raises(Unavailable, match="only its owner can use") as raised:
        lock.take(COMMAND)
    assert "deskctl daemon run" in raised.value.hint
