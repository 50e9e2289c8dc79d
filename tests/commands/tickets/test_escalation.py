"""Deactivated agents, escalations, waiting tickets and approvals on each store."""

from __future__ import annotations

import pytest

from deskctl.core.agents.commands import ChangeAgent
from deskctl.core.messages.commands import Reply
from deskctl.core.routing.queries import ShowQueue
from deskctl.core.sla import commands as lv
from deskctl.core.sla.repository import Sla
from deskctl.core.tickets import commands as c
from deskctl.core.tickets.model import Priority, Status
from deskctl.core.undo.commands import Undo
from deskctl.errors import NotFound, Refused, UsageError
from tests.commands.desk import StoredDesk
from tests.commands.routing.test_routing import ROOT, notified, owners, routing_desk, set_presence, settle
from tests.commands.sla.test_clocks import fire

__all__ = ["routing_desk"]


def queue(desk: StoredDesk, agent: str) -> list[int]:
    return [row["number"] for row in desk.store.ask(ShowQueue(agent))["tickets"]]


# --- deactivated agents ---------------------------------------------------------------------------


# --- escalated tickets ----------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["pending", "hold", "solved"])
def test_escalation_opens_a_waiting_ticket_and_undo_restores_its_status(routing_desk: StoredDesk, state: str) -> None:
    set_presence(routing_desk, "agent1", "lead")
    routing_desk.mail()
    settle(routing_desk)
    owner = owners(routing_desk, 1)[0] or ""
    routing_desk.do(Reply(1, "Done.", status=state), owner)
    routing_desk.do(c.Escalate(1, "lead", "angry"), "agent2")
    assert (routing_desk.ticket(1).status, owners(routing_desk, 1)) == (Status.OPEN, ["lead"])
    routing_desk.do(Undo(), "agent2")
    assert routing_desk.ticket(1).status == state


def test_sla_escalation_never_lowers_the_tier_and_keeps_a_senior_assignee(routing_desk: StoredDesk) -> None:
    routing_desk.do(lv.AddPolicy("gold", "", "24x7", (("resolution", "1h"),)), ROOT)
    routing_desk.do(lv.AddStep("gold", "breach", ("escalate=senior",)), ROOT)
    routing_desk.do(ChangeAgent("agent1", tier="senior"), ROOT)
    for _ in range(2):
        routing_desk.mail()
    routing_desk.do(c.Take(1))
    routing_desk.do(c.Escalate(2, "tier:lead", "angry"))
    routing_desk.do(c.Take(2), "lead")
    routing_desk.later(hours=2)
    fire(routing_desk)
    assert owners(routing_desk, 1, 2) == ["agent1", "lead"]
    assert routing_desk.ticket(2).tier == "lead"
    assert notified(routing_desk, "[#1] Overdue") == ["agent1@acme.test"]


def test_sla_step_escalates_to_the_next_tier(routing_desk: StoredDesk) -> None:
    routing_desk.do(lv.AddPolicy("gold", "", "24x7", (("resolution", "1h"),)), ROOT)
    routing_desk.do(lv.AddStep("gold", "50%", ("escalate=next",)), ROOT)
    routing_desk.do(lv.AddStep("gold", "breach", ("escalate=next",)), ROOT)
    routing_desk.mail()
    routing_desk.do(c.Take(1))
    routing_desk.later(minutes=31)
    fire(routing_desk)
    assert (routing_desk.ticket(1).tier, owners(routing_desk, 1)) == ("senior", [None])
    assert routing_desk.ticket(1).declined is None, "no agent gave it back"
    routing_desk.later(minutes=31)
    fire(routing_desk)
    assert routing_desk.ticket(1).tier == "lead"


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
    assert notified(desk, "Escalated to you") == ["agent2@acme.test"]


def test_agent_below_the_tier_cannot_take_an_escalated_ticket(routing_desk: StoredDesk) -> None:
    routing_desk.mail()
    routing_desk.do(c.Escalate(1, "tier:lead", "angry"))
    with pytest.raises(Refused, match="agent1 does not have that tier"):
        routing_desk.do(c.Take(1))
    with pytest.raises(Refused, match="agent1 does not have that tier"):
        routing_desk.do(c.Assign(1, "agent2"))
    routing_desk.do(c.Assign(1, "agent2"), "lead")
    assert owners(routing_desk, 1) == ["agent2"], "an agent of the tier can assign it to anyone"


@pytest.mark.parametrize("command", [c.Set(1, (("team", "leads"),)), c.Assign(1, "team:leads")])
def test_ticket_in_another_team_has_no_tier(routing_desk: StoredDesk, command: c.Set | c.Assign) -> None:
    routing_desk.do(ChangeAgent("agent2", tier="lead"), ROOT)
    routing_desk.mail()
    routing_desk.do(c.Escalate(1, "tier:lead", "angry"))
    assert routing_desk.ticket(1).tier == "lead"
    routing_desk.do(command)
    assert (routing_desk.ticket(1).team, routing_desk.ticket(1).tier) == ("leads", None)
    routing_desk.do(Undo())
    assert (routing_desk.ticket(1).team, routing_desk.ticket(1).tier) == ("support", "lead")


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


# --- approvals ------------------------------------------------------------------------------------


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
    assert notified(desk, "Escalated to you") == ["lead@acme.test"]


# --- tiers without agents -------------------------------------------------------------------------


def test_ticket_escalated_to_an_empty_tier_is_available_to_all_agents(desk: StoredDesk) -> None:
    desk.mail()
    done = desk.do(c.Escalate(1, "tier:senior", "angry"))
    assert "no agent has that tier yet" in done.summary
    assert queue(desk, "agent2") == [1]
    assert notified(desk, "Escalated to you") == ["agent2@acme.test"]
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


@pytest.mark.parametrize("to", ["team:support", "agent1"])
def test_sla_escalation_to_a_team_or_agent_keeps_a_higher_assignee(routing_desk: StoredDesk, to: str) -> None:
    routing_desk.do(lv.AddPolicy("gold", "", "24x7", (("resolution", "1h"),)), ROOT)
    routing_desk.do(lv.AddStep("gold", "breach", (f"escalate={to}",)), ROOT)
    routing_desk.mail()
    routing_desk.do(c.Escalate(1, "tier:lead", "angry"))
    routing_desk.do(c.Take(1), "lead")
    routing_desk.later(hours=2)
    fire(routing_desk)
    assert owners(routing_desk, 1) == ["lead"]
