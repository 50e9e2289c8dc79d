"""Measure the assignment of 10,000 waiting tickets among a million to 50 agents by load and skill.

The floor writes the same rows one by one.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, insert, update

from bench.real.measure import WORK, Figure, compare
from bench.real.sla import watched
from deskctl.core import features as dispatch
from deskctl.core.agents.model import Agent, Team
from deskctl.core.agents.repository import Agents
from deskctl.core.agents.routing_profile import RoutingPlan, RoutingProfile, Strategy
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.settings import Settings
from deskctl.core.kernel.timer_command import FireTimer
from deskctl.core.kernel.unit import Unit
from deskctl.core.routing.model import Presence, State
from deskctl.core.routing.repository import Routing
from deskctl.core.routing.triggers import ROUTE, schedule_routing
from deskctl.core.tickets.commands import Create, Set
from deskctl.store import Store
from deskctl.store.engine import database
from deskctl.store.tables import commands, events, tickets, turns

#: Tickets of the desk, and how many of them wait.
DESK = int(os.environ.get("DESKCTL_BENCH_TICKETS", "1000000"))
TICKETS = 10_000
AGENTS = 50
BATCH = 500
SKILLS = ("ko", "en", "billing", "returns")
PLAN = RoutingPlan(strategy=Strategy.SKILL, cap=TICKETS)
LEFT = "SELECT count(*) FROM tickets WHERE team = 'crowd' AND assignee IS NULL"
_CLOCK = Actor.system("clock")


def routing(runs: int) -> list[Figure]:
    """Use two new stores for each run: the floor writes the rows that routing wrote to the other store."""
    low: list[float] = []
    high: list[float] = []
    with tempfile.TemporaryDirectory(dir=WORK) as folder:
        waiting, real, copy = (Path(folder, f"{name}.db") for name in ("waiting", "real", "floor"))
        shutil.copy(watched(DESK).store, waiting)
        fill(waiting)
        for _ in range(runs):
            for path in (real, copy):
                shutil.copy(waiting, path)
            high.append(route(real))
            low.append(floor(real, copy))
    return [compare(f"giving {TICKETS:,} of {DESK:,} tickets to {AGENTS} agents", "s", low, high, at_most=3)]


def fill(path: Path) -> None:
    """Create a team with a waiting queue. Each ticket has its clocks."""
    store = Store.open(f"sqlite:///{path}", Settings())
    store.transaction(people)
    for start in range(0, TICKETS, BATCH):

        def create_batch(unit: Unit, start: int = start) -> None:
            for place in range(start, start + BATCH):
                tags = (SKILLS[2 + place % 3 % 2],)
                made = Create("ana@example.org", f"Subject {place}", "It burns.", team="crowd", tags=tags)
                done = dispatch.execute(unit, made, Actor.agent("agent00"))
                dispatch.execute(unit, Set(done.tickets[0], (("language", SKILLS[place % 2]),)), Actor.agent("agent00"))

        store.transaction(create_batch)
    store.transaction(lambda unit: Agents.of(unit).put_team(replace(Agents.of(unit).teams["crowd"], plan=PLAN)))
    store.close()


def people(unit: Unit) -> None:
    """Create fifty available agents in a team without routing."""
    Agents.of(unit).put_team(Team("crowd", "Crowd"))
    for place in range(AGENTS):
        known = frozenset((SKILLS[place % 2], SKILLS[2 + place // 2 % 2]))
        seat = RoutingProfile(skills=known, capacity={"any": 2 * TICKETS // AGENTS})
        name = f"agent{place:02}"
        Agents.of(unit).put_agent(Agent(name, name, f"{name}@desk.example", frozenset({"crowd"}), seat=seat))
        Routing.of(unit).put_presence(Presence(name, State.ONLINE, unit.now))


def route(path: Path) -> float:
    """Return the seconds until all tickets are assigned."""
    store = Store.open(f"sqlite:///{path}", Settings())
    store.transaction(lambda unit: schedule_routing(unit, "crowd"))
    started = time.perf_counter()
    while due := [timer for timer in store.timers.due(10) if timer.kind == ROUTE]:
        for timer in due:
            command = FireTimer(timer.id)
            store.transaction(lambda unit, command=command: dispatch.execute(unit, command, _CLOCK))
    spent = time.perf_counter() - started
    store.close()
    left = sqlite3.connect(path).execute(LEFT).fetchone()[0]
    if left:
        raise RuntimeError(f"{left} tickets were given to nobody")
    return spent


def floor(real: Path, copy: Path) -> float:
    """Return the seconds for the same rows, one SQLAlchemy Core statement each, in as many transactions."""
    batches, happened, now_is, turn_rows = written(real, copy)
    changed = {column.name: bindparam(column.name) for column in tickets.c if column.name != "number"}
    given_to = update(tickets).where(tickets.c.number == bindparam("of")).values(changed)
    opened = database(f"sqlite:///{copy}", busy=10)
    started = time.perf_counter()
    for batch in batches:
        with opened.writing("floor") as connection:
            connection.execute(insert(commands), batch)
            for event in happened[batch["id"]]:
                connection.execute(insert(events), event)
                if event["kind"] == "assigned":
                    ticket = dict(now_is[event["ticket"]])
                    ticket["of"] = ticket.pop("number")
                    connection.execute(given_to, ticket)
    with opened.writing("floor") as connection:
        for turn in turn_rows:
            connection.execute(insert(turns), turn)
    spent = time.perf_counter() - started
    opened.close()
    return spent


Row = dict[str, Any]


def written(real: Path, copy: Path) -> tuple[list[Row], dict[int, list[Row]], dict[int, Row], list[Row]]:
    """Return the rows that routing wrote: commands, their events, tickets and turns. It did not change clocks."""
    made = sqlite3.connect(real)
    made.row_factory = sqlite3.Row
    made.execute("ATTACH ? AS before", (str(copy),))
    fresh = "SELECT id FROM main.{0} EXCEPT SELECT id FROM before.{0}"
    news = f"SELECT * FROM main.{{0}} WHERE id IN ({fresh}) ORDER BY id"
    batches = [dict(row) for row in made.execute(news.format("commands"))]
    happened: dict[int, list[Row]] = {row["id"]: [] for row in batches}
    for row in made.execute(news.format("events")):
        happened[row["command"]].append(dict(row))
    now_is = {row["number"]: dict(row) for row in made.execute("SELECT * FROM tickets WHERE team = 'crowd'")}
    turn_rows = [dict(row) for row in made.execute("SELECT * FROM turns")]
    moved = "SELECT count(*) FROM (SELECT * FROM main.clocks EXCEPT SELECT * FROM before.clocks)"
    if made.execute(moved).fetchone()[0]:
        raise RuntimeError("routing changed clocks: the floor has to write them, too")
    made.close()
    return batches, happened, now_is, turn_rows
