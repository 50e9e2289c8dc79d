"""Measure the deactivation of an agent with many tickets, and its undo: portions, and mail that arrives meanwhile."""

from __future__ import annotations

import os
import shutil
import smtplib
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable

from bench.real.desk import ADDRESS, DESKCTL, BenchDesk
from bench.real.filled import filled
from bench.real.measure import WORK, Figure, until, without_floor
from deskctl.bootstrap import load, open_components
from deskctl.core.administration.deactivation import UNASSIGN
from deskctl.core.agents.commands import ChangeAgent
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.command import Command
from deskctl.core.kernel.timer_command import FireTimer
from deskctl.core.undo.commands import Undo
from deskctl.core.undo.undo import PORTION
from deskctl.desk.execution import execute_in_unit
from deskctl.store import Store

TICKETS = int(os.environ.get("DESKCTL_BENCH_ASSIGNED", "30000"))
#: Limits in milliseconds.
PORTION_LIMIT = 100
REPLY_LIMIT = 250
IDLE_SECONDS = 10.0
_OWNER, _CLOCK = Actor("user:root"), Actor.system("clock")
_ASSIGNED = "count(*) FROM tickets WHERE assignee = 'eve'"


def deactivate(runs: int) -> list[Figure]:
    """Measure the portions in process, and the daemon's replies to another sender."""
    portions: dict[str, list[float]] = {"deactivation": [], "undo": []}
    replies: dict[str, list[float]] = {"deactivation": [], "undo": []}
    idle: list[float] = []
    for _ in range(max(min(runs, 3), 1)):
        desk, port = _prepare()
        store = open_components(*load(desk.config)).store
        portions["deactivation"].append(_longest(store, ChangeAgent("eve", active=False)))
        portions["undo"].append(_longest(store, Undo()))
        store.close()
        with desk:
            idle.append(_replies(desk, port, ("agent", "list"), TICKETS, IDLE_SECONDS))
            replies["deactivation"].append(
                _replies(desk, port, ("agent", "set", "eve", "--inactive", "--as", "ana"), 0)
            )
            replies["undo"].append(_replies(desk, port, ("undo", "--as", "ana"), TICKETS))
    figures = [
        figure
        for name in portions
        for figure in (
            without_floor(
                f"{name}, {TICKETS:,} tickets: CPU of the longest portion", "ms", portions[name], at_most=PORTION_LIMIT
            ),
            without_floor(
                f"{name}, {TICKETS:,} tickets: slowest 250 meanwhile", "ms", replies[name], at_most=REPLY_LIMIT
            ),
        )
    ]
    return [without_floor("slowest 250 without a deactivation", "ms", idle), *figures]


def _prepare() -> tuple[BenchDesk, int]:
    """Return a desk whose agent eve has all tickets, and the port of its listener."""
    folder = WORK / "deactivate"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(filled(10 * TICKETS).folder, folder)
    desk = BenchDesk(folder.name, keep=True)
    for name in ("ana", "eve"):
        desk.run("agent", "add", name, "--name", name.title(), "--email", f"{name}@desk.example", "--team", "support")
    connection = sqlite3.connect(desk.store, isolation_level=None)
    connection.execute("UPDATE tickets SET assignee = 'eve' WHERE status IN ('new', 'open')")
    connection.close()
    line = next(line for line in desk.config.read_text().splitlines() if line.startswith("port = "))
    return desk, int(line.partition("= ")[2])


def _longest(store: Store, command: Command) -> float:
    """Carry out a command and its portions. Return the processor time of the longest transaction in milliseconds."""
    longest = 0.0

    def measured(work: Command, actor: Actor) -> None:
        nonlocal longest
        began = time.thread_time()
        store.transaction(lambda unit: execute_in_unit(unit, work, actor))
        longest = max(longest, (time.thread_time() - began) * 1000)

    measured(command, _OWNER)
    while due := [timer for timer in store.timers.due(10) if timer.kind in (UNASSIGN, PORTION)]:
        for timer in due:
            measured(FireTimer(timer.id), _CLOCK)
    return longest


def _replies(desk: BenchDesk, port: int, words: tuple[str, ...], left: int, seconds: float = 0.0) -> float:
    """Run a command and wait for its portions, at least `seconds`, while another sender sends mail. Return the
    milliseconds of the slowest 250.
    """
    ended, until_then = threading.Event(), time.monotonic() + seconds
    took: list[float] = []
    sender = threading.Thread(target=_send, args=(port, ended.is_set, took))
    sender.start()
    try:
        subprocess.run([DESKCTL, *words], env=desk.environ, check=True, capture_output=True, timeout=300)
        until(
            lambda: desk.count(_ASSIGNED) == left and time.monotonic() > until_then,
            600,
            "all portions are done",
            pause=0.5,
        )
    finally:
        ended.set()
        sender.join()
    return max(took)


def _send(port: int, ended: Callable[[], bool], took: list[float]) -> None:
    with smtplib.SMTP("127.0.0.1", port) as client:
        while not ended():
            name = f"{time.time_ns()}@sender.example"
            mail = f"From: Bob <bob@sender.example>\nTo: {ADDRESS}\nSubject: Hello\nMessage-ID: <{name}>\n\nHello.\n"
            began = time.perf_counter()
            client.sendmail("bob@sender.example", [ADDRESS], mail)
            took.append((time.perf_counter() - began) * 1000)
            time.sleep(0.02)
