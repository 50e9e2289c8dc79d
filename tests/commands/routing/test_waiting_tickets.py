"""Tickets that wait for an agent: turns, skills, empty tiers and surges, on each store."""

from __future__ import annotations

from typing import Any

import pytest

from deskctl.core.agents.commands import ChangeAgent, ChangeTeam
from deskctl.core.routing import automatic_assignment
from deskctl.core.routing.commands import RunRoutes, SetPresence
from deskctl.core.routing.repository import Routing
from deskctl.core.tickets import commands as c
from deskctl.core.undo.commands import Undo
from deskctl.errors import UsageError
from tests.commands.desk import StoredDesk
from tests.commands.routing.test_routing import ROOT, explain, notified, owners, routing_desk, set_presence, settle

__all__ = ["routing_desk"]


@pytest.mark.parametrize("change", [{"active": False}, {"leave": ("support",)}, {"surge": False}])
def test_moved_agent_returns_when_moves_are_no_longer_allowed(routing_desk: StoredDesk, change: dict[str, Any]) -> None:
    routing_desk.do(ChangeTeam("support", surge_queue=("phone=1",)), ROOT)
    routing_desk.do(ChangeAgent("agent1", channels="email", surge=True), ROOT)
    set_presence(routing_desk, "agent1")
    for number in range(3):
        routing_desk.do(c.Create(f"+8225550{number}00", "Call", "x", channel="phone", team="support"), "agent2")
    settle(routing_desk)

    def moved() -> str | None:
        return routing_desk.store.transaction(lambda unit: Routing.of(unit).presence("agent1").moved)

    assert moved() == "phone"
    routing_desk.do(ChangeAgent("agent1", **change), ROOT)
    assert moved() is None


def test_team_is_notified_of_tickets_that_no_available_agent_can_take(routing_desk: StoredDesk) -> None:
    routing_desk.do(ChangeAgent("agent1", channels="phone"), ROOT)
    set_presence(routing_desk, "agent1")
    for name in ("ana", "ben"):
        routing_desk.do(c.Create(f"{name}@example.org", "Help", "x", channel="support", team="support"))
    settle(routing_desk)
    assert len(notified(routing_desk, "no available agent can take")) == 3
    routing_desk.later(hours=1)
    routing_desk.do(RunRoutes(), ROOT)
    assert len(notified(routing_desk, "no available agent can take")) == 3, "once"


def test_tickets_behind_unassignable_ones_are_assigned(
    routing_desk: StoredDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limits are lowered, so that a few tickets are enough."""
    monkeypatch.setattr(automatic_assignment, "MAX_INSPECTED", 4)
    monkeypatch.setattr(automatic_assignment, "PAGE_SIZE", 2)
    routing_desk.do(ChangeAgent("agent1", channels="phone"), ROOT)
    for number in range(9):
        routing_desk.mail(f"c{number}@example.org")
    routing_desk.do(c.Create("+82255501000", "Call", "x", channel="phone", team="support"), "agent2")
    set_presence(routing_desk, "agent1")
    assert owners(routing_desk, 10) == ["agent1"]


def test_route_run_counts_all_waiting_tickets(routing_desk: StoredDesk) -> None:
    for number in range(7):
        routing_desk.mail(f"c{number}@example.org")
    routing_desk.do(SetPresence("online"), "agent1")
    assert routing_desk.do(RunRoutes(), ROOT).summary == "support: 3 assigned, 4 still waiting"


def test_ticket_taken_by_hand_counts_as_a_turn(routing_desk: StoredDesk) -> None:
    routing_desk.do(ChangeTeam("support", route="round_robin"), ROOT)
    routing_desk.do(SetPresence("online"), "agent1")
    routing_desk.mail()
    routing_desk.do(c.Take(1))
    routing_desk.later(minutes=5)
    set_presence(routing_desk, "agent2")
    routing_desk.mail("ben@example.org")
    settle(routing_desk)
    assert owners(routing_desk, 2) == ["agent2"]


def test_tag_can_require_a_skill_that_no_agent_has_yet(routing_desk: StoredDesk) -> None:
    set_presence(routing_desk, "agent1")
    routing_desk.do(c.Create("ana@example.org", "Router", "x", team="support", tags=("skill:router",)), "agent2")
    settle(routing_desk)
    assert routing_desk.ticket(1).assignee == "agent1", "no agent has the skill"
    (made,) = explain(routing_desk, 1)["decisions"]
    assert (made["skills"], made["waived"], made["agent"]) == (["router"], ["router"], "agent1")
    with pytest.raises(UsageError):
        routing_desk.do(c.Tag(1, ("place:router",)))


def test_routing_assigns_a_ticket_of_an_empty_tier_to_any_agent(routing_desk: StoredDesk) -> None:
    routing_desk.do(ChangeAgent("lead", tier=""), ROOT)
    routing_desk.mail()
    routing_desk.do(c.Escalate(1, "tier:lead", "angry"))
    set_presence(routing_desk, "agent2")
    assert owners(routing_desk, 1) == ["agent2"]


def test_undone_assignment_does_not_count_as_a_turn(routing_desk: StoredDesk) -> None:
    routing_desk.do(ChangeTeam("support", route="round_robin"), ROOT)
    for agent in ("agent1", "agent2"):
        routing_desk.do(SetPresence("online"), agent)
    routing_desk.mail()
    settle(routing_desk)
    first = str(owners(routing_desk, 1)[0])
    other = {"agent1": "agent2", "agent2": "agent1"}[first]
    routing_desk.later(minutes=5)
    routing_desk.do(c.Assign(1, other), first)
    routing_desk.later(minutes=5)
    routing_desk.do(Undo(), first)
    turns = routing_desk.store.transaction(lambda unit: Routing.of(unit).turns((first,)))[first]
    assert [turn.at.minute for turn in turns.values()] == [0]
