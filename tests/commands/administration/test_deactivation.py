"""An agent with many tickets is deactivated in portions: one command for undo, continued after a restart."""

from __future__ import annotations

from collections import Counter

from deskctl.core import features
from deskctl.core.administration.deactivation import PORTION, UNASSIGN
from deskctl.core.agents.commands import ChangeAgent
from deskctl.core.agents.queries import ListAgents
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.timer_command import FireTimer
from deskctl.core.kernel.unit import Unit
from deskctl.core.tickets.commands import Assign, Create
from deskctl.core.tickets.queries import ListTickets
from deskctl.core.undo.commands import Undo
from tests.commands.desk import StoredDesk

TICKETS = 2 * PORTION + 50
OWNER = "user:root"


def fill(desk: StoredDesk, team: str = "support", count: int = TICKETS) -> None:
    """Open tickets and assign them to agent1."""

    def work(unit: Unit) -> None:
        for number in range(count):
            made = features.execute(
                unit, Create("bob@example.org", f"Printer {number}", "It burns.", team=team), Actor.agent("agent2")
            )
            features.execute(unit, Assign(made.facts["number"], "agent1"), Actor.agent("agent2"))

    desk.store.transaction(work)


def assignees(desk: StoredDesk) -> Counter[str | None]:
    rows = desk.store.ask(ListTickets(all=True, limit=10 * TICKETS))
    return Counter(row["assignee"] for row in rows)


def fire(desk: StoredDesk) -> int:
    """Fire the due timers of the deactivation and return their number."""
    due = [timer for timer in desk.store.timers.due(100) if timer.kind == UNASSIGN]
    for timer in due:
        desk.do(FireTimer(timer.id), "system:clock")
    return len(due)


def is_active(desk: StoredDesk, handle: str = "agent1") -> bool:
    return any(row["handle"] == handle for row in desk.store.ask(ListAgents()))


def test_many_tickets_are_unassigned_in_portions_also_after_a_restart(desk: StoredDesk, desk_url: str) -> None:
    fill(desk)
    outcome = desk.do(ChangeAgent("agent1", active=False), OWNER)
    assert len(outcome.facts["handed_back"]) == PORTION
    assert not is_active(desk)
    assert assignees(desk) == {None: PORTION, "agent1": TICKETS - PORTION}
    again = StoredDesk(desk_url)
    try:
        assert fire(again) == 1
        assert assignees(again) == {None: 2 * PORTION, "agent1": TICKETS - 2 * PORTION}
        assert fire(again) == 1
        assert assignees(again) == {None: TICKETS}
        assert fire(again) == 0
    finally:
        again.close()


def test_undo_takes_back_all_portions(desk: StoredDesk) -> None:
    fill(desk)
    desk.do(ChangeAgent("agent1", active=False), OWNER)
    while fire(desk):
        pass
    outcome = desk.do(Undo(), OWNER)
    assert outcome.said == "undone: changed agent agent1"
    assert is_active(desk)
    assert assignees(desk) == {"agent1": TICKETS}


def test_undo_stops_portions_that_are_left(desk: StoredDesk) -> None:
    fill(desk)
    desk.do(ChangeAgent("agent1", active=False), OWNER)
    desk.do(Undo(), OWNER)
    assert assignees(desk) == {"agent1": TICKETS}
    assert fire(desk) == 1
    assert fire(desk) == 0
    assert assignees(desk) == {"agent1": TICKETS}


def test_agent_who_leaves_a_team_keeps_the_tickets_of_other_teams(desk: StoredDesk) -> None:
    desk.do(ChangeAgent("agent1", join=("leads",)), OWNER)
    fill(desk)
    fill(desk, team="leads", count=3)
    desk.do(ChangeAgent("agent1", leave=("support",)), OWNER)
    while fire(desk):
        pass
    assert assignees(desk) == {None: TICKETS, "agent1": 3}
    assert is_active(desk)


def test_portions_stop_when_the_agent_is_active_again(desk: StoredDesk) -> None:
    fill(desk)
    desk.do(ChangeAgent("agent1", active=False), OWNER)
    desk.later(minutes=1)
    desk.do(ChangeAgent("agent1", active=True), OWNER)
    assert fire(desk) == 1
    assert fire(desk) == 0
    assert assignees(desk) == {None: PORTION, "agent1": TICKETS - PORTION}
