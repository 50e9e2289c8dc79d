"""Working time agrees with slow, obvious computations, whatever the zone, the hours and the holidays."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from deskctl.core.calendars.business_hours import BusinessHours
from deskctl.core.calendars.model import Calendar, Frame, SpecialDay
from tests.unit.core.calendars import slow

CASES = 10_000 if os.environ.get("DESKCTL_LONG") else 200
MOST = timedelta(days=20)
#: Every rule there is of changing clocks: at midnight, by half an hour, by a day, four times a year, never.
ZONES = (
    "Asia/Seoul", "UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe",
    "Pacific/Apia", "Africa/Casablanca", "Asia/Kathmandu", "America/St_Johns", "Asia/Tehran", "Africa/Cairo",
    "Pacific/Kiritimati", "America/Havana", "Antarctica/Troll", "Europe/Dublin", "Asia/Gaza", "America/Caracas",
)  # fmt: skip


@st.composite
def frames(draw: st.DrawFn, step: int = 1, most: int = 3) -> tuple[Frame, ...]:
    """Sorted, apart; at any second, or at whole minutes."""
    edges = draw(st.sets(st.integers(0, 86400 // step), max_size=2 * most))
    ordered = sorted(edge * step for edge in edges)
    return tuple(Frame(a, b) for a, b in zip(ordered[::2], ordered[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn, step: int = 1) -> Calendar:
    week = tuple(draw(frames(step)) for _ in range(7))
    year = draw(st.integers(1975, 2036))
    days = draw(
        st.dictionaries(
            st.dates(date(year, 1, 1), date(year, 12, 31)),
            frames(step, 1).map(lambda f: SpecialDay("own", f)),
            max_size=10,
        )
    )
    return Calendar("any", draw(st.sampled_from(ZONES)), week, days)


def starts(whole_minutes: bool = False) -> st.SearchStrategy[datetime]:
    step = 60 if whole_minutes else 1
    count = (62 * 365 * 86400) // step
    return st.integers(0, count).map(lambda n: datetime(1975, 1, 1, tzinfo=UTC) + timedelta(seconds=n * step))


@st.composite
def near_changes(draw: st.DrawFn) -> datetime:
    """Around the weekends on which most clocks change, and around a year's end."""
    year, (month, day) = draw(st.integers(1975, 2036)), draw(st.sampled_from([(3, 28), (10, 28), (11, 3), (12, 30)]))
    return datetime(year, month, day, tzinfo=UTC) + timedelta(seconds=draw(st.integers(-4 * 86400, 4 * 86400)))


@settings(max_examples=CASES, deadline=None)
@given(calendars(), starts() | near_changes(), st.integers(0, 2 * 86400))
def test_the_moment_after_some_working_time_agrees_to_the_second(cal: Calendar, start: datetime, working: int) -> None:
    wanted = slow.add(cal, start, timedelta(seconds=working), MOST)
    reached = BusinessHours(cal).add(start, timedelta(seconds=working))
    if wanted is None:
        assert reached is None or reached > start + MOST
    else:
        assert reached == wanted


@settings(max_examples=CASES, deadline=None)
@given(calendars(), starts() | near_changes(), st.integers(0, 10 * 86400))
def test_the_working_time_between_two_moments_agrees_to_the_second(cal: Calendar, start: datetime, span: int) -> None:
    end = start + timedelta(seconds=span)
    assert BusinessHours(cal).between(start, end) == slow.between(cal, start, end)


@settings(max_examples=CASES, deadline=None)
@given(calendars(step=60), starts(whole_minutes=True), st.integers(0, 2 * 1440))
def test_it_agrees_with_counting_the_minutes_that_the_wall_clock_shows(
    cal: Calendar, start: datetime, span: int
) -> None:
    end = start + timedelta(minutes=span)
    assert BusinessHours(cal).between(start, end) == timedelta(minutes=slow.minutes_between(cal, start, end))


@settings(max_examples=CASES, deadline=None)
@given(calendars(), starts() | near_changes(), st.integers(0, 40 * 86400 * 1_000_000))
def test_what_was_added_lies_between(cal: Calendar, start: datetime, working: int) -> None:
    opening, added = BusinessHours(cal), timedelta(microseconds=working)
    reached = opening.add(start, added)
    if reached is not None:
        assert opening.between(start, reached) == added


@settings(max_examples=CASES, deadline=None)
@given(calendars(), starts() | near_changes(), st.integers(0, 40 * 86400))
def test_adding_what_lies_between_gives_the_earliest_moment_of_equal_measure(
    cal: Calendar, start: datetime, span: int
) -> None:
    opening, end = BusinessHours(cal), start + timedelta(seconds=span)
    measure = opening.between(start, end)
    earliest = opening.add(start, measure)
    assert earliest is not None and start <= earliest <= end
    assert opening.between(start, earliest) == measure
    if earliest > start:
        assert opening.between(start, earliest - timedelta(microseconds=1)) < measure
