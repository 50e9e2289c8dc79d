"""Apply a case of the matrix to a desk."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sqlite3
import threading
from collections.abc import Iterator

import psycopg
from psycopg import sql

from deskctl.errors import DeskctlError
from tests.crash.matrix import COMMANDS, PRELUDE, Case, prepare
from tests.crash.process import Process
from tests.crash.proxy import Cut
from tests.crash.world import World, mail
from tests.servers import zygote
from tests.servers.waiting import wait_until

#: Seconds within which a point must be reached, and the duration of a hindrance.
WITHIN = 25.0
LASTS = 0.7


def strike(world: World, case: Case) -> None:
    """Cause the fault. Afterwards the daemon may run or not."""
    match case.action:
        case "kill":
            _kill(world, case.point)
        case "pipe":
            _pipe(world, case)
        case "cut":
            _cut(world, case)
        case _:
            _hinder(world, case)


def _kill(world: World, point: str) -> None:
    world.kill()
    prepare(world, point)
    with world.busy():
        _before(world, point)
        if point.startswith("imap.existing"):
            daemon = world.start("STOP imap.fetch.before 1", f"KILL {point} 1")
            wait_until(daemon.stopped, WITHIN, "a mail is about to be fetched")
            for box in world.boxes.values():
                box.take_out()
            daemon.send(signal.SIGCONT)
        else:
            daemon = world.start(f"KILL {point} 1")
        if point.startswith(("relay.quit", "imap.logout.before")):
            before = len(world.sink.mails)
            wait_until(lambda: len(world.sink.mails) > before or not daemon.alive(), WITHIN, "something was sent")
            daemon.send(signal.SIGTERM)
        if point.startswith(("imap.arrived", "imap.moments")):
            _ready(daemon)
            with contextlib.suppress(DeskctlError, OSError):
                world.take_old()
        if point == "imap.logout.after":
            _ready(daemon)
            with _store_unavailable(world):
                _dies(daemon, point)
        _dies(daemon, point)
        if point.startswith(("imap.arrived", "imap.moments")):
            world.start_well()
            world.take_old()
    assert point in world.reached(), f"{point} was not reached"


def _ready(daemon: Process) -> None:
    wait_until(lambda: "is ready" in daemon.log or not daemon.alive(), WITHIN, "the daemon is ready")


def _before(world: World, point: str) -> None:
    """Return the faults that must happen first so that the point is reached."""
    for fault in next((faults for name, faults in PRELUDE.items() if point.startswith(name)), ()):
        _dies(world.start(fault), fault)


def _dies(daemon: Process, what: str) -> None:
    try:
        wait_until(lambda: not daemon.alive(), WITHIN, f"the daemon dies at {what}")
    except AssertionError as error:
        raise AssertionError(f"{error}; it said: {daemon.log[-3000:]}") from None


def _pipe(world: World, case: Case) -> None:
    """Kill the command under its MTA, which runs it again until it exits with 0."""
    world.kill()
    if case.detail == "beside a daemon":
        world.start_well()
    raw = mail("pipe")
    folder = world.folder / f"pipe-{len(world.piped)}-{case.point}"
    folder.mkdir()
    (folder / "fault").write_text(f"KILL {case.point} 1")
    words = ["--config", str(world.folder / "config.toml"), "mail", "ingest", "smtp"]
    killed = zygote.shared().run(words, world.folder, {**os.environ, "DESKCTL_FAULT": str(folder)}, raw)
    assert killed.returncode == -signal.SIGKILL
    again = zygote.shared().run(words, world.folder, os.environ, raw)
    assert again.returncode == 0, again.stderr
    world.piped.append(raw)


def _cut(world: World, case: Case) -> None:
    line, _, name = case.point.partition(".")
    cut = Cut(COMMANDS[line][name], case.detail)  # type: ignore[arg-type]
    daemon = world.daemon
    if daemon is None or not daemon.alive() or line in ("imap", "relay"):
        world.kill()
        if cut.command is None or name in ("CAPABILITY", "LOGIN", "SELECT"):
            world.proxies[line].arm(cut)
        world.start_well()
    with world.busy():
        world.proxies[line].arm(cut) if not cut.done.is_set() else None
        assert cut.done.wait(WITHIN), f"{case.point} was not said"


def _hinder(world: World, case: Case) -> None:
    world.kill()
    prepare(world, case.point)
    with world.busy():
        _before(world, case.point)
        daemon = world.start(f"STOP {case.point} 1")
        wait_until(lambda: daemon.stopped() or not daemon.alive(), WITHIN, f"the daemon comes to {case.point}")
        assert daemon.stopped(), daemon.log
        hindrance = {"gone": _store_unavailable, "locked": _locked, "limit": _limited, "full": _full}[case.action]
        with hindrance(world):
            daemon.send(signal.SIGCONT)
            threading.Event().wait(LASTS)  # only to let it try
        if case.detail == "killed":
            daemon.send(signal.SIGKILL)
            _dies(daemon, case.point)


@contextlib.contextmanager
def _store_unavailable(world: World) -> Iterator[None]:
    """Make the store unavailable: move the file away, or disconnect all clients of the server and refuse new ones."""
    if world.on_sqlite:
        file = world.store_folder / "desk.db"
        file.rename(file.with_name("moved.db"))
        try:
            yield
        finally:
            file.with_name("moved.db").rename(file)
        return
    name = world.url.partition("@/")[2].partition("?")[0]
    with psycopg.connect(world.url.replace(f"@/{name}", "@/postgres"), autocommit=True) as server:
        allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        server.execute(allow.format(sql.Identifier(name), sql.Literal(False)))
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        try:
            yield
        finally:
            server.execute(allow.format(sql.Identifier(name), sql.Literal(True)))


@contextlib.contextmanager
def _locked(world: World) -> Iterator[None]:
    """Hold the lock that every write needs, in another process."""
    daemon = world.daemon
    assert daemon is not None
    if world.on_sqlite:
        other = sqlite3.connect(world.store_folder / "desk.db", isolation_level=None, timeout=1)
        try:
            try:
                other.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:  # the daemon was stopped in the middle of another transaction
                daemon.send(signal.SIGCONT)
                other.execute("PRAGMA busy_timeout = 20000")
                other.execute("BEGIN IMMEDIATE")
            yield
        finally:
            other.close()
        return
    tables = "journal, outbox, timers, channel_state, tickets, commands"
    with psycopg.connect(world.url) as server:
        for seconds in (1, 20, 20, 20):
            try:
                server.execute(f"SET LOCAL lock_timeout = '{seconds}s'")
                server.execute(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE".encode())
                break
            except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
                # The daemon was stopped in the middle of another transaction, or takes the tables in another order.
                server.rollback()
                daemon.send(signal.SIGCONT)
        else:
            raise AssertionError("the tables could not be locked")
        yield


@contextlib.contextmanager
def _limited(world: World) -> Iterator[None]:
    """Limit the size of the daemon's files (RLIMIT_FSIZE). This simulates a full disk without root."""
    daemon = world.daemon
    assert daemon is not None
    soft, hard = resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (512, hard))
    try:
        yield
    finally:
        if daemon.alive():  # it may not have been able to start on such a disk
            resource.prlimit(daemon.pid, resource.RLIMIT_FSIZE, (soft, hard))


@contextlib.contextmanager
def _full(world: World) -> Iterator[None]:
    """Fill the disk of the store completely."""
    ballast = world.store_folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            with contextlib.suppress(OSError):
                while file.write(b"\0" * size):
                    pass
    try:
        yield
    finally:
        ballast.unlink()
