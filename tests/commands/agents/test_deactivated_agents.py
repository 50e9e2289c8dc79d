"""Deactivated agents, and agents who leave a team, on each store."""

from __future__ import annotations

from deskctl.core.agents.commands import ChangeAgent
from deskctl.core.messages.commands import Reply
from deskctl.core.sla import commands as lv
from deskctl.core.tickets import commands as c
from deskctl.core.tickets.model import Status
from deskctl.core.undo.commands import Undo
from tests.commands.desk import StoredDesk
from tests.commands.routing.test_routing import ROOT, owners, routing_desk, set_presence, settle
from tests.commands.tickets.test_escalation import queue

__all__ = ["routing_desk"]


def test_tickets_of_a_deactivated_agent_return_to_the_queue(desk: StoredDesk) -> None:
    for name in ("ana", "ben", "cem"):
        desk.do(c.Take(desk.mail(f"{name}@example.org").facts["number"]))
    desk.do(Reply(2, "Try again."))
    desk.do(c.Solve(3))
    done = desk.do(ChangeAgent("agent1", active=False), ROOT)
    assert (done.summary, done.facts["handed_back"]) == (
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


def test_reactivated_agent_is_offline_until_they_go_online(routing_desk: StoredDesk) -> None:
    set_presence(routing_desk, "agent1")
    routing_desk.do(ChangeAgent("agent1", active=False), ROOT)
    routing_desk.do(ChangeAgent("agent1", active=True), ROOT)
    routing_desk.mail()
    settle(routing_desk)
    assert owners(routing_desk, 1) == [None]
