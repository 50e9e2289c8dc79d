"""Deactivated agents, escalations, waiting tickets and approvals on each store."""

from __future__ import annotations

from typing import Any

import pytest

from deskctl.core.agents.commands import ChangeAgent, ChangeTeam
from deskctl.core.merges.commands import Merge
from deskctl.core.messages.commands import MarkSpam, Reply
from deskctl.core.routing import automatic_assignment
from deskctl.core.routing.commands import RunRoutes, SetPresence
from deskctl.core.routing.queries import ShowQueue
from deskctl.core.routing.repository import Routing
from deskctl.core.sla import commands as lv
from deskctl.core.sla.repository import Sla
from deskctl.core.tickets import commands as c
from deskctl.core.tickets.commands import AskApproval
from deskctl.core.tickets.model import Priority, Status
from deskctl.core.undo.commands import Undo
from deskctl.errors import DeskctlError, NotFound, Refused, UsageError
from tests.commands.desk import StoredDesk
from tests.commands.routing.test_routing import ROOT, come, explain, owners, routed, settle, told
from tests.commands.sla.test_clocks import fire

__all__ = ["routed"]


def queue(desk: StoredDesk, agent: str) -> list[int]:
    return [row["number"] for row in desk.store.ask(ShowQueue(agent))["tickets"]]


# --- deactivated agents ---------------------------------------------------------------------------


def test_tickets_of_a_deactivated_agent_return_to_the_queue(desk: StoredDesk) -> None:
    for name in ("ana", "ben", "cem"):
        desk.do(c.Take(desk.mail(f"{name}@example.org").facts["number"]))
    desk.do(Reply(2, "Try again."))
    desk.do(c.Solve(3))
    done = desk.do(ChangeAgent("agent1", active=False), ROOT)
    assert (done.said, done.facts["handed_back"]) == (
        "agent agent1: active changed; 2 tickets are back in the queue",
        [1, 2],
    )
    assert owners(desk, 1, 2, 3) == [None, None, "agent1"], "tickets that are done keep their assignee"
    assert queue(desk, "agent2") == [1]
    assert desk.do(c.Next(), "agent2").tickets == (1,)


def test_reopened_ticket_of_a_deactivated_agent_is_unassigned(desk: StoredDesk) -> None:
    desk.mail(message_id="<first@example.org>")
    desk.do(c.Take(1))
    desk.do(c.Solve(1))
    desk.do(ChangeAgent("agent1", active=False), ROOT)
    desk.mail(references=("<first@example.org>",))
    assert (desk.ticket(1).status, desk.ticket(1).assignee) == (Status.OPEN, None)


def test_agent_who_leaves_a_team_loses_its_tickets(desk: StoredDesk) -> None:
    desk.do(ChangeAgent("agent1", join=("leads",)), ROOT)
    desk.do(c.Create("ana@example.org", "One", "x", team="support"))
    desk.do(c.Create("ana@example.org", "Two", "x", team="leads"))
    for number in (1, 2):
        desk.do(c.Take(number))
    desk.do(ChangeAgent("agent1", leave=("support",)), ROOT)
    assert owners(desk, 1, 2) == [None, "agent1"]


def test_undo_does_not_assign_a_ticket_to_a_deactivated_agent(desk: StoredDesk) -> None:
    desk.mail()
    desk.do(c.Take(1))
    desk.do(c.Assign(1, "agent2"), "lead")
    desk.do(ChangeAgent("agent1", active=False), ROOT)
    desk.do(Undo(), "lead")
    assert owners(desk, 1) == [None]


def test_deactivation_lists_the_sla_steps_that_name_the_agent(desk: StoredDesk) -> None:
    desk.do(lv.AddPolicy("gold", "", "24x7", (("resolution", "1d"),)), ROOT)
    desk.do(lv.AddStep("gold", "90%", ("notify=agent1",)), ROOT)
    done = desk.do(ChangeAgent("agent1", active=False), ROOT)
    assert any("gold" in remark and "agent1, who is deactivated" in remark for remark in done.facts["remarks"])


def test_reactivated_agent_is_offline_until_they_go_online(routed: StoredDesk) -> None:
    come(routed, "agent1")
    routed.do(ChangeAgent("agent1", active=False), ROOT)
    routed.do(ChangeAgent("agent1", active=True), ROOT)
    routed.mail()
    settle(routed)
    assert owners(routed, 1) == [None]


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


# --- escalated tickets ----------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["pending", "hold", "solved"])
def test_escalation_opens_a_waiting_ticket_and_undo_restores_its_status(routed: StoredDesk, state: str) -> None:
    come(routed, "agent1", "lead")
    routed.mail()
    settle(routed)
    owner = owners(routed, 1)[0] or ""
    routed.do(Reply(1, "Done.", status=state), owner)
    routed.do(c.Escalate(1, "lead", "angry"), "agent2")
    assert (routed.ticket(1).status, owners(routed, 1)) == (Status.OPEN, ["lead"])
    routed.do(Undo(), "agent2")
    assert routed.ticket(1).status == state


def test_sla_escalation_never_lowers_the_tier_and_keeps_a_senior_assignee(routed: StoredDesk) -> None:
    routed.do(lv.AddPolicy("gold", "", "24x7", (("resolution", "1h"),)), ROOT)
    routed.do(lv.AddStep("gold", "breach", ("escalate=senior",)), ROOT)
    routed.do(ChangeAgent("agent1", tier="senior"), ROOT)
    for _ in range(2):
        routed.mail()
    routed.do(c.Take(1))
    routed.do(c.Escalate(2, "tier:lead", "angry"))
    routed.do(c.Take(2), "lead")
    routed.later(hours=2)
    fire(routed)
    assert owners(routed, 1, 2) == ["agent1", "lead"]
    assert routed.ticket(2).tier == "lead"
    assert told(routed, "[#1] Overdue") == ["agent1@acme.test"]


def test_sla_step_escalates_to_the_next_tier(routed: StoredDesk) -> None:
    routed.do(lv.AddPolicy("gold", "", "24x7", (("resolution", "1h"),)), ROOT)
    routed.do(lv.AddStep("gold", "50%", ("escalate=next",)), ROOT)
    routed.do(lv.AddStep("gold", "breach", ("escalate=next",)), ROOT)
    routed.mail()
    routed.do(c.Take(1))
    routed.later(minutes=31)
    fire(routed)
    assert (routed.ticket(1).tier, owners(routed, 1)) == ("senior", [None])
    assert routed.ticket(1).declined is None, "no agent gave it back"
    routed.later(minutes=31)
    fire(routed)
    assert routed.ticket(1).tier == "lead"


def test_sla_step_replies_to_the_customer_without_fulfilling_the_clock(desk: StoredDesk) -> None:
    desk.do(lv.AddPolicy("gold", "", "24x7", (("first_response", "1h"),)), ROOT)
    desk.do(lv.AddStep("gold", "breach", ("reply=Wir arbeiten an #{number}.",)), ROOT)
    desk.mail()
    desk.later(hours=2)
    fire(desk)
    last = desk.show(1)["messages"][-1]
    assert (last["kind"], last["text"].strip()) == ("auto", "Wir arbeiten an #1.")
    entries = [row for row in desk.outbox(ticket=1) if row["to"] == ["ana@example.org"]]
    assert len(entries) == 1
    assert desk.ticket(1).due_at is not None, "the clock is still breached"


def test_sla_escalation_is_notified_in_quiet_hours(desk: StoredDesk) -> None:
    desk.do(ChangeAgent("agent2", quiet="00:00-23:59"), ROOT)
    desk.do(lv.AddPolicy("gold", "", "24x7", (("resolution", "1h"),)), ROOT)
    desk.do(lv.AddStep("gold", "breach", ("escalate=agent2",)), ROOT)
    desk.mail()
    desk.later(hours=2)
    fire(desk)
    assert told(desk, "Escalated to you") == ["agent2@acme.test"]


def test_agent_below_the_tier_cannot_take_an_escalated_ticket(routed: StoredDesk) -> None:
    routed.mail()
    routed.do(c.Escalate(1, "tier:lead", "angry"))
    with pytest.raises(Refused, match="agent1 does not have that tier"):
        routed.do(c.Take(1))
    with pytest.raises(Refused, match="agent1 does not have that tier"):
        routed.do(c.Assign(1, "agent2"))
    routed.do(c.Assign(1, "agent2"), "lead")
    assert owners(routed, 1) == ["agent2"], "an agent of the tier can assign it to anyone"


@pytest.mark.parametrize("command", [c.Set(1, (("team", "leads"),)), c.Assign(1, "team:leads")])
def test_ticket_in_another_team_has_no_tier(routed: StoredDesk, command: c.Set | c.Assign) -> None:
    routed.do(ChangeAgent("agent2", tier="lead"), ROOT)
    routed.mail()
    routed.do(c.Escalate(1, "tier:lead", "angry"))
    assert routed.ticket(1).tier == "lead"
    routed.do(command)
    assert (routed.ticket(1).team, routed.ticket(1).tier) == ("leads", None)
    routed.do(Undo())
    assert (routed.ticket(1).team, routed.ticket(1).tier) == ("support", "lead")


def test_queue_shows_tickets_behind_those_of_higher_tiers(routed: StoredDesk) -> None:
    for number in range(25):
        routed.mail(f"c{number}@example.org")
        if number < 22:
            routed.do(c.Escalate(number + 1, "tier:lead", "angry"))
    assert queue(routed, "agent1") == [23, 24, 25]
    assert queue(routed, "lead")[:2] == [1, 2]
    assert routed.do(c.Next()).tickets == (23,)


def test_escalation_needs_a_reason_and_another_target_than_the_assignee(desk: StoredDesk) -> None:
    desk.mail()
    desk.do(c.Take(1))
    with pytest.raises(UsageError) as raised:
        desk.do(c.Escalate(1, "lead", " "))
    assert "--reason" in raised.value.hint
    with pytest.raises(Refused, match="already assigned to agent1"):
        desk.do(c.Escalate(1, "agent1", "again"))
    desk.do(ChangeAgent("agent2", active=False), ROOT)
    with pytest.raises(NotFound, match="agent2 is not active"):
        desk.do(c.Escalate(1, "agent2", "again"))


# --- waiting tickets ------------------------------------------------------------------------------


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


def test_reopened_ticket_is_queued_at_the_time_of_reopening(desk: StoredDesk) -> None:
    desk.do(c.Create("ana@example.org", "One", "x", team="support", priority="normal"))
    desk.do(c.Solve(1))
    desk.later(days=2)
    desk.do(c.Create("ben@example.org", "Two", "x", team="support", priority="normal"))
    desk.later(hours=1)
    desk.do(c.Reopen(1))
    assert queue(desk, "agent1") == [2, 1]
    assert desk.ticket(1).queue_at > desk.now


def test_queue_can_be_shown_for_another_moment(desk: StoredDesk) -> None:
    desk.do(lv.AddPolicy("gold", "", "24x7", (("resolution", "8h"),)), ROOT)
    desk.mail()
    shown = desk.store.ask(ShowQueue(now="2099-01-01T09:00:00Z"))
    assert (shown["now"], shown["tickets"][0]["overdue"]) == ("2099-01-01T09:00:00Z", True)
    with pytest.raises(DeskctlError, match="no agent is called"):
        desk.store.ask(ShowQueue("agnet1"))


# --- approvals ------------------------------------------------------------------------------------


def test_open_approvals_are_shown_only_to_agents_who_can_decide(routed: StoredDesk) -> None:
    routed.mail()
    routed.do(AskApproval(1, "refund"))
    asked = {agent: len(routed.store.ask(ShowQueue(agent))["approvals"]) for agent in ("agent1", "agent2", "lead")}
    assert asked == {"agent1": 0, "agent2": 0, "lead": 1}


@pytest.mark.parametrize("end", [c.Solve(1), c.Close(1), Merge(1, 2), MarkSpam(1)])
def test_approval_is_withdrawn_when_the_ticket_is_done(desk: StoredDesk, end: c.Solve) -> None:
    desk.do(ChangeAgent("lead", tier="lead"), ROOT)
    desk.mail()
    desk.mail("ben@example.org")
    desk.do(AskApproval(1, "refund"))
    desk.later(hours=1)
    fire(desk)
    desk.do(end, "agent2")
    assert desk.ticket(1).approval is None
    assert told(desk, "Closed before your request was decided") == ["agent1@acme.test"]
    desk.do(Undo(), "agent2")
    assert desk.ticket(1).approval == "agent1"


# --- priorities -----------------------------------------------------------------------------------


def test_higher_priority_never_loses_a_target(desk: StoredDesk) -> None:
    desk.do(lv.AddPolicy("gold", "", "24x7", (("first_response", "urgent=15m"), ("resolution", "normal=3d"))), ROOT)
    desk.mail()
    before = desk.store.transaction(lambda unit: Sla.of(unit).clocks(1))
    desk.do(c.Set(1, (("priority", "urgent"),)))
    after = desk.store.transaction(lambda unit: Sla.of(unit).clocks(1))
    resolution = {key: clock.due_at for key, clock in before.items()}
    assert {key: clock.due_at for key, clock in after.items() if key in resolution} == resolution
    assert desk.ticket(1).priority is Priority.URGENT
    desk.later(minutes=1)
    desk.do(c.Set(1, (("priority", "low"),)))
    low = desk.store.transaction(lambda unit: Sla.of(unit).clocks(1))
    assert {clock.why for clock in low.values()} == {"no_target"}


def test_escalation_to_an_empty_tier_notifies_the_tiers_above(desk: StoredDesk) -> None:
    desk.do(ChangeAgent("lead", join=("support",), tier="lead"), ROOT)
    desk.mail()
    desk.later(hours=1)
    desk.do(c.Escalate(1, None, "angry"))
    assert desk.ticket(1).tier == "senior"
    assert told(desk, "Escalated to you") == ["lead@acme.test"]


# --- tiers without agents -------------------------------------------------------------------------


def test_ticket_escalated_to_an_empty_tier_is_available_to_all_agents(desk: StoredDesk) -> None:
    desk.mail()
    done = desk.do(c.Escalate(1, "tier:senior", "angry"))
    assert "no agent has that tier yet" in done.said
    assert queue(desk, "agent2") == [1]
    assert told(desk, "Escalated to you") == ["agent2@acme.test"]
    with pytest.raises(Refused, match="no agent has a tier above"):
        desk.do(c.Escalate(1, None, "angry"))
    desk.do(c.Take(1))
    desk.do(Undo())
    assert desk.do(c.Next(), "agent2").tickets == (1,)


def test_sla_escalation_keeps_the_assignee_if_no_tier_has_agents(desk: StoredDesk) -> None:
    desk.do(lv.AddPolicy("gold", "", "24x7", (("resolution", "1h"),)), ROOT)
    desk.do(lv.AddStep("gold", "breach", ("escalate=next", "escalate=senior")), ROOT)
    desk.mail()
    desk.do(c.Take(1))
    desk.later(hours=2)
    fire(desk)
    assert owners(desk, 1) == ["agent1"]
    assert [e["action"] for e in desk.show(1)["events"] if e["kind"] == "step_failed"] == ["escalate", "escalate"]


def test_routing_assigns_a_ticket_of_an_empty_tier_to_any_agent(routed: StoredDesk) -> None:
    routed.do(ChangeAgent("lead", tier=""), ROOT)
    routed.mail()
    routed.do(c.Escalate(1, "tier:lead", "angry"))
    come(routed, "agent2")
    assert owners(routed, 1) == ["agent2"]


@pytest.mark.parametrize("to", ["team:support", "agent1"])
def test_sla_escalation_to_a_team_or_agent_keeps_a_higher_assignee(routed: StoredDesk, to: str) -> None:
    routed.do(lv.AddPolicy("gold", "", "24x7", (("resolution", "1h"),)), ROOT)
    routed.do(lv.AddStep("gold", "breach", (f"escalate={to}",)), ROOT)
    routed.mail()
    routed.do(c.Escalate(1, "tier:lead", "angry"))
    routed.do(c.Take(1), "lead")
    routed.later(hours=2)
    fire(routed)
    assert owners(routed, 1) == ["lead"]


def test_undo_restores_the_queue_position(desk: StoredDesk) -> None:
    desk.mail()
    desk.do(Reply(1, "Try again.", status="open"))
    before = desk.ticket(1).queue_at
    desk.do(c.Set(1, (("status", "hold"),)))
    desk.later(hours=5)
    desk.do(c.Reopen(1))
    assert desk.ticket(1).queue_at > before
    desk.do(Undo())
    desk.later(hours=1)
    desk.do(Undo())
    assert (desk.ticket(1).status, desk.ticket(1).queue_at) == (Status.OPEN, before)


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
