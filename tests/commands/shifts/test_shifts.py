"""Shifts on each store: routing by shift, handover notes, coverage gaps and staffing."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deskctl.core.agents.commands import ChangeAgent, ChangeTeam
from deskctl.core.kernel.timer_command import FireTimer
from deskctl.core.messages.channels import ChannelInfo, Channels
from deskctl.core.routing.commands import SetPresence
from deskctl.core.routing.queries import ShowQueue
from deskctl.core.shifts.commands import AddShift, HandOver, ReadHandovers, RemoveShift, TakeOff
from deskctl.core.shifts.queries import FindGaps, ListHandovers, ListShifts, PlanStaffing, ShowShifts
from deskctl.core.tickets.commands import Assign, Create, Set
from deskctl.errors import DeskctlError, NotFound, UsageError
from tests.commands.desk import SETTINGS, StoredDesk

OFFICE = "mon-fri 09:00-18:00"


def settle(desk: StoredDesk) -> None:
    """Process all due timers."""
    for _ in itertools.takewhile(lambda _: desk.store.timers.due(10), range(20)):
        for timer in desk.store.timers.due(10):
            desk.do(FireTimer(timer.id), "system:timers")


def test_shift_is_listed_until_it_is_removed(desk: StoredDesk) -> None:
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


def test_tickets_are_assigned_on_shift_and_wait_for_the_next_shift(desk: StoredDesk) -> None:
    """It is 9:00 on a Monday: agent1 works now, agent2 from 12:00."""
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


def test_handover_note_is_shown_to_the_team_until_read(desk: StoredDesk) -> None:
    number = desk.do(HandOver("결제사 장애입니다.")).facts["handover"]
    unread = {a: desk.store.ask(ListHandovers(a, unread=True)) for a in ("agent1", "agent2", "lead")}
    assert [len(notes) for notes in unread.values()] == [0, 1, 0]
    assert unread["agent2"][0]["text"] == "결제사 장애입니다."
    assert desk.store.ask(ShowShifts(reader="agent2"))["handovers"] == unread["agent2"]
    assert desk.store.ask(ShowQueue("agent2"))["handovers"] == unread["agent2"]
    desk.do(ReadHandovers(number), "agent2")
    assert desk.store.ask(ListHandovers("agent2", unread=True)) == []
    assert len(desk.store.ask(ListHandovers("agent2"))) == 1


def test_queue_is_ordered_by_due_time(desk: StoredDesk) -> None:
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


def test_gaps_and_staffing_use_the_average_requests_of_the_hour(desk: StoredDesk) -> None:
    """Five Mondays at 9:00 with two calls of five minutes and one mail each. Mails are not counted for staffing."""
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
    assert (hour["arrivals"], hour["load"], hour["needed"], hour["on_shift"]) == (2.0, 0.167, 1, 0)
    calls = desk.store.ask(PlanStaffing("80%/20s", "support", "phone", now=now))
    assert max(row["arrivals"] for row in calls["hours"]) == 2.0
    mails = desk.store.ask(PlanStaffing("80%/20s", "support", "email", aht="10m", now=now))
    assert max(row["arrivals"] for row in mails["hours"]) == 1.0
    assert any("for support the result is too high" in remark for remark in mails["remarks"])
    with pytest.raises(DeskctlError, match="handling time of requests on email is not known"):
        desk.store.ask(PlanStaffing("80%/20s", "support", "email", now=now))


def call(desk: StoredDesk, *, team: str | None = "support", seconds: int | None = 10) -> None:
    desk.do(Create("+8225550101", "call", "x", channel="phone", team=team, direction="in", seconds=seconds))


def staffing(desk: StoredDesk, channel: str | None = None, **asked: Any) -> dict[str, Any]:
    plan: dict[str, Any] = desk.store.ask(PlanStaffing("80%/20s", "support", channel, now=now(desk), **asked))
    return plan


def now(desk: StoredDesk) -> str:
    return f"{desk.now:%Y-%m-%d %H:%M}"


def busiest_hour(plan: dict[str, Any]) -> float:
    return float(max(row["arrivals"] for row in plan["hours"]))


def test_staffing_counts_only_channels_where_customers_wait(desk: StoredDesk) -> None:
    for number in range(8):
        desk.do(Create(f"c{number}@example.org", "written down", "x", team="support"))
    call(desk)
    desk.mail(at="chat")
    desk.later(hours=2)
    plan = staffing(desk)
    assert (busiest_hour(plan), plan["history"]["arrivals"]) == (2.0, 2)
    assert (plan["aht"], plan["aht_from"]) == (10, "the average of 1 call")
    assert any("handling time of chats is assumed to be that of calls" in remark for remark in plan["remarks"])


def test_chat_stands_for_all_conversational_channels(desk_url: str) -> None:
    telegram = ChannelInfo("tg", "telegram", team="support", sends=True, conversational=True)
    made = StoredDesk(desk_url, SETTINGS.with_features(Channels({**SETTINGS.of(Channels).channels, "tg": telegram})))
    for channel in ("tg", "chat", "support"):
        made.mail(f"{channel}@example.org", at=channel)
    made.later(hours=2)
    plan = staffing(made, "chat", aht="8m", at_once=3)
    assert (busiest_hour(plan), plan["history"]["arrivals"], plan["aht_from"]) == (2.0, 2, "as given")
    assert busiest_hour(staffing(made, "tg", aht="8m")) == 1.0
    with pytest.raises(UsageError, match="handling time of requests on chat is not known"):
        staffing(made, "chat")
    made.close()


def test_staffing_warns_if_the_desk_has_no_chat(desk_url: str) -> None:
    mute = StoredDesk(
        desk_url, SETTINGS.with_features(Channels({"support": SETTINGS.of(Channels).channels["support"]}))
    )
    mute.mail()
    mute.later(hours=2)
    plan = staffing(mute, "chat", aht="8m")
    assert (busiest_hour(plan), plan["most"]) == (0.0, 0)
    assert any(remark.startswith("this desk has no channel of type chat") for remark in plan["remarks"])
    mute.close()


@pytest.mark.parametrize("channel", [None, "phone"])
def test_handling_time_is_assumed_without_calls(desk: StoredDesk, channel: str | None) -> None:
    call(desk, seconds=None)
    for hours in (0, 2):
        desk.later(hours=hours)
        plan = staffing(desk, channel)
        assert (plan["aht"], plan["aht_from"]) == (360, "assumed")
        assert any("assumed to be 6 min; set it with --aht" in remark for remark in plan["remarks"])


def test_staffing_warns_about_calls_without_a_team(desk: StoredDesk) -> None:
    call(desk, team=None)
    call(desk)
    desk.later(hours=2)
    plan = staffing(desk)
    assert busiest_hour(plan) == 1.0
    assert "1 call without a team is not counted: deskctl set NUMBER team=support" in plan["remarks"]
    assert not any("no team" in remark for remark in desk.store.ask(PlanStaffing("80%/20s", now=now(desk)))["remarks"])


def test_history_of_less_than_an_hour_produces_a_warning(desk: StoredDesk) -> None:
    desk.later(minutes=5)
    call(desk)
    desk.later(minutes=5)
    plan = staffing(desk)
    assert (plan["remarks"][0], plan["history"]) == ("too little history: less than an hour", None)
    assert desk.store.ask(FindGaps("1d", now=now(desk)))["remarks"][-1] == plan["remarks"][0]
    desk.later(hours=4)
    enough = "use at least 4 weeks and 50 requests"
    assert staffing(desk)["remarks"][0] == f"too little history: 1 request in 4 hours; {enough}"


def test_gap_hours_can_pass_midnight_and_exclude_a_calendar(desk: StoredDesk) -> None:
    gaps = desk.store.ask(FindGaps("2d", hours="mon 22:00-06:00", now=now(desk)))
    assert [(gap["from"][:16], gap["to"][:16]) for gap in gaps["gaps"]] == [("2026-03-02T22:00", "2026-03-03T06:00")]
    with pytest.raises(UsageError, match="exclude each other"):
        desk.store.ask(FindGaps(hours="mon 09:00-10:00", calendar="24x7"))


def test_overlapping_shifts_produce_a_warning(desk: StoredDesk) -> None:
    desk.do(AddShift("agent1", "mon 09:00-18:00", first="2027-03-01"), "user:root")
    again = desk.do(AddShift("agent1", "mon 17:00-20:00", first="2026-06-01"), "user:root")
    assert again.facts["remarks"] == [
        "agent1 has another shift at the same time, from 2027-03-01 on; overlapping hours count once"
    ]
    for first in ("2027-03-01", "9999-12-30"):
        assert desk.do(AddShift("agent1", "tue 09:00-18:00", first=first), "user:root").facts["remarks"] == []
        desk.do(RemoveShift(desk.store.ask(ListShifts())[-1]["number"]), "user:root")


def test_days_off_twice_produce_a_warning(desk: StoredDesk) -> None:
    desk.do(AddShift("agent1", OFFICE), "user:root")
    first = desk.do(TakeOff("agent1", "2026-03-05", "2026-03-06"), "user:root")
    number = first.facts["shift"]
    assert (first.summary, first.facts["remarks"]) == (
        f"shift {number}: agent1 is off from 2026-03-05 to 2026-03-06",
        [],
    )
    (remark,) = desk.do(TakeOff("agent1", "2026-03-06"), "user:root").facts["remarks"]
    assert remark.startswith("agent1 is already off from 2026-03-05 to 2026-03-06")
    assert f"deskctl shift remove {number}" in remark


def test_shifts_of_a_deactivated_agent_can_be_listed_and_removed(desk: StoredDesk) -> None:
    number = desk.do(AddShift("agent2", OFFICE), "user:root").facts["shift"]
    desk.do(ChangeAgent("agent2", active=False), "user:root")
    for asked in (ListShifts(), ListShifts("agent2"), ListShifts(team="support")):
        assert [(row["number"], row["left"]) for row in desk.store.ask(asked)] == [(number, True)]
    desk.do(RemoveShift(number), "user:root")
    assert desk.store.ask(ListShifts("agent2")) == []


def test_day_off_is_shown_on_the_day_of_the_shift(desk: StoredDesk) -> None:
    """9:00 in Seoul is the previous evening in New York."""
    desk.do(AddShift("agent1", "mon-fri 09:00-18:00", "Asia/Seoul"), "user:root")
    desk.do(TakeOff("agent1", "2026-03-06"), "user:root")  # Friday
    off = {}
    for zone in ("Asia/Seoul", "America/New_York"):
        (person,) = desk.store.ask(ShowShifts("2026-03-02", timezone=zone))["people"]
        off[zone] = [day["date"] for day in person["days"] if day["off"]]
    assert off == {"Asia/Seoul": ["2026-03-06"], "America/New_York": ["2026-03-05"]}


def test_handover_note_needs_a_team_if_the_author_is_in_several(desk: StoredDesk) -> None:
    desk.do(ChangeAgent("agent1", join=("billing",)), "user:root")
    with pytest.raises(UsageError, match="you are in several teams: billing, support"):
        desk.do(HandOver("Keep an eye on it."))
    assert desk.store.ask(ListHandovers()) == []
    assert desk.do(HandOver("Keep an eye on it.", "billing")).facts["team"] == "billing"
    desk.do(ChangeAgent("agent2", leave=("support",)), "user:root")
    assert desk.do(HandOver("For all."), "agent2").facts["team"] is None
