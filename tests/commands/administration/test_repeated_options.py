"""Repeatable options: the specific value takes precedence in any order, and contradicting values are refused."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from deskctl.core.agents.commands import ChangeAgent, ChangeTeam
from deskctl.core.agents.queries import ListAgents
from deskctl.core.calendars.commands import AddCalendar
from deskctl.core.sla import commands as lv
from deskctl.core.sla.policy import MEASURED
from deskctl.core.sla.queries import ShowPolicy
from deskctl.core.tickets import commands as c
from deskctl.errors import UsageError
from tests.commands.desk import StoredDesk

ROOT = "user:root"
MIN = 60


def targets(desk: StoredDesk, name: str = "p") -> Any:
    return desk.store.ask(ShowPolicy(name))["targets"]


@pytest.mark.parametrize("metric", [metric.value for metric in MEASURED])
def test_target_for_priority_takes_precedence_in_any_order(desk: StoredDesk, metric: str) -> None:
    wanted = {"urgent": 15 * MIN, "high": 60 * MIN, "normal": 240 * MIN, "low": 240 * MIN}
    for number, texts in enumerate(itertools.permutations(("urgent=15m", "4h", "high=1h"))):
        name = f"p{number}"
        desk.do(lv.AddPolicy(name, "", "24x7", tuple((metric, text) for text in texts), ()), ROOT)
        assert targets(desk, name) == {metric: wanted}


def test_edit_of_targets_uses_same_precedence(desk: StoredDesk) -> None:
    desk.do(lv.AddPolicy("p", "", "24x7", (("update", "1d"), ("update", "low=3d")), ()), ROOT)
    desk.do(lv.ChangePolicy("p", targets=(("update", "urgent=1h"), ("update", "2h"))), ROOT)
    assert targets(desk) == {"update": {"urgent": 3600, "high": 7200, "normal": 7200, "low": 7200}}
    desk.do(lv.ChangePolicy("p", targets=(("update", "low="), ("update", "5h"))), ROOT)
    assert targets(desk) == {"update": {"urgent": 18000, "high": 18000, "normal": 18000}}
    desk.do(lv.ChangePolicy("p", targets=(("update", "high=1h"), ("update", ""))), ROOT)
    assert targets(desk) == {"update": {"high": 3600}}


@pytest.mark.parametrize(
    "texts", [("urgent=15m", "urgent=20m"), ("1h", "2h"), ("URGENT=15m", "urgent=20m"), ("low=", "low=1h")]
)
def test_contradicting_targets_are_refused(desk: StoredDesk, texts: tuple[str, str]) -> None:
    given = tuple(("first_response", text) for text in texts)
    with pytest.raises(UsageError, match=r"--first-response: two different targets for (urgent|low|all priorities)"):
        desk.do(lv.AddPolicy("p", "", "24x7", given, ()), ROOT)


def test_repeated_target_is_accepted(desk: StoredDesk) -> None:
    desk.do(lv.AddPolicy("p", "", "24x7", (("work", "urgent=60m"), ("work", "urgent=1h")), ()), ROOT)
    assert targets(desk) == {"work": {"urgent": 3600}}


@pytest.mark.parametrize("texts", [("5", "email=2"), ("email=2", "5")])
def test_capacity_for_channel_takes_precedence(desk: StoredDesk, texts: tuple[str, str]) -> None:
    desk.do(ChangeAgent("agent1", capacity=texts), ROOT)
    (row,) = [row for row in desk.store.ask(ListAgents()) if row["handle"] == "agent1"]
    assert row["capacity"] == {"*": 5, "email": 2} or set(row["capacity"].values()) == {5, 2}


CONTRADICTIONS = [
    (ChangeAgent("agent1", capacity=("email=2", "email=3")), "--capacity: two different values for email"),
    (ChangeAgent("agent1", capacity=("2", "3")), "--capacity: two different values for all channels"),
    (ChangeAgent("agent1", join=("leads",), leave=("leads",)), "leads is given with both --join and --leave"),
    (ChangeTeam("support", weights=("email=2", "email=3")), "--weight: two different values for email"),
    (ChangeTeam("support", surge_wait=("1h", "2h")), "--surge-wait: two different values"),
    (
        AddCalendar("x", "UTC", "24x7", (("2027-01-01", "A", ""), ("2027-01-01", "B", "09:00-12:00"))),
        "2027-01-01 is given twice",
    ),
    (c.Tag(1, ("a",), ("a",)), "tag a is both added and removed"),
]


@pytest.mark.parametrize(("command", "message"), CONTRADICTIONS, ids=lambda value: str(value)[:30])
def test_contradicting_values_are_refused(desk: StoredDesk, command: Any, message: str) -> None:
    desk.mail()
    with pytest.raises(UsageError, match=message):
        desk.do(command, "agent1" if isinstance(command, c.Tag) else ROOT)


def test_contradicting_actions_of_step_are_refused(desk: StoredDesk) -> None:
    desk.do(lv.AddPolicy("p", "", "24x7", (("work", "1h"),), ()), ROOT)
    for then in (("priority=high", "priority=urgent"), ("assign=agent1", "assign=agent2"), ("tag=+a", "tag=-a")):
        with pytest.raises(UsageError, match="two different values"):
            desk.do(lv.AddStep("p", "90%", then), ROOT)
    desk.do(lv.AddStep("p", "90%", ("notify=agent1", "notify=agent2", "tag=+a", "tag=-b")), ROOT)
