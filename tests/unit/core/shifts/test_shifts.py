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
from deskctl.core.shifts.hours import format_week, parse_shift
from deskctl.core.shifts.model import Absence, Rota, Shift
from deskctl.core.shifts.work_periods import next_start, on_shift, work_periods
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
    assert format_week(parse_shift(text)) == again
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
