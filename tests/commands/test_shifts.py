"""Shifts as the desk keeps them: who is given tickets when, what is read, and what usually arrives."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from deskctl.core.commands.admin import ChangeTeam
from deskctl.core.commands.machine import FireTimer
from deskctl.core.commands.routing import SetPresence
from deskctl.core.commands.shifts import AddShift, HandOver, ReadHandovers, RemoveShift, TakeOff
from deskctl.core.commands.tickets import Assign, Create, Set
from deskctl.core.queries.shifts import FindGaps, ListHandovers, ListShifts, PlanStaffing, ShowQueue, ShowShifts
from deskctl.errors import DeskctlError, NotFound

from .desk import StoredDesk

OFFICE = "mon-fri 09:00-18:00"


def settle(desk: StoredDesk) -> None:
    """Let every timer fire that is due."""
    for _ in itertools.takewhile(lambda _: desk.store.timers.due(10), range(20)):
        for timer in desk.store.timers.due(10):
            desk.do(FireTimer(timer.id), "system:timers")


def test_a_shift_is_kept_as_it_was_said_and_goes_when_it_is_removed(desk: StoredDesk) -> None:
    number = desk.do(AddShift("agent1", "fri 22:00-06:00", "Asia/Seoul", "2027-03-01"), "user:root").facts["shift"]
    off = desk.do(TakeOff("agent1", "2027-03-05"), "user:root").facts["shift"]
    first, second = desk.store.ask(ListShifts())
    assert (first["number"], first["hours"], first["timezone"]) == (number, "fri 22:00-06:00", "Asia/Seoul")
    assert (first["from"], first["until"]) == ("2027-03-01", None)
    assert (second["number"], second["kind"], second["until"]) == (off, "off", "2027-03-05")
    desk.do(RemoveShift(number), "user:root")
    desk.do(RemoveShift(off), "user:root")
    assert desk.store.ask(ListShifts()) == []
    with pytest.raises(NotFound):
        desk.do(RemoveShift(number), "user:root")


def test_tickets_go_to_whoever_is_on_shift_and_wait_for_the_next_one(desk: StoredDesk) -> None:
    """Nine o'clock on a Monday: agent1 works now, agent2 from noon on."""
    desk.do(ChangeTeam("support", route="round_robin"), "user:root")
    for agent in ("agent1", "agent2"):
        desk.do(SetPresence("online", agent), "user:root")
    desk.do(AddShift("agent1", "mon 08:00-10:00"), "user:root")
    desk.do(AddShift("agent2", "mon 12:00-18:00"), "user:root")
    desk.mail()
    settle(desk)
    assert desk.ticket(1).assignee == "agent1"
    desk.later(hours=1)
    desk.mail(subject="Later")
    settle(desk)
    assert desk.ticket(2).assignee is None
    desk.later(hours=2)
    settle(desk)
    assert desk.ticket(2).assignee == "agent2"


def test_a_note_is_shown_to_the_others_of_the_team_until_they_have_read_it(desk: StoredDesk) -> None:
    number = desk.do(HandOver("결제사 장애입니다.")).facts["handover"]
    unread = {a: desk.store.ask(ListHandovers(a, unread=True)) for a in ("agent1", "agent2", "lead")}
    assert [len(notes) for notes in unread.values()] == [0, 1, 0]
    assert unread["agent2"][0]["text"] == "결제사 장애입니다."
    assert desk.store.ask(ShowShifts(reader="agent2"))["handovers"] == unread["agent2"]
    assert desk.store.ask(ShowQueue("agent2"))["handovers"] == unread["agent2"]
    desk.do(ReadHandovers(number), "agent2")
    assert desk.store.ask(ListHandovers("agent2", unread=True)) == []
    assert len(desk.store.ask(ListHandovers("agent2"))) == 1


def test_the_queue_is_in_the_order_of_what_is_due(desk: StoredDesk) -> None:
    for subject in ("one", "two", "three"):
        desk.mail(subject=subject)
        desk.later(minutes=1)
    desk.do(Set(3, (("priority", "urgent"),)))
    desk.do(Assign(2, "agent2"))
    desk.do(Create("x", "nobody's", "x"))
    numbers = {
        reader: [row["number"] for row in desk.store.ask(ShowQueue(reader))["tickets"]]
        for reader in ("agent1", "agent2", "lead", None)
    }
    assert numbers == {"agent1": [3, 1, 4], "agent2": [3, 1, 2, 4], "lead": [4], None: [3, 1, 2, 4]}
    assert [row["number"] for row in desk.store.ask(ShowQueue(team="support"))["tickets"]] == [3, 1, 2]
    short = desk.store.ask(ShowQueue("agent1", limit=1))
    assert ([row["number"] for row in short["tickets"]], short["more"]) == ([3], 2)
    assert [row["number"] for row in desk.store.ask(ShowQueue("agent2", mine=True))["tickets"]] == [2]
    with pytest.raises(DeskctlError, match="did you mean support"):
        desk.store.ask(ShowQueue(team="suport"))


def test_gaps_and_staffing_count_what_came_in_such_hours(desk: StoredDesk) -> None:
    """Five Mondays at nine: two calls of five minutes and one mail each."""
    start = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    for week in range(5):
        desk.now = start + timedelta(weeks=week, minutes=10)
        desk.mail(subject=f"week {week}")
        for _ in range(2):
            desk.do(Create("+8225550101", "call", "x", channel="phone", team="support", direction="in", seconds=300))
    now = "2026-04-05 09:00"
    desk.do(AddShift("agent1", "mon-fri 10:00-18:00"), "user:root")
    gaps = desk.store.ask(FindGaps("2d", "support", hours=OFFICE, now=now))
    assert [(gap["from"][:16], gap["seconds"], gap["arrivals"]) for gap in gaps["gaps"]] == [
        ("2026-04-06T09:00", 3600, 3.0)
    ]
    assert (gaps["arrivals"], gaps["history"]["arrivals"]) == (3.0, 12)
    plan = desk.store.ask(PlanStaffing("80%/20s", "support", now=now))
    hour = next(row for row in plan["hours"] if (row["weekday"], row["hour"]) == ("mon", 9))
    assert (plan["aht"], plan["aht_from"]) == (300, "the average of 8 calls")
    assert (hour["arrivals"], hour["load"], hour["needed"], hour["on_shift"]) == (3.0, 0.25, 2, 0)
    calls = desk.store.ask(PlanStaffing("80%/20s", "support", "phone", now=now))
    assert max(row["arrivals"] for row in calls["hours"]) == 2.0
    mails = desk.store.ask(PlanStaffing("80%/20s", "support", "email", aht="10m", now=now))
    assert max(row["arrivals"] for row in mails["hours"]) == 1.0
    with pytest.raises(DeskctlError, match="how long does a request take"):
        desk.store.ask(PlanStaffing("80%/20s", "support", "email", now=now))
