"""Routing on each store: strategies, limits, presence, skills, surges and explanations."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from deskctl.core.agents.commands import ChangeAgent, ChangeTeam
from deskctl.core.agents.queries import ListAgents
from deskctl.core.delivery.repository import Outbox
from deskctl.core.kernel.timer_command import FireTimer
from deskctl.core.messages.commands import Reply
from deskctl.core.routing.commands import RunRoutes, SetPresence
from deskctl.core.routing.queries import ExplainRoute
from deskctl.core.routing.triggers import ROUTE
from deskctl.core.tickets.commands import Approve, AskApproval, Assign, Create, Deny, Escalate, Next, Set, Solve, Take
from deskctl.core.undo.commands import Undo
from deskctl.errors import NotFound, Refused, UsageError
from tests.commands.desk import StoredDesk

ROOT = "user:root"


@pytest.fixture
def routing_desk(desk: StoredDesk) -> StoredDesk:
    """A desk whose team support is routed by load; no agent is online."""
    desk.do(ChangeTeam("support", route="least_loaded", tiers="frontline,senior,lead", cap_per_tick=3), ROOT)
    desk.do(ChangeAgent("lead", join=("support",), tier="lead"), ROOT)
    return desk


def settle(desk: StoredDesk) -> None:
    """Process all due routing timers, as the daemon does."""
    for _ in range(20):
        due = [timer for timer in desk.store.timers.due(50) if timer.kind == ROUTE]
        if not due:
            return
        for timer in due:
            desk.do(FireTimer(timer.id), "system:clock")
    raise AssertionError("routing timers keep repeating")


def set_presence(desk: StoredDesk, *agents: str, state: str = "online") -> None:
    for agent in agents:
        desk.do(SetPresence(state), agent)
    settle(desk)


def owners(desk: StoredDesk, *numbers: int) -> list[str | None]:
    return [desk.ticket(number).assignee for number in numbers]


def notified(desk: StoredDesk, words: str) -> list[str]:
    """Return the recipients of notifications with these words in the subject."""
    numbers = [row["id"] for row in desk.outbox()]
    entries = desk.store.transaction(lambda unit: [Outbox.of(unit).get(number) for number in numbers])
    return sorted(entry.to[0] for entry in entries if words in entry.subject)


def explain(desk: StoredDesk, number: int) -> dict[str, Any]:
    document: dict[str, Any] = desk.store.ask(ExplainRoute(number, desk.now.isoformat()))
    return document


def test_manual_team_sets_no_timer_and_assigns_nothing(desk: StoredDesk) -> None:
    set_presence(desk, "agent1")
    desk.mail()
    assert desk.store.timers.next_due() is None
    assert owners(desk, 1) == [None]
    with pytest.raises(Refused, match="all teams assign their tickets manually"):
        desk.do(RunRoutes(), ROOT)


def test_backlog_is_assigned_in_queue_order_with_a_limit_for_each_agent(routing_desk: StoredDesk) -> None:
    for number in range(1, 10):
        priority = "urgent" if number > 7 else "normal"
        routing_desk.do(Create(f"c{number}@example.org", "Help", "x", team="support", priority=priority), "agent1")
    settle(routing_desk)
    set_presence(routing_desk, "agent1")
    assert owners(routing_desk, 8, 9, 1, 2) == ["agent1", "agent1", "agent1", None]
    set_presence(routing_desk, "agent2")
    assert Counter(owners(routing_desk, *range(1, 10))) == {"agent1": 3, "agent2": 3, None: 3}
    routing_desk.later(minutes=1)
    settle(routing_desk)
    assert None not in owners(routing_desk, *range(1, 10))


def test_several_assignments_produce_one_notification(routing_desk: StoredDesk) -> None:
    set_presence(routing_desk, "agent1")
    routing_desk.do(SetPresence("away"), "agent1")
    for number in range(3):
        routing_desk.do(Create(f"c{number}@example.org", "Help", "x", team="support"), "agent2")
    set_presence(routing_desk, "agent1")
    assert notified(routing_desk, "Several tickets assigned to you") == ["agent1@acme.test"]
    assert notified(routing_desk, "Assigned to you") == []


def test_team_without_available_agents_is_warned_once_until_an_agent_comes(routing_desk: StoredDesk) -> None:
    def warned() -> int:
        with routing_desk.store.reading() as connection:
            happened = "SELECT count(*) FROM events WHERE kind = 'nobody_there'"
            return int(connection.exec_driver_sql(happened).scalar_one())

    for number in range(4):
        routing_desk.mail(f"c{number}@example.org")
        settle(routing_desk)
    assert warned() == 1
    set_presence(routing_desk, "agent1")
    set_presence(routing_desk, "agent1", state="offline")
    routing_desk.mail("late@example.org")
    settle(routing_desk)
    assert warned() == 2
    assert explain(routing_desk, 5)["decisions"][0]["why"] == "offline"


def test_agent_with_free_capacity_gets_the_next_ticket(routing_desk: StoredDesk) -> None:
    routing_desk.do(ChangeAgent("agent1", capacity=("email=1",)), ROOT)
    set_presence(routing_desk, "agent1")
    for number in range(3):
        routing_desk.mail(f"c{number}@example.org")
    settle(routing_desk)
    assert owners(routing_desk, 1, 2, 3) == ["agent1", None, None]
    routing_desk.do(Reply(1, "Hello."))
    settle(routing_desk)
    assert owners(routing_desk, 2, 3) == ["agent1", None], "a ticket that waits for the customer does not count"
    solved = routing_desk.do(Solve(2))
    settle(routing_desk)
    assert owners(routing_desk, 3) == ["agent1"]
    routing_desk.do(Undo(solved.command))
    assert owners(routing_desk, 2, 3) == ["agent1", "agent1"], "undo does not revert its consequences"


def test_returned_ticket_goes_to_another_agent_and_undo_restores_the_assignee(routing_desk: StoredDesk) -> None:
    set_presence(routing_desk, "agent1")
    routing_desk.mail()
    settle(routing_desk)
    routing_desk.do(Assign(1, None))
    settle(routing_desk)
    assert owners(routing_desk, 1) == [None]
    assert explain(routing_desk, 1)["would"]["left_out"][0] == {"agent": "agent1", "reason": "gave_back"}
    set_presence(routing_desk, "agent2")
    assert owners(routing_desk, 1) == ["agent2"]
    routing_desk.do(Undo())
    assert owners(routing_desk, 1) == ["agent1"]


def test_reopened_ticket_returns_to_its_assignee_if_available(routing_desk: StoredDesk) -> None:
    set_presence(routing_desk, "agent1", "agent2")
    routing_desk.mail(message_id="<one@example.org>")
    settle(routing_desk)
    [owner] = owners(routing_desk, 1)
    assert owner is not None
    other = "agent2" if owner == "agent1" else "agent1"

    def reopen() -> None:
        routing_desk.do(Solve(1), owner or "")
        routing_desk.mail(in_reply_to=("<one@example.org>",))
        settle(routing_desk)

    reopen()
    assert owners(routing_desk, 1) == [owner]
    set_presence(routing_desk, owner, other, state="away")
    reopen()
    assert owners(routing_desk, 1) == [None]
    set_presence(routing_desk, other, owner)
    assert owners(routing_desk, 1) == [owner], "the former assignee has priority"


def test_required_skills_are_waived_at_the_configured_minute(routing_desk: StoredDesk) -> None:
    routing_desk.do(ChangeTeam("support", relax_after="10m"), ROOT)
    routing_desk.do(ChangeAgent("agent2", skills="billing"), ROOT)
    set_presence(routing_desk, "agent1")
    routing_desk.do(Create("c@example.org", "Bill", "x", team="support", tags=("billing",)), "agent1")
    settle(routing_desk)
    assert owners(routing_desk, 1) == [None]
    assert any("requires billing; waived from 2026-03-02 09:10" in line for line in explain(routing_desk, 1)["said"])
    routing_desk.later(minutes=9, seconds=59)
    settle(routing_desk)
    assert owners(routing_desk, 1) == [None]
    routing_desk.later(seconds=1)
    settle(routing_desk)
    assert owners(routing_desk, 1) == ["agent1"]
    assert explain(routing_desk, 1)["decisions"][0]["relaxed"]


def test_skill_that_no_agent_has_is_waived_at_once(routing_desk: StoredDesk) -> None:
    routing_desk.do(ChangeAgent("agent1", skills="en"), ROOT)
    routing_desk.do(ChangeAgent("agent2", skills="de"), ROOT)
    set_presence(routing_desk, "agent1")
    routing_desk.mail(language="de")
    settle(routing_desk)
    assert owners(routing_desk, 1) == [None], "agent2 is only away"
    routing_desk.do(ChangeAgent("agent2", active=False), ROOT)
    settle(routing_desk)
    assert owners(routing_desk, 1) == ["agent1"]
    explained = explain(routing_desk, 1)
    assert explained["decisions"][0]["waived"] == ["de"]
    assert "  waived: de; no active agent of the team has that skill" in explained["said"]
    (event,) = [e for e in routing_desk.show(1)["events"] if e["kind"] == "routed" and e["agent"] == "agent1"]
    assert (event["waived"], event["relaxed"]) == (["de"], False)


def test_new_skill_of_an_agent_is_required_from_then_on(routing_desk: StoredDesk) -> None:
    set_presence(routing_desk, "agent1")
    routing_desk.do(ChangeAgent("agent2", skills="router"), ROOT)
    settle(routing_desk)
    routing_desk.do(Create("c@example.org", "Bill", "x", team="support", tags=("skill:router",)), "lead")
    settle(routing_desk)
    assert owners(routing_desk, 1) == [None]
    routing_desk.do(ChangeAgent("agent1", skills="router"), ROOT)
    settle(routing_desk)
    assert owners(routing_desk, 1) == ["agent1"]


def test_agent_away_until_a_moment_is_online_again_automatically(routing_desk: StoredDesk) -> None:
    routing_desk.do(SetPresence("away", until="+30m"), "agent1")
    routing_desk.mail()
    settle(routing_desk)
    routing_desk.later(minutes=30)
    settle(routing_desk)
    assert owners(routing_desk, 1) == ["agent1"]
    rows = {row["handle"]: row for row in routing_desk.store.ask(ListAgents())}
    assert rows["agent1"]["load"] == {"support": 1}


def test_agents_are_moved_to_an_overloaded_channel_and_back(routing_desk: StoredDesk) -> None:
    routing_desk.do(ChangeTeam("support", model="dedicated", cap_per_tick=1, surge_queue=("phone=2",)), ROOT)
    routing_desk.do(ChangeAgent("agent1", channels="email", surge=True), ROOT)
    set_presence(routing_desk, "agent1")
    for number in range(4):
        routing_desk.do(Create(f"+4930901{number}", "Call", "x", channel="phone", team="support"), "agent2")
    for number in range(1, 5):
        routing_desk.do(Assign(number, None), "agent2")
    settle(routing_desk)

    def moved() -> str | None:
        row = next(row for row in routing_desk.store.ask(ListAgents()) if row["handle"] == "agent1")
        return str(row["moved"]) if row["moved"] else None

    assert moved() == "phone"
    assert owners(routing_desk, 1, 2, 3, 4).count("agent1") == 1
    for _ in range(4):
        routing_desk.later(minutes=1)
        settle(routing_desk)
    assert owners(routing_desk, 1, 2, 3, 4).count("agent1") == 3
    assert moved() is None, "at half of the limit the channel is quiet"


def test_two_teams_that_share_an_agent_respect_the_capacity(routing_desk: StoredDesk) -> None:
    routing_desk.do(ChangeTeam("leads", route="round_robin", cap_per_tick=9), ROOT)
    routing_desk.do(ChangeAgent("lead", capacity=("any=2",)), ROOT)
    for number in range(2):
        for team in ("support", "leads"):
            routing_desk.do(Create(f"c{number}@example.org", "Help", "x", team=team), "agent1")
    routing_desk.do(SetPresence("online"), "lead")
    due = [timer.id for timer in routing_desk.store.timers.due(50)]

    def all_at_once(unit: Any) -> None:
        from deskctl.core import features as dispatch
        from deskctl.core.kernel.actor import Actor

        for number in due:
            dispatch.execute(unit, FireTimer(number), Actor.system("clock"))

    routing_desk.store.transaction(all_at_once)
    settle(routing_desk)
    assert owners(routing_desk, 1, 2, 3, 4).count("lead") == 2


def test_escalation_moves_up_one_tier_at_a_time(routing_desk: StoredDesk) -> None:
    routing_desk.do(ChangeAgent("agent2", tier="senior"), ROOT)
    routing_desk.mail()
    routing_desk.do(Take(1))
    said = routing_desk.do(Escalate(1, None, "angry customer"))
    settle(routing_desk)
    assert said.facts["to"] == "tier:senior"
    ticket = routing_desk.ticket(1)
    assert (ticket.assignee, ticket.tier, ticket.followers) == (None, "senior", frozenset({"agent1"}))
    with pytest.raises(Exception, match="your queue is empty"):
        routing_desk.do(Next(), "agent1")
    set_presence(routing_desk, "agent1", "agent2")
    assert owners(routing_desk, 1) == ["agent2"]
    routing_desk.do(Escalate(1, "tier:lead", "still angry"), "agent2")
    with pytest.raises(Refused, match="already at the highest tier"):
        routing_desk.do(Escalate(1, None, "x"))
    with pytest.raises(NotFound, match="did you mean senior"):
        routing_desk.do(Escalate(1, "tier:seniör", "x"))
    routing_desk.do(Undo(), "agent2")
    assert (routing_desk.ticket(1).assignee, routing_desk.ticket(1).tier) == ("agent2", "senior")


def test_approval_is_given_by_a_higher_tier_and_the_requester_is_notified(routing_desk: StoredDesk) -> None:
    routing_desk.mail()
    routing_desk.do(AskApproval(1, "refund over limit"))
    assert routing_desk.ticket(1).approval == "agent1"
    for agent in ("agent1", "agent2"):
        with pytest.raises(Refused, match="you cannot decide"):
            routing_desk.do(Approve(1), agent)
    with pytest.raises(Refused, match="already"):
        routing_desk.do(AskApproval(1, "again"), "agent2")
    routing_desk.do(Deny(1, "too much"), "lead")
    assert notified(routing_desk, "Not approved") == ["agent1@acme.test"]
    assert notified(routing_desk, "Your approval is requested") == ["lead@acme.test"]
    with pytest.raises(Refused, match="no open request for approval"):
        routing_desk.do(Approve(1), "lead")
    routing_desk.do(Undo(), "lead")
    assert routing_desk.ticket(1).approval == "agent1"
    routing_desk.do(Approve(1, "go on"), "lead")
    assert routing_desk.ticket(1).approval is None
    routing_desk.do(Undo(), "lead")
    routing_desk.do(Undo(), "agent1")
    assert routing_desk.ticket(1).approval is None
    assert routing_desk.show(1)["messages"][-1]["kind"] == "in", "the notes are withdrawn"


@pytest.mark.parametrize(
    "fields",
    [
        {"route": "fastest"},
        {"tiers": "a,b,a"},
        {"cap_per_tick": 0},
        {"relax_after": "-5m"},
        {"surge_queue": ("phone=-1",)},
        {"model": "both"},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_invalid_team_settings_are_refused(routing_desk: StoredDesk, fields: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        routing_desk.do(ChangeTeam("support", **fields), ROOT)


def test_capacity_of_zero_is_refused(routing_desk: StoredDesk) -> None:
    with pytest.raises(UsageError, match="0 would exclude the agent"):
        routing_desk.do(ChangeAgent("agent1", capacity=("email=0",)), ROOT)


def test_change_of_team_or_tag_routes_the_ticket_again(routing_desk: StoredDesk) -> None:
    set_presence(routing_desk, "agent1")
    routing_desk.do(Create("c@example.org", "Help", "x", team="leads"), "agent2")
    settle(routing_desk)
    assert owners(routing_desk, 1) == [None]
    routing_desk.do(Set(1, (("team", "support"),)))
    settle(routing_desk)
    assert owners(routing_desk, 1) == ["agent1"]
