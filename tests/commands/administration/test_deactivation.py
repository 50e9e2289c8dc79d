"""An agent with many tickets is deactivated in portions: one command for undo, continued after a restart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from deskctl.core import features
from deskctl.core.administration.deactivation import PORTION, UNASSIGN
from deskctl.core.agents.commands import ChangeAgent
from deskctl.core.agents.queries import ListAgents
from deskctl.core.delivery.queries import ListOutbox
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.timer_command import FireTimer
from deskctl.core.kernel.timers import TimerKind
from deskctl.core.kernel.unit import Unit
from deskctl.core.tickets.commands import Assign, Create
from deskctl.core.tickets.queries import ListTickets
from deskctl.core.undo.commands import ListCommands, Undo
from deskctl.core.undo.undo import PORTION as UNDO_PORTION
from deskctl.desk.caller import Caller
from deskctl.desk.execution import check_undo
from deskctl.errors import DeskctlError
from tests.commands.desk import StoredDesk

TICKETS = 2 * PORTION + PORTION // 2
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


def fire(desk: StoredDesk, kind: TimerKind = UNASSIGN) -> int:
    """Fire the due timers of the deactivation, or of its undo, and return their number."""
    due = [timer for timer in desk.store.timers.due(100) if timer.kind == kind]
    for timer in due:
        desk.do(FireTimer(timer.id), "system:clock")
    return len(due)


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the statements that are executed."""
    seen: list[str] = []

    def executed(connection: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", executed)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", executed)


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


def deactivate(desk: StoredDesk) -> tuple[int, ...]:
    """Deactivate agent1 and unassign all tickets. Return those of the first portion."""
    first = desk.do(ChangeAgent("agent1", active=False), OWNER).tickets
    while fire(desk):
        pass
    assert assignees(desk) == {None: TICKETS}
    return first


def test_undo_takes_back_all_portions_one_by_one_also_after_a_restart(desk: StoredDesk, desk_url: str) -> None:
    fill(desk)
    deactivate(desk)
    outcome = desk.do(Undo(), OWNER)
    assert outcome.summary == "undone: changed agent agent1"
    assert len(outcome.tickets) == PORTION
    assert is_active(desk)
    assert assignees(desk) == {"agent1": PORTION, None: TICKETS - PORTION}
    again = StoredDesk(desk_url)
    try:
        assert fire(again, UNDO_PORTION) == 1
        assert assignees(again) == {"agent1": TICKETS - PORTION, None: PORTION}
        assert fire(again, UNDO_PORTION) == 1
        assert assignees(again) == {"agent1": TICKETS}
        assert fire(again, UNDO_PORTION) == fire(again) == 0
    finally:
        again.close()


def test_number_of_statements_of_a_portion_does_not_depend_on_the_portions(desk: StoredDesk) -> None:
    """The undo and each of its portions read and write one portion, not all tickets of the agent."""

    def statements(count: int) -> list[int]:
        fill(desk, count=count)
        desk.do(ChangeAgent("agent1", active=False), OWNER)
        while fire(desk):
            pass
        found: list[int] = []
        with counted() as seen:
            desk.do(Undo(), OWNER)
            found.append(len(seen))
            del seen[:]
            fire(desk, UNDO_PORTION)
            found.append(len(seen))
        while fire(desk, UNDO_PORTION):
            pass
        return found

    few, many = statements(2 * PORTION), statements(2 * PORTION)
    assert [more - less for less, more in zip(few, many, strict=True)] <= [5, 5], (few, many)


def test_check_of_an_undo_loads_no_portion(desk: StoredDesk) -> None:
    """The check before an undo decides about all portions with the same statements for any number of portions."""
    owner = Caller(0, "root", True)

    def statements(count: int) -> list[str]:
        fill(desk, count=count)
        desk.do(ChangeAgent("agent1", active=False), OWNER)
        while fire(desk):
            pass
        with counted() as seen:
            check_undo(desk.store, Undo(), owner, None)
        desk.do(Undo(), OWNER)
        while fire(desk, UNDO_PORTION):
            pass
        return seen

    few = statements(2 * PORTION)
    assert len(statements(3 * PORTION)) == len(few)


def test_list_of_commands_has_the_tickets_of_all_portions(desk: StoredDesk) -> None:
    fill(desk)
    deactivate(desk)
    [row] = desk.do(ListCommands(1), OWNER).facts["commands"]
    assert (row["did"], row["state"]) == ("changed agent agent1", "can be undone")
    assert sorted(row["tickets"]) == list(range(1, TICKETS + 1))


@pytest.mark.parametrize("automatic", [False, True])
def test_later_mail_of_a_customer_prevents_the_undo(desk: StoredDesk, automatic: bool) -> None:
    """Automatic mail does not count, and neither do changes that were undone."""
    fill(desk)
    [last] = desk.mail(message_id="<one@example.org>").tickets  # in the last portion
    desk.do(Assign(last, "agent1"), "agent2")
    desk.do(ChangeAgent("agent1", active=False), OWNER)
    while fire(desk):
        pass
    desk.do(Assign(last, "agent2"), "agent2")
    desk.do(Undo(), "agent2")
    desk.mail(in_reply_to=("<one@example.org>",), automatic="out of office" if automatic else "")
    if automatic:
        desk.do(Undo(), OWNER, dry_run=True)
        return
    with pytest.raises(DeskctlError, match=f"the customer changed ticket {last} later"):
        desk.do(Undo(), OWNER, dry_run=True)


def test_dry_run_of_undo_decides_about_all_portions(desk: StoredDesk) -> None:
    fill(desk)
    first = deactivate(desk)
    assert len(desk.do(Undo(), OWNER, dry_run=True).tickets) == TICKETS
    later = min(set(range(1, TICKETS + 1)) - set(first))
    desk.do(Assign(later, "agent2"), "agent2")
    with pytest.raises(DeskctlError, match=f"agent2 changed ticket {later} later"):
        desk.do(Undo(), OWNER, dry_run=True)


def test_undo_in_portions_keeps_tickets_that_someone_changes_meanwhile(desk: StoredDesk) -> None:
    fill(desk)
    first = deactivate(desk)
    last = min(set(range(1, TICKETS + 1)) - set(first))
    desk.do(Undo(), OWNER)
    desk.do(Assign(last, "agent2"), "agent2")
    while fire(desk, UNDO_PORTION):
        pass
    assert assignees(desk) == {"agent1": TICKETS - 1, "agent2": 1}
    assert desk.ticket(last).assignee == "agent2"


def test_undo_in_portions_notifies_no_one(desk: StoredDesk) -> None:
    fill(desk)
    deactivate(desk)
    before = len(desk.store.ask(ListOutbox(all=True, limit=10 * TICKETS)))
    digests = [timer for timer in desk.store.timers.due(1000) if timer.kind != UNASSIGN]
    desk.do(Undo(), OWNER)
    while fire(desk, UNDO_PORTION):
        pass
    assert len(desk.store.ask(ListOutbox(all=True, limit=10 * TICKETS))) == before
    assert [timer for timer in desk.store.timers.due(1000) if timer.kind != UNASSIGN] == digests


def test_undo_in_portions_is_one_undo(desk: StoredDesk) -> None:
    """While portions are left, a second undo does not undo the same command, and the list shows it as undone."""
    fill(desk)
    deactivate(desk)
    desk.do(Undo(), OWNER)
    rows = desk.do(ListCommands(), OWNER).facts["commands"]
    assert rows[0]["did"] == "changed agent agent1"
    assert rows[0]["state"] == "undone"
    with pytest.raises(DeskctlError, match="already undone"):
        desk.do(Undo(rows[0]["command"]), OWNER)


def test_agent_who_is_deactivated_again_gets_no_tickets_from_the_undo(desk: StoredDesk) -> None:
    fill(desk)
    deactivate(desk)
    desk.do(Undo(), OWNER)
    desk.do(ChangeAgent("agent1", active=False), OWNER)
    while fire(desk, UNDO_PORTION) + fire(desk):
        pass
    assert assignees(desk) == {None: TICKETS}


def test_undo_stops_portions_that_are_left(desk: StoredDesk) -> None:
    fill(desk)
    desk.do(ChangeAgent("agent1", active=False), OWNER)
    assert fire(desk) == 1
    desk.do(Undo(), OWNER)
    assert fire(desk, UNDO_PORTION) == 1
    assert assignees(desk) == {"agent1": TICKETS}
    assert fire(desk) == 1
    assert fire(desk) == fire(desk, UNDO_PORTION) == 0
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
