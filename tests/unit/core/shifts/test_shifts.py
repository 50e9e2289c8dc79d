"""Shifts: parsing of hours, work periods, coverage gaps and staffing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskctl.core.calendars.model import DAY, Calendar, Frame
from deskctl.core.shifts import coverage
from deskctl.core.shifts import staffing as planning
from deskctl.core.shifts.hours import parse_shift, written
from deskctl.core.shifts.model import Absence, Rota, Shift
from deskctl.core.shifts.work_periods import next_start, on_shift, work_periods
from deskctl.core.shifts.workload import demand, lasting, remarks, window
from deskctl.errors import UsageError

MINUTE = timedelta(minutes=1)
ZONES = ("Asia/Seoul", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")


def at(text: str, zone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def rota(hours: str, zone: str = "UTC", *, absences: tuple[Absence, ...] = (), **fields: Any) -> Rota:
    return Rota((Shift(1, "ana", zone, parse_shift(hours), **fields),), absences)


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("mon-fri 09:00-18:00", "mon-fri 09:00-18:00"),
        ("fri-sun 22:00-06:00", "fri-sun 22:00-06:00"),
        ("mon 09:00-12:00 22:00-00:00", "mon 09:00-12:00 22:00-24:00"),
        ("월-금 21:30 – 05:15", "mon-fri 21:30-05:15"),
        ("sun 23:00-07:00; mon 07:00-09:00", "mon 07:00-09:00; sun 23:00-07:00"),
        ("24x7", "24x7"),
    ],
)
def test_hours_parse_and_format(text: str, again: str) -> None:
    assert written(parse_shift(text)) == again
    assert parse_shift(again) == parse_shift(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("mon 22:00-06:00; tue 05:00-09:00", "mon and tue overlap"),
        ("sun 22:00-06:00; mon 05:00-09:00", "sun and mon overlap"),
        ("mon 09:00-09:00", "is empty"),
        ("mon 09:00-18:00; mon 20:00-21:00", "named twice"),
        ("closed", "no working hours"),
        ("someday 09:00-18:00", "not a day"),
    ],
)
def test_invalid_hours_are_refused(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        parse_shift(text)


def test_clock_changes_make_a_night_shift_shorter_or_longer() -> None:
    night = rota("sat 22:00-06:00", "Europe/Berlin")
    spring, autumn = at("2027-03-27T12:00"), at("2027-10-30T12:00")
    assert [s.end - s.start for s in work_periods(night, spring, spring + timedelta(days=1))] == [timedelta(hours=7)]
    assert [s.end - s.start for s in work_periods(night, autumn, autumn + timedelta(days=1))] == [timedelta(hours=9)]


def test_night_shift_before_a_day_off_is_worked_completely() -> None:
    night = rota("daily 22:00-06:00", absences=(Absence(2, "ana", date(2027, 3, 2), date(2027, 3, 2)),))
    assert on_shift(night, "ana", at("2027-03-02T05:59"))
    assert not on_shift(night, "ana", at("2027-03-02T23:00"))
    assert not on_shift(night, "ana", at("2027-03-03T01:00"))
    assert on_shift(night, "ana", at("2027-03-03T22:00"))


def test_shift_is_valid_from_its_first_to_its_last_day() -> None:
    short = rota("daily 09:00-18:00", first=date(2027, 3, 2), last=date(2027, 3, 3))
    found = work_periods(short, at("2027-03-01T00:00"), at("2027-03-08T00:00"))
    assert [s.day.day for s in found] == [2, 3]


def test_agent_without_shifts_is_neither_on_nor_off_shift() -> None:
    day = rota("mon 09:00-18:00")
    assert on_shift(day, "ben", at("2027-03-01T10:00")) is None
    assert on_shift(day, "ana", at("2027-03-01T10:00")) is True
    assert on_shift(day, "ana", at("2027-03-01T18:00")) is False


def test_shift_for_one_team_does_not_apply_to_another() -> None:
    billing = Rota((Shift(1, "ana", "UTC", parse_shift("mon 09:00-18:00"), team="billing"),))
    assert on_shift(billing, "ana", at("2027-03-01T10:00"), "billing") is True
    assert on_shift(billing, "ana", at("2027-03-01T10:00"), "support") is False


def test_next_start_returns_the_start_of_the_next_shift() -> None:
    day = rota("mon 09:00-18:00", "Asia/Seoul")
    assert next_start(day, {"ana"}, at("2027-03-01T10:00")) == at("2027-03-08T00:00")
    assert next_start(day, {"ben"}, at("2027-03-01T10:00")) is None


def frames(draw: st.DrawFn) -> tuple[Frame, ...]:
    cuts = sorted(draw(st.sets(st.integers(0, 95), max_size=4)))
    return tuple(Frame(a * 900, b * 900) for a, b in zip(cuts[::2], cuts[1::2], strict=False))


@st.composite
def weeks(draw: st.DrawFn) -> Rota:
    week = [frames(draw) for _ in range(7)]
    night = draw(st.integers(0, 6))
    week[night] = (Frame(22 * 3600, DAY + draw(st.integers(0, 6)) * 900),)
    zone = draw(st.sampled_from(ZONES))
    off = date(2027, 1, 1) + timedelta(days=draw(st.integers(0, 364)))
    first = draw(st.none() | st.just(off - timedelta(days=3)))
    return Rota((Shift(1, "ana", zone, tuple(week), first),), (Absence(2, "ana", off, off + timedelta(days=1)),))


@settings(max_examples=60, deadline=None)
@given(weeks(), st.sampled_from(["2027-03-12", "2027-03-26", "2027-04-02", "2027-10-01", "2027-10-29", "2027-11-05"]))
def test_work_periods_equal_the_minutes_on_shift(found: Rota, start: str) -> None:
    """Compare with each minute of four days, which include clock changes."""
    begin = at(start)
    minutes = [begin + n * MINUTE for n in range(0, 4 * 1440, 5)]
    expected = {m for m in minutes if on_shift(found, "ana", m)}
    pieces = work_periods(found, begin, begin + timedelta(days=4))
    assert expected == {m for m in minutes if any(p.start <= m < p.end for p in pieces)}
    assert all(one.end < other.start for one, other in pairwise(pieces))


@settings(max_examples=40, deadline=None)
@given(weeks(), st.sampled_from(["2027-03-26", "2027-10-29"]))
def test_gaps_equal_the_open_minutes_without_an_agent(found: Rota, start: str) -> None:
    office = Calendar("office", "Europe/Berlin", parse_shift("mon-fri 08:00-20:00; sat 10:00-14:00"))
    begin = at(start)
    end = begin + timedelta(days=4)
    open_ = coverage.open_periods(office, begin, end)
    gaps = coverage.gaps(open_, work_periods(found, begin, end))
    for n in range(0, 4 * 1440, 15):
        minute = begin + n * MINUTE
        local = minute.astimezone(ZoneInfo("Europe/Berlin"))
        clock = local.hour * 3600 + local.minute * 60
        is_open = any(f.start <= clock < f.end for f in office.frames(local.date()))
        assert any(s <= minute < e for s, e in gaps) == (is_open and not on_shift(found, "ana", minute))


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
    assert lasting(length) == said


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
