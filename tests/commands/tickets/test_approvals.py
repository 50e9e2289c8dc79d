"""Requests for approval, on each store."""

from __future__ import annotations

import pytest

from deskctl.core.agents.commands import ChangeAgent
from deskctl.core.merges.commands import Merge
from deskctl.core.messages.commands import MarkSpam
from deskctl.core.routing.queries import ShowQueue
from deskctl.core.tickets import commands as c
from deskctl.core.tickets.commands import AskApproval
from deskctl.core.undo.commands import Undo
from tests.commands.desk import StoredDesk
from tests.commands.routing.test_routing import ROOT, notified, routing_desk
from tests.commands.sla.test_clocks import fire

__all__ = ["routing_desk"]


def test_open_approvals_are_shown_only_to_agents_who_can_decide(routing_desk: StoredDesk) -> None:
    routing_desk.mail()
    routing_desk.do(AskApproval(1, "refund"))
    asked = {
        agent: len(routing_desk.store.ask(ShowQueue(agent))["approvals"]) for agent in ("agent1", "agent2", "lead")
    }
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
    assert notified(desk, "Closed before your request was decided") == ["agent1@acme.test"]
    desk.do(Undo(), "agent2")
    assert desk.ticket(1).approval == "agent1"
