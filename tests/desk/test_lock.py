"""One owner at a time: the lock says who, waits for commands, refuses a second daemon, and forgets the dead."""

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


def _hold(folder: Path, what: str, held: object) -> None:
    OwnerLock(folder).take(what)
    held.set()  # type: ignore[attr-defined]
    signal.pause()


@contextmanager
def held_by_another_process(folder: Path, what: str) -> Iterator[multiprocessing.process.BaseProcess]:
    context = multiprocessing.get_context("spawn")
    held = context.Event()
    other = context.Process(target=_hold, args=(folder, what, held), daemon=True)
    other.start()
    assert held.wait(20)
    try:
        yield other
    finally:
        other.kill()
        other.join()


def test_a_second_daemon_is_refused_at_once_and_told_who_runs(tmp_path: Path) -> None:
    with held_by_another_process(tmp_path, DAEMON) as other, pytest.raises(Refused) as raised:
        OwnerLock(tmp_path).take_as_daemon(60)
    assert f"pid {other.pid}" in raised.value.what
    assert raised.value.exit_code == 4


def test_a_daemon_waits_for_a_command_to_end(tmp_path: Path) -> None:
    with held_by_another_process(tmp_path, COMMAND) as other:
        threading.Timer(0.2, other.kill).start()
        lock = OwnerLock(tmp_path)
        lock.take_as_daemon(20)
    assert lock.holder() == (os.getpid(), DAEMON)
    lock.release()


def test_a_command_gives_up_after_its_time_and_says_who_holds_the_desk(tmp_path: Path) -> None:
    with held_by_another_process(tmp_path, COMMAND) as other, pytest.raises(Unavailable) as raised:
        OwnerLock(tmp_path).take_within(COMMAND, 0.2)
    assert f"pid {other.pid} (command)" in raised.value.what


def test_a_killed_owner_holds_nothing(tmp_path: Path, wait_until: WaitUntil) -> None:
    with held_by_another_process(tmp_path, DAEMON) as other:
        other.kill()
        other.join()
        lock = OwnerLock(tmp_path)
        wait_until(lambda: lock.take(COMMAND), what="the lock of a dead daemon is free")
    lock.release()


def test_a_released_lock_names_nobody(tmp_path: Path) -> None:
    lock = OwnerLock(tmp_path)
    assert lock.take(COMMAND)
    lock.release()
    assert lock.holder() == (None, "")


def test_the_next_owner_removes_a_socket_that_was_left_behind(tmp_path: Path) -> None:
    stale = tmp_path / "desk.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(stale))
    assert stale.exists()
    lock = OwnerLock(tmp_path)
    lock.take(COMMAND)
    assert not stale.exists()
    lock.release()


def test_a_folder_that_is_not_there_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="No such file"):
        OwnerLock(tmp_path / "nowhere").take(COMMAND)


def test_a_lock_of_someone_else_is_no_missing_folder(tmp_path: Path) -> None:
    lock = OwnerLock(tmp_path)
    lock.path.touch()
    lock.path.chmod(0o000)
    with as_stranger(), pytest.raises(Unavailable, match="only its owner can use") as raised:
        lock.take(COMMAND)
    assert "deskctl daemon run" in raised.value.hint
