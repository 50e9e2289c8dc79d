"""Staffing: average requests, missing agents, targets."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from deskctl.core.shifts import staffing as planning
from deskctl.core.shifts.workload import demand, format_length, remarks, window
from deskctl.errors import UsageError
from tests.unit.core.shifts.test_shifts import at, rota


def test_averages_use_whole_weeks_and_warn_about_a_short_history() -> None:
    now = at("2027-03-15T10:20")
    assert window(at("2027-02-20T08:30"), now) == (at("2027-02-22T10:00"), at("2027-03-15T10:00"))
    assert window(at("2020-01-01T08:30"), now) == (at("2027-03-15T10:00") - timedelta(weeks=12), at("2027-03-15T10:00"))
    assert window(at("2027-03-15T10:05"), now) == (at("2027-03-15T10:00"), at("2027-03-15T10:00"))
    assert window(None, now) is None
    seoul = ZoneInfo("Asia/Seoul")
    since, until = window(at("2027-02-20T08:30"), now) or (now, now)
    found = demand([(at("2027-03-01T00:15"), 6)], since, until, seoul)  # Monday 09:15 in Seoul
    assert found.average((0, 9)) == 2
    assert found.average((0, 10)) == 0
    assert remarks(found) == ["too little history: 6 requests in 3 weeks; use at least 4 weeks and 50 requests"]
    assert remarks(None) == ["too little history: no request has arrived yet"]
    silent = demand([], since, until, seoul)
    assert remarks(silent) == ["too little history: no request has arrived in the last 3 weeks"]


def test_agent_who_leaves_within_the_hour_does_not_count_for_it() -> None:
    early = rota("mon-sun 09:00-12:30")
    found = planning.present(early, at("2027-03-01T00:00"), ZoneInfo("UTC"), None, ["ana"])
    assert [hour for hour in range(24) if found[0, hour]] == [9, 10, 11]


def test_plan_shows_missing_and_spare_agents() -> None:
    calls = demand([(at("2027-03-01T10:00"), 60)], at("2027-03-01T00:00"), at("2027-03-08T00:00"), ZoneInfo("UTC"))
    work = planning.Work(timedelta(minutes=6), planning.parse_target("80%/20s"), planning.parse_share("30%", ""))
    rows = {(row["weekday"], row["hour"]): row for row in planning.plan(calls, work, {(0, 10): 2, (1, 10): 2})}
    busy, quiet = rows["mon", 10], rows["tue", 10]
    assert (busy["load"], busy["needed"], busy["on_shift"], busy["spare"]) == (6.0, 13, 2, -11)
    assert busy["level"] == 0
    assert (quiet["needed"], quiet["spare"], quiet["level"]) == (0, 2, 1)
    assert len(rows) == 168


def test_part_of_an_hour_counts_proportionally() -> None:
    """Local hours in Kolkata begin at half past in UTC; Lord Howe sets its clocks forward by half an hour."""
    kolkata = ZoneInfo("Asia/Kolkata")
    short = demand([(at("2027-03-01T10:00"), 3)], at("2027-03-01T10:00"), at("2027-03-01T11:00"), kolkata)
    assert (short.average((0, 15)), short.average((0, 16))) == (6.0, 0.0)
    lord_howe = ZoneInfo("Australia/Lord_Howe")
    first = at("2027-08-09T00:00")
    year = demand([(at("2027-10-02T15:45"), 17)], first, first + timedelta(weeks=9), lord_howe)
    assert year.average((6, 2)) == 17 / 8.5
    assert year.average((6, 3)) == 0


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=47), "47 hours"),
        (timedelta(days=13), "13 days"),
        (timedelta(weeks=12), "12 weeks"),
    ],
)
def test_length_of_the_history_is_formatted(length: timedelta, said: str) -> None:
    assert format_length(length) == said


def test_shrinkage_reduces_the_service_level_of_one_agent() -> None:
    work = planning.Work(timedelta(minutes=1), planning.parse_target("80%/20s"), 0.3)
    alone = planning.Work(timedelta(minutes=1), planning.parse_target("80%/20s")).level(6, 1)
    assert work.level(6, 1) == pytest.approx(0.7 * alone)
    assert [work.level(6, people) for people in range(5)] == sorted(work.level(6, people) for people in range(5))
    assert work.level(6, work.needed(6)) >= 0.8


@pytest.mark.parametrize(
    ("text", "why"),
    [("1000000h", "1000000h is too long"), ("999d", "999d is too long"), ("six", "--aht: not a duration: “six”")],
)
def test_invalid_handling_time_is_refused(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        planning.parse_handling(text)


def test_target_of_zero_seconds_is_refused() -> None:
    with pytest.raises(UsageError, match="--target: a duration must be longer than zero"):
        planning.parse_target("80%/0s")


@pytest.mark.parametrize(
    "text", ["80", "80%", "0%/20s", "0.5%/20s", "99.99999999%/20s", "100%/20s", "80%/", "80%/0s", "eighty/20s"]
)
def test_target_needs_a_share_and_a_time(text: str) -> None:
    with pytest.raises(UsageError):
        planning.parse_target(text)


def test_target_time_without_a_unit_is_in_seconds() -> None:
    assert planning.parse_target("80/20") == planning.parse_target("80%/20s")
