"""Lists of tickets: filters, pages without gaps or duplicates, and constant cost for each page."""

from __future__ import annotations

import itertools
import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, event, text

from deskctl.core.agents.model import Agent, Team
from deskctl.core.agents.repository import Agents
from deskctl.core.kernel.unit import Unit
from deskctl.core.search.queries import Completions
from deskctl.core.tickets.model import Priority, Status
from deskctl.core.tickets.queries import ListTickets
from deskctl.errors import UsageError
from deskctl.store import Store
from tests.store.build import Clock, open_ticket


def _numbers(store: Store, **filters: object) -> list[int]:
    return [row["number"] for row in store.ask(ListTickets(**filters))]  # type: ignore[arg-type]


def test_row_has_every_column(store: Store, clock: Clock) -> None:
    store.transaction(
        lambda unit: open_ticket(
            unit,
            team="support",
            assignee="agent1",
            tags=frozenset({"vip", "refund"}),
            language="ko",
            waiting_since=clock.now,
            priority=Priority.HIGH,
        )
    )
    assert store.ask(ListTickets()) == [
        {
            "number": 1,
            "subject": "Printer",
            "status": "new",
            "priority": "high",
            "channel": "support",
            "team": "support",
            "assignee": "agent1",
            "contact": {"id": 1, "name": "Ana", "address": "ana@example.org", "tier": None, "org": None},
            "tags": ["refund", "vip"],
            "language": "ko",
            "created_at": "2026-03-01T12:00:00Z",
            "updated_at": "2026-03-01T12:00:00Z",
            "waiting_since": "2026-03-01T12:00:00Z",
            "callback_at": None,
            "due_at": None,
            "sla": None,
            "tier": None,
            "approval": None,
            "fields": {},
        }
    ]


def test_each_filter_picks_its_tickets(store: Store, clock: Clock) -> None:
    def work(unit: Unit) -> list[int]:
        return [
            open_ticket(unit, assignee="agent1", team="support").number,
            open_ticket(unit, team="finance", priority=Priority.URGENT, status=Status.PENDING).number,
            open_ticket(unit, tags=frozenset({"refund", "vip"}), address="Bo@example.org".lower()).number,
            open_ticket(unit, tags=frozenset({"refund"}), channel="phone", status=Status.SOLVED).number,
            open_ticket(unit, status=Status.CLOSED, assignee="agent1").number,
        ]

    mine, finance, tagged, solved, closed = store.transaction(work)
    assert _numbers(store) == [tagged, finance, mine]
    assert _numbers(store, all=True) == [closed, solved, tagged, finance, mine]
    assert _numbers(store, all=True, limit=2) == [closed, solved]
    assert _numbers(store, limit=0) == []
    assert _numbers(store, status=("solved",)) == [solved]
    assert _numbers(store, status=("pending", "closed")) == [closed, finance]
    assert _numbers(store, all=True, status=("pending",)) == [finance]
    assert _numbers(store, assignee="agent1") == [mine]
    assert _numbers(store, all=True, assignee="agent1") == [closed, mine]
    assert _numbers(store, assignee="none") == [tagged, finance]
    assert _numbers(store, team="finance") == [finance]
    assert _numbers(store, team="none") == [tagged]
    assert _numbers(store, priority="urgent") == [finance]
    assert _numbers(store, all=True, channel="phone") == [solved]
    assert _numbers(store, all=True, tags=("refund",)) == [solved, tagged]
    assert _numbers(store, all=True, tags=("refund", "vip")) == [tagged]
    assert _numbers(store, contact="BO@example.org") == [tagged]
    assert _numbers(store, contact="nobody@example.org") == []


def test_spam_is_listed_separately(store: Store) -> None:
    def work(unit: Unit) -> tuple[int, int]:
        spam = open_ticket(unit, status=Status.CLOSED, spam=True).number
        return spam, open_ticket(unit, status=Status.CLOSED).number

    spam, closed = store.transaction(work)
    assert _numbers(store, spam=True) == [spam]
    assert _numbers(store, spam=True, channel="phone") == []
    assert _numbers(store, status=("closed",)) == [closed]
    assert _numbers(store, all=True) == [closed, spam]
    assert _numbers(store) == []


@pytest.mark.parametrize(
    "filters",
    [{"status": ("lost",)}, {"priority": "huge"}, {"limit": -1}, {"after": ("yesterday", 1)}],
    ids=["status", "priority", "limit", "after"],
)
def test_invalid_filter_is_rejected(store: Store, filters: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        _numbers(store, **filters)


_ROUND = itertools.count()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tickets=st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=25),
    page=st.integers(1, 7),
    everything=st.booleans(),
)
def test_pages_contain_each_ticket_once_in_order(
    store: Store, clock: Clock, tickets: list[tuple[int, bool]], page: int, everything: bool
) -> None:
    """This includes tickets with the same update time, also across a page boundary."""
    channel = f"round-{next(_ROUND)}"

    def work(unit: Unit) -> list[tuple[int, int]]:
        made = []
        for second, closed in tickets:
            ticket = open_ticket(
                unit,
                channel=channel,
                status=Status.CLOSED if closed else Status.OPEN,
                updated_at=clock.now + timedelta(seconds=second, microseconds=second),
            )
            if everything or not closed:
                made.append((second, ticket.number))
        return made

    expected = [number for _, number in sorted(store.transaction(work), reverse=True)]
    found: list[int] = []
    after = None
    while rows := store.ask(ListTickets(all=everything, channel=channel, limit=page, after=after)):
        assert len(rows) <= page
        found += [row["number"] for row in rows]
        after = (rows[-1]["updated_at"], rows[-1]["number"])
    assert found == expected


_PLANS: list[tuple[dict[str, object], str]] = [
    ({}, "ix_tickets_active"),
    ({"all": True}, "ix_tickets_updated"),
    ({"assignee": "agent1"}, "ix_tickets_assignee"),
    ({"assignee": "none"}, "ix_tickets_assignee"),
    ({"team": "support"}, "ix_tickets_team"),
    ({"status": ("open",)}, "ix_tickets_active"),
    ({"tags": ("vip",)}, "ix_tickets_active"),
]


@pytest.mark.parametrize("after", [None, ("2026-03-01T12:00:00Z", 5)], ids=["first", "later"])
def test_page_is_read_from_an_index(store: Store, desk_url: str, after: tuple[str, int] | None) -> None:
    """Check SQLite's plan of the query: it does not sort, so the cost of a page does not depend on the size."""
    if not desk_url.startswith("sqlite"):
        pytest.skip("PostgreSQL plans by what is in the tables")
    asked: list[tuple[str, Any]] = []

    def listen(connection: object, cursor: object, statement: str, parameters: object, *rest: object) -> None:
        if "ORDER BY tickets.updated_at" in statement:
            asked.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        for filters, _ in _PLANS:
            store.ask(ListTickets(after=after, **filters))  # type: ignore[arg-type]
    finally:
        event.remove(Engine, "before_cursor_execute", listen)
    with closing(sqlite3.connect(desk_url.removeprefix("sqlite:///"))) as connection:
        for (statement, parameters), (filters, index) in zip(asked, _PLANS, strict=True):
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            assert any(index in step for step in plan), (filters, plan)
            assert not any("TEMP B-TREE" in step for step in plan), (filters, plan)
            if after is not None:
                assert any("(updated_at,number)<" in step or "updated_at<" in step for step in plan), (filters, plan)


def test_completions_come_from_stored_names(store: Store) -> None:
    def work(unit: Unit) -> None:
        Agents.of(unit).put_team(Team("support", "Support"))
        Agents.of(unit).put_agent(Agent("agent1", "A", "a@desk.example"))
        Agents.of(unit).put_agent(Agent("agent2", "B", "b@desk.example", active=False))
        for _ in range(12):
            open_ticket(unit, tags=frozenset({"vip", "refund"}))

    store.transaction(work)
    assert store.ask(Completions("ticket", "1")) == ["12", "11", "10", "1"]
    assert store.ask(Completions("ticket", "", 2)) == ["12", "11"]
    assert store.ask(Completions("agent")) == ["agent1"]
    assert store.ask(Completions("team", "s")) == ["support"]
    assert store.ask(Completions("tag", "r")) == ["refund"]
    assert store.ask(Completions("channel")) == ["manual", "phone"]
    with pytest.raises(UsageError):
        store.ask(Completions("colour"))


def test_completions_have_the_same_order_on_both_databases(store: Store, desk_url: str) -> None:
    """Databases sort text by locale; the desk sorts by code point on both."""
    store.transaction(lambda unit: open_ticket(unit, tags=frozenset({"Zebra", "apple", "가격", "_x"})))
    [row] = store.ask(ListTickets())
    assert row["tags"] == ["Zebra", "_x", "apple", "가격"]
    url = desk_url.replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM ticket_tags")).scalar_one() == 4
    engine.dispose()
