"""Giving out 10,000 waiting tickets to 50 agents by load and skill, beside the same rows written one by one."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from pathlib import Path

from sqlalchemy import bindparam, insert, update

from bench.real.measure import Figure, compare
from deskctl.core import dispatch
from deskctl.core.commands.machine import FireTimer
from deskctl.core.people import Actor, Agent, Contact, Team
from deskctl.core.routing.model import Plan, Presence, Seat, State, Strategy
from deskctl.core.routing.waking import wake
from deskctl.core.settings import Settings
from deskctl.core.tickets import Ticket
from deskctl.core.timers import TimerKind
from deskctl.core.unit import Unit
from deskctl.store import Store
from deskctl.store.engine import database
from deskctl.store.tables import commands, events, tickets, turns

TICKETS = 10_000
AGENTS = 50
SKILLS = ("ko", "en", "billing", "returns")
_CLOCK = Actor.system("clock")


def routing(runs: int) -> list[Figure]:
    """Every run has two stores of its own: the floor writes into one what routing wrote into the other."""
    low: list[float] = []
    high: list[float] = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            real, copy = Path(folder, "real.db"), Path(folder, "floor.db")
            for path in (real, copy):
                fill(path)
            high.append(route(real))
            low.append(floor(real, copy))
    return [compare("giving 10,000 tickets to 50 agents by load and skill", "s", low, high, at_most=3)]


def fill(path: Path) -> None:
    """A team whose queue waits for agents that are there."""
    store = Store.open(f"sqlite:///{path}", Settings(), migrate=True)
    plan = Plan(strategy=Strategy.SKILL, cap=TICKETS)
    for start in range(0, TICKETS, 1000):

        def more(unit: Unit, start: int = start) -> None:
            if start == 0:
                unit.put_team(Team("support", "Support", plan=plan))
                for place in range(AGENTS):
                    known = frozenset((SKILLS[place % 2], SKILLS[2 + place // 2 % 2]))
                    seat = Seat(skills=known, capacity={"any": 2 * TICKETS // AGENTS})
                    name = f"agent{place:02}"
                    unit.put_agent(Agent(name, name, f"{name}@desk.example", frozenset({"support"}), seat=seat))
                    unit.roster.put_presence(Presence(name, State.ONLINE, unit.now))
                unit.put_contact(Contact(unit.source.next_id("contacts"), "Customer", unit.now))
            for place in range(start, start + 1000):
                number = unit.source.next_id("tickets")
                unit.add_ticket(
                    Ticket(
                        number,
                        f"Subject {number}",
                        "manual",
                        1,
                        unit.now,
                        unit.now,
                        unit.now,
                        team="support",
                        language=SKILLS[place % 2],
                        tags=frozenset({SKILLS[2 + place % 3 % 2]}),
                        waiting_since=unit.now,
                    )
                )

        store.transaction(more)
    store.close()


def route(path: Path) -> float:
    """Seconds until everything is given out, through the one door."""
    store = Store.open(f"sqlite:///{path}", Settings())
    store.transaction(lambda unit: wake(unit, "support"))
    started = time.perf_counter()
    while due := [timer for timer in store.timers.due(10) if timer.kind is TimerKind.ROUTE]:
        for timer in due:
            command = FireTimer(timer.id)
            store.transaction(lambda unit, command=command: dispatch.execute(unit, command, _CLOCK))
    spent = time.perf_counter() - started
    store.close()
    left = sqlite3.connect(path).execute("SELECT count(*) FROM tickets WHERE assignee IS NULL").fetchone()[0]
    if left:
        raise RuntimeError(f"{left} tickets were given to nobody")
    return spent


def floor(real: Path, copy: Path) -> float:
    """Seconds for the same rows, one statement each with SQLAlchemy Core, in as many transactions."""
    made = sqlite3.connect(real)
    made.row_factory = sqlite3.Row
    batches = [dict(row) for row in made.execute("SELECT * FROM commands ORDER BY id")]
    by_command: dict[int, list[dict[str, object]]] = {row["id"]: [] for row in batches}
    for row in made.execute("SELECT * FROM events ORDER BY id"):
        by_command[row["command"]].append(dict(row))
    now_is = {row["number"]: dict(row) for row in made.execute("SELECT * FROM tickets")}
    given = [dict(row) for row in made.execute("SELECT * FROM turns")]
    made.close()
    changed = {column.name: bindparam(column.name) for column in tickets.c if column.name != "number"}
    given_to = update(tickets).where(tickets.c.number == bindparam("of")).values(changed)
    opened = database(f"sqlite:///{copy}", busy=10)
    started = time.perf_counter()
    for batch in batches:
        with opened.writing("floor") as connection:
            connection.execute(insert(commands), batch)
            for happened in by_command[batch["id"]]:
                connection.execute(insert(events), happened)
                if happened["kind"] == "assigned":
                    ticket = dict(now_is[happened["ticket"]])
                    ticket["of"] = ticket.pop("number")
                    connection.execute(given_to, ticket)
    with opened.writing("floor") as connection:
        for turn in given:
            connection.execute(insert(turns), turn)
    spent = time.perf_counter() - started
    opened.close()
    return spent
