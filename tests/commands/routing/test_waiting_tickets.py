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
from tests.commands.routing.test_routing import ROOT, come, explain, owners, routed, settle, told

__all__ = ["routed"]


@pytest.mark.parametrize("change", [{"active": False}, {"leave": ("support",)}, {"surge": False}])
def test_moved_agent_returns_when_moves_are_no_longer_allowed(routed: StoredDesk, change: dict[str, Any]) -> None:
    routed.do(ChangeTeam("support", surge_queue=("phone=1",)), ROOT)
    routed.do(ChangeAgent("agent1", channels="email", surge=True), ROOT)
    come(routed, "agent1")
    for number in range(3):
        routed.do(c.Create(f"+8225550{number}00", "Call", "x", channel="phone", team="support"), "agent2")
    settle(routed)

    def moved() -> str | None:
        return routed.store.transaction(lambda unit: Routing.of(unit).presence("agent1").moved)

    assert moved() == "phone"
    routed.do(ChangeAgent("agent1", **change), ROOT)
    assert moved() is None


def test_team_is_notified_of_tickets_that_no_available_agent_can_take(routed: StoredDesk) -> None:
    routed.do(ChangeAgent("agent1", channels="phone"), ROOT)
    come(routed, "agent1")
    for name in ("ana", "ben"):
        routed.do(c.Create(f"{name}@example.org", "Help", "x", channel="support", team="support"))
    settle(routed)
    assert len(told(routed, "no available agent can take")) == 3
    routed.later(hours=1)
    routed.do(RunRoutes(), ROOT)
    assert len(told(routed, "no available agent can take")) == 3, "once"


def test_tickets_behind_unassignable_ones_are_assigned(routed: StoredDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits are lowered, so that a few tickets are enough."""
    monkeypatch.setattr(automatic_assignment, "MAX_INSPECTED", 4)
    monkeypatch.setattr(automatic_assignment, "PAGE_SIZE", 2)
    routed.do(ChangeAgent("agent1", channels="phone"), ROOT)
    for number in range(9):
        routed.mail(f"c{number}@example.org")
    routed.do(c.Create("+82255501000", "Call", "x", channel="phone", team="support"), "agent2")
    come(routed, "agent1")
    assert owners(routed, 10) == ["agent1"]


def test_route_run_counts_all_waiting_tickets(routed: StoredDesk) -> None:
    for number in range(7):
        routed.mail(f"c{number}@example.org")
    routed.do(SetPresence("online"), "agent1")
    assert routed.do(RunRoutes(), ROOT).said == "support: 3 assigned, 4 still waiting"


def test_ticket_taken_by_hand_counts_as_a_turn(routed: StoredDesk) -> None:
    routed.do(ChangeTeam("support", route="round_robin"), ROOT)
    routed.do(SetPresence("online"), "agent1")
    routed.mail()
    routed.do(c.Take(1))
    routed.later(minutes=5)
    come(routed, "agent2")
    routed.mail("ben@example.org")
    settle(routed)
    assert owners(routed, 2) == ["agent2"]


def test_tag_can_require_a_skill_that_no_agent_has_yet(routed: StoredDesk) -> None:
    come(routed, "agent1")
    routed.do(c.Create("ana@example.org", "Router", "x", team="support", tags=("skill:router",)), "agent2")
    settle(routed)
    assert routed.ticket(1).assignee == "agent1", "no agent has the skill"
    (made,) = explain(routed, 1)["decisions"]
    assert (made["skills"], made["waived"], made["agent"]) == (["router"], ["router"], "agent1")
    with pytest.raises(UsageError):
        routed.do(c.Tag(1, ("place:router",)))


def test_routing_assigns_a_ticket_of_an_empty_tier_to_any_agent(routed: StoredDesk) -> None:
    routed.do(ChangeAgent("lead", tier=""), ROOT)
    routed.mail()
    routed.do(c.Escalate(1, "tier:lead", "angry"))
    come(routed, "agent2")
    assert owners(routed, 1) == ["agent2"]


def test_undone_assignment_does_not_count_as_a_turn(routed: StoredDesk) -> None:
    routed.do(ChangeTeam("support", route="round_robin"), ROOT)
    for agent in ("agent1", "agent2"):
        routed.do(SetPresence("online"), agent)
    routed.mail()
    settle(routed)
    first = str(owners(routed, 1)[0])
    other = {"agent1": "agent2", "agent2": "agent1"}[first]
    routed.later(minutes=5)
    routed.do(c.Assign(1, other), first)
    routed.later(minutes=5)
    routed.do(Undo(), first)
    turns = routed.store.transaction(lambda unit: Routing.of(unit).turns((first,)))[first]
    assert [turn.at.minute for turn in turns.values()] == [0]
