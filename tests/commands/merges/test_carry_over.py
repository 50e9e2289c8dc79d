"""The state that a merge moves to the target ticket and that undo restores, on each store."""

from __future__ import annotations

from datetime import timedelta

import pytest

from deskctl.core.merges.commands import Merge
from deskctl.core.messages.commands import Reply
from deskctl.core.sla import commands as lv
from deskctl.core.sla.queries import ExplainClocks, ListDue
from deskctl.core.tickets import commands as c
from deskctl.core.tickets.model import Priority
from deskctl.core.undo.commands import Undo
from tests.commands.desk import StoredDesk
from tests.commands.sla.test_clocks import clock, fire, notified, opened


def iso(desk: StoredDesk, after: timedelta) -> str:
    return (desk.now + after).isoformat().replace("+00:00", "Z")


@pytest.fixture
def two(desk: StoredDesk) -> tuple[int, int]:
    """Return the numbers of two tickets of agent1."""
    numbers = opened(desk), opened(desk, sender="ben@example.org")
    for number in numbers:
        desk.do(c.Take(number))
    return numbers


def due(desk: StoredDesk) -> list[tuple[int, str, str]]:
    return [(row["ticket"], row["metric"], row["due"]) for row in desk.store.ask(ListDue(None, None, 100, None))]


def test_merge_moves_promise_and_assignee_is_notified_when_due(desk: StoredDesk, two: tuple[int, int]) -> None:
    one, other = two
    desk.do(lv.Promise(one, "+2h"))
    moment = iso(desk, timedelta(hours=2))
    desk.do(Merge(one, other))
    assert (clock(desk, other, "promise")["due"], clock(desk, one, "promise")["state"]) == (moment, "paused")
    assert due(desk) == [(other, "promise", moment)]
    assert desk.show(other)["due_at"] == moment
    desk.later(hours=2)
    fire(desk)
    assert notified(desk, "overdue") == ["agent1"]
    desk.do(Reply(other, "Here it is."))
    assert clock(desk, other, "promise")["state"] == "fulfilled"


@pytest.mark.parametrize(("theirs", "ours", "kept"), [(1, 2, 1), (2, 1, 1)])
def test_merge_keeps_earlier_of_two_promises(
    desk: StoredDesk, two: tuple[int, int], theirs: int, ours: int, kept: int
) -> None:
    one, other = two
    desk.do(lv.Promise(one, f"+{theirs}h"))
    desk.do(lv.Promise(other, f"+{ours}h"))
    desk.do(Merge(one, other))
    assert due(desk) == [(other, "promise", iso(desk, timedelta(hours=kept)))]
    desk.do(Undo())
    hours = {one: theirs, other: ours}
    assert sorted(due(desk)) == [(n, "promise", iso(desk, timedelta(hours=h))) for n, h in sorted(hours.items())]


def test_undo_moves_promise_back_after_its_timer_fired(desk: StoredDesk, two: tuple[int, int]) -> None:
    one, other = two
    desk.do(lv.Promise(one, "+2h"))
    moment = iso(desk, timedelta(hours=2))
    desk.do(Merge(one, other))
    desk.later(hours=3)
    fire(desk)
    assert notified(desk, "overdue") == ["agent1"]
    desk.do(Undo())
    assert desk.show(one)["status"] == "open"
    assert due(desk) == [(one, "promise", moment)]
    assert desk.store.ask(ExplainClocks(other, None)) == []


def test_due_callback_does_not_prevent_undo(desk: StoredDesk, two: tuple[int, int]) -> None:
    one, other = two
    desk.do(c.Set(one, (("callback", "+1h"),)))
    desk.do(Merge(one, other))
    desk.later(hours=2)
    fire(desk)
    assert notified(desk, "callback") == ["agent1"]
    desk.do(Undo())
    assert desk.ticket(one).callback_at is not None
    assert desk.ticket(other).callback_at is None


def test_promise_moves_through_chain_of_merges(desk: StoredDesk, two: tuple[int, int]) -> None:
    one, other = two
    last = opened(desk, sender="cy@example.org")
    desk.do(lv.Promise(one, "+2h"))
    desk.do(Merge(one, other))
    desk.do(Merge(other, last))
    assert due(desk) == [(last, "promise", iso(desk, timedelta(hours=2)))]
    desk.do(Undo())
    assert due(desk) == [(other, "promise", iso(desk, timedelta(hours=2)))]


def test_fulfilled_promise_is_not_moved(desk: StoredDesk, two: tuple[int, int]) -> None:
    one, other = two
    desk.do(lv.Promise(one, "+2h"))
    desk.do(Reply(one, "Here it is."))
    desk.do(Merge(one, other))
    assert due(desk) == []


def test_promise_reopens_solved_target(desk: StoredDesk, two: tuple[int, int]) -> None:
    one, other = two
    desk.do(Reply(one, "I will see."))
    desk.do(lv.Promise(one, "+2h"))
    desk.do(c.Solve(other))
    desk.do(Merge(one, other))
    assert desk.show(other)["status"] == "open"
    assert due(desk) == [(other, "promise", iso(desk, timedelta(hours=2)))]
    desk.do(Undo())
    assert desk.show(other)["status"] == "solved"


def test_merge_moves_manual_due_time_if_it_is_earlier(desk: StoredDesk, two: tuple[int, int]) -> None:
    one, other = two
    desk.do(lv.AddPolicy("p", "", "24x7", (("resolution", "8h"), ("first_response", "6h")), ()), "user:root")
    desk.do(c.Set(one, (("due", "+3h"), ("due.first_response", "+1h"))))
    desk.do(Reply(other, "Which one?"))
    desk.do(c.Set(other, (("due", "+5h"),)))
    desk.do(Merge(one, other))
    assert clock(desk, other, "resolution")["due"] == iso(desk, timedelta(hours=3))
    assert clock(desk, other, "next_response")["due"] == iso(desk, timedelta(hours=1))


def test_merge_moves_tags_followers_and_priority_and_undo_restores_them(desk: StoredDesk) -> None:
    one, other = opened(desk), opened(desk, sender="ben@example.org")
    desk.do(c.Take(one))
    desk.do(c.Take(other), "agent2")
    desk.do(c.Tag(one, ("refund",), ()))
    desk.do(c.Set(one, (("priority", "urgent"),)))
    before = desk.ticket(other)
    desk.do(Merge(one, other))
    after = desk.ticket(other)
    assert (after.tags, after.priority, after.followers, after.assignee) == (
        {"refund"},
        Priority.URGENT,
        {"agent1"},
        "agent2",
    )
    desk.do(Undo())
    undone = desk.ticket(other)
    assert (undone.tags, undone.priority, undone.followers) == (before.tags, before.priority, before.followers)


def test_merge_keeps_escalation_tier(desk: StoredDesk) -> None:
    from deskctl.core.agents.commands import ChangeAgent

    desk.do(ChangeAgent("agent2", tier="senior"), "user:root")
    one, other = opened(desk), opened(desk, sender="ben@example.org")
    desk.do(c.Escalate(one, "tier:senior", "hard"))
    desk.do(Merge(one, other))
    assert desk.ticket(other).tier == "senior"
    desk.do(Undo())
    assert desk.ticket(other).tier is None
