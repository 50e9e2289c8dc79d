"""The queue of a team is read from an index, and very many tickets are not counted."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import Engine, event

from deskctl.core.agents.model import Team
from deskctl.core.agents.repository import Agents
from deskctl.core.kernel.unit import Unit
from deskctl.core.routing.queries import ShowQueue
from deskctl.core.tickets.model import Status
from deskctl.store import Store
from deskctl.store.queries.tickets import queue
from tests.store.build import open_ticket

OPEN = 8


@pytest.fixture
def filled(store: Store) -> Store:
    """Return a store with open tickets of a team, some of them assigned, and with others."""

    def work(unit: Unit) -> None:
        for team in ("support", "sales"):
            Agents.of(unit).put_team(Team(team, team.title()))
        for number in range(OPEN):
            open_ticket(unit, team="support", assignee="ana" if number % 2 else None)
        open_ticket(unit, team="support", status=Status.SOLVED)
        open_ticket(unit, team="sales")

    store.transaction(work)
    return store


@pytest.mark.parametrize(
    ("counted", "limit", "more"), [(1000, 3, 5), (1000, OPEN, 0), (1000, 100, 0), (6, 3, 5), (5, 3, None), (2, 3, None)]
)
def test_tickets_that_are_not_listed_are_counted_up_to_a_limit(
    filled: Store, monkeypatch: pytest.MonkeyPatch, counted: int, limit: int, more: int | None
) -> None:
    monkeypatch.setattr(queue, "_MOST_COUNTED", counted)
    document = filled.ask(ShowQueue(team="support", limit=limit))
    assert [row["number"] for row in document["tickets"]] == list(range(1, min(limit, OPEN) + 1))
    assert document["more"] == more


def test_queue_of_a_team_is_read_from_an_index(filled: Store, desk_url: str) -> None:
    """Check SQLite's plan of the queries: they neither sort nor read other tickets."""
    if not desk_url.startswith("sqlite"):
        pytest.skip("PostgreSQL plans by what is in the tables")
    asked: list[tuple[str, Any]] = []

    def listen(connection: object, cursor: object, statement: str, parameters: object, *rest: object) -> None:
        if "tickets.team = " in statement and "approval" not in statement:
            asked.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        filled.ask(ShowQueue(team="support", limit=3))
    finally:
        event.remove(Engine, "before_cursor_execute", listen)
    assert len(asked) == 2, "the places and the number of tickets"
    with closing(sqlite3.connect(desk_url.removeprefix("sqlite:///"))) as connection:
        for statement, parameters in asked:
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            assert any("COVERING INDEX ix_tickets_team_queue (team=?)" in step for step in plan), plan
            assert not any("TEMP B-TREE" in step for step in plan), plan
