"""Measure the cost of SLA clocks: none due, a thousand due at once, and a change of one ticket among many."""

from __future__ import annotations

import os
import sqlite3
import time
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import create_engine, delete, insert, update

from bench.real.desk import BenchDesk
from bench.real.filled import filled
from bench.real.measure import Figure, compare, without_floor
from deskctl.core import features
from deskctl.core import features as dispatch
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.settings import Settings
from deskctl.core.kernel.timer_command import FireTimer
from deskctl.core.kernel.unit import Unit
from deskctl.core.sla.commands import AddPolicy
from deskctl.core.tickets.commands import Set
from deskctl.store import Store
from deskctl.store.tables import clocks, commands, events, timers

#: Tickets of the desk; fewer for a first look.
TICKETS = int(os.environ.get("DESKCTL_BENCH_TICKETS", "1000000"))
AT_ONCE = 1000
BATCH = 100
POLICY = AddPolicy("all", "", "24x7", (("resolution", "30d"),), ("70%",))


def sla(runs: int) -> list[Figure]:
    runs = max(runs, 5)
    small, large = watched(10_000), watched(TICKETS)
    store = opened(large)
    try:
        idle = [nothing_due(store) for _ in range(runs)]
        pairs = [(floor(large), thousand_due(large, store)) for _ in range(runs)]
    finally:
        store.close()
    few, many = [], []
    for _ in range(runs):
        few.append(one_change(small))
        many.append(one_change(large))
    size = f"{TICKETS:,}"
    return [
        without_floor(f"nothing due among {size} tickets", "ms", idle, at_most=1),
        compare(
            f"{AT_ONCE:,} clocks due at once, durably",
            "ms",
            [one for one, _ in pairs],
            [other for _, other in pairs],
            at_most=3,
        ),
        compare(f"another priority for a ticket, {size} : 10,000", "ms", few, many, at_most=2),
    ]


def watched(tickets: int) -> BenchDesk:
    """Return a desk on which each active ticket has a clock and a timer that is due in a month."""
    desk = filled(tickets)
    if desk.count("count(*) FROM sla_policies"):
        return desk
    store = opened(desk)
    store.transaction(lambda unit: dispatch.execute(unit, POLICY, Actor.user("bench")))
    store.close()
    connection = sqlite3.connect(desk.store)
    names = [row[1] for row in connection.execute("PRAGMA table_info(clocks)")]
    rest = ", ".join(name for name in names if name != "ticket")
    active = "status IN ('new', 'open', 'pending', 'hold')"
    missing = f"{active} AND number NOT IN (SELECT ticket FROM clocks)"
    connection.execute("DELETE FROM timers WHERE kind = 'sla_book'")
    connection.execute(
        f"INSERT INTO clocks (ticket, {rest}) SELECT t.number, {', '.join('c.' + n for n in rest.split(', '))} "
        f"FROM tickets t, (SELECT * FROM clocks LIMIT 1) c WHERE {missing}"
    )
    connection.commit()
    connection.execute("ANALYZE")
    connection.close()
    postpone_clocks(desk)
    return desk


def postpone_clocks(desk: BenchDesk) -> None:
    """Reset the clocks: none has fired, and all are due in a month."""
    month = int((time.time() + 30 * 86400) * 1_000_000)
    connection = sqlite3.connect(desk.store)
    connection.execute(
        "UPDATE clocks SET fired = '[]', breached_at = NULL, due_at = ?, next_at = ? WHERE fired <> '[]' OR due_at < ?",
        (month, month, month - 86400_000_000),
    )
    connection.execute(
        "INSERT INTO timers (id, kind, due_at, key, ticket) SELECT 100000000 + c.ticket, 'sla', c.next_at, "
        "'sla:' || c.ticket, c.ticket FROM clocks c WHERE 'sla:' || c.ticket NOT IN (SELECT key FROM timers)"
    )
    connection.commit()
    connection.close()


def opened(desk: BenchDesk) -> Store:
    return Store.open(f"sqlite:///{desk.store}", Settings())


def nothing_due(store: Store) -> float:
    """Return the median of fifty runs of the query that the daemon makes when it wakes up."""
    times = []
    for _ in range(50):
        began = time.perf_counter()
        assert store.timers.due(BATCH) == []
        store.timers.next_due()
        times.append((time.perf_counter() - began) * 1000)
    return sorted(times)[len(times) // 2]


def make_due(desk: BenchDesk) -> None:
    """Make a thousand clocks due now."""
    now = int(time.time() * 1_000_000) - 1_000_000
    connection = sqlite3.connect(desk.store)
    chosen = f"(SELECT ticket FROM clocks WHERE state = 'running' AND fired = '[]' LIMIT {AT_ONCE})"
    connection.execute(f"CREATE TEMP TABLE chosen AS SELECT ticket FROM clocks WHERE ticket IN {chosen}")
    gone = "SET due_at = ?, next_at = ?, counted = target, since = ?"
    connection.execute(f"UPDATE clocks {gone} WHERE ticket IN chosen", (now, now, now))
    connection.execute("UPDATE timers SET due_at = ? WHERE ticket IN chosen AND kind = 'sla'", (now,))
    connection.commit()
    connection.close()


def thousand_due(desk: BenchDesk, store: Store) -> float:
    """Fire the timers like the daemon."""
    postpone_clocks(desk)
    make_due(desk)
    began = time.perf_counter()
    fired = 0
    while due := store.timers.due(BATCH):
        numbers = [timer.id for timer in due]

        def work(unit: Unit, numbers: list[int] = numbers) -> None:
            features.preload_timers(unit, numbers)
            for number in numbers:
                dispatch.execute(unit, FireTimer(number), Actor.system("clock"))

        store.transaction(work, name="timer")
        fired += len(due)
    spent = (time.perf_counter() - began) * 1000
    assert fired == AT_ONCE, fired
    return spent


def floor(desk: BenchDesk) -> float:
    """Write the rows of a fired timer, one statement each: a command, two events, the clock, the timer."""
    postpone_clocks(desk)
    engine = create_engine(f"sqlite:///{desk.store}")
    now = datetime.now(UTC)
    micros = int(now.timestamp() * 1_000_000)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        connection.exec_driver_sql("PRAGMA synchronous = FULL")
        query = f"SELECT ticket FROM clocks WHERE state = 'running' AND fired = '[]' LIMIT {AT_ONCE}"
        chosen = [row[0] for row in connection.exec_driver_sql(query)]
        first = connection.exec_driver_sql("SELECT max(id) FROM events").scalar_one() + 10_000_000
        number = connection.exec_driver_sql("SELECT max(id) FROM commands").scalar_one() + 10_000_000
    began = time.perf_counter()
    for start in range(0, AT_ONCE, BATCH):
        with engine.begin() as connection:
            for place, ticket in enumerate(chosen[start : start + BATCH], start):
                _fired(connection, ticket, number + place, first + 2 * place, micros)
    spent = (time.perf_counter() - began) * 1000
    engine.dispose()
    return spent


def _fired(connection: Any, ticket: int, command: int, event: int, now: int) -> None:
    connection.execute(
        insert(commands).values(
            id=command, name="FireTimer", actor="system:clock", at=now, undoable=False, undone=False
        )
    )
    for place, kind in enumerate(("breach", "warn")):
        connection.execute(
            insert(events).values(
                id=event + place,
                command=command,
                ticket=ticket,
                kind=kind,
                actor="system:clock",
                at=now,
                facts='{"metric":"resolution","instance":1,"level":"breach","due":null,"late":false}',
            )
        )
    connection.execute(
        update(clocks)
        .where(clocks.c.ticket == ticket, clocks.c.metric == "resolution", clocks.c.instance == 1)
        .values(breached_at=now, fired='["70%","breach"]', next_at=None)
    )
    connection.execute(delete(timers).where(timers.c.key == f"sla:{ticket}"))


def one_change(desk: BenchDesk) -> float:
    """Return the median time of twenty changes of tickets with clocks, executed as commands."""
    store = opened(desk)
    connection = sqlite3.connect(desk.store)
    tickets = [row[0] for row in connection.execute("SELECT ticket FROM clocks WHERE fired = '[]' LIMIT 21")]
    connection.close()
    times = []
    try:
        for place, ticket in enumerate(tickets):
            wanted = Set(ticket, (("priority", ("high", "low")[int(time.time()) % 2]),))
            began = time.perf_counter()
            store.transaction(lambda unit, wanted=wanted: dispatch.execute(unit, wanted, Actor.agent("bench")))
            if place:  # the first change reads the policies
                times.append((time.perf_counter() - began) * 1000)
    finally:
        store.close()
    return sorted(times)[len(times) // 2]
