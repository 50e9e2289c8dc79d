"""Working time equals the results of the reference, for all kinds of zones, hours and holidays."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from deskctl.core.calendars.business_hours import BusinessHours
from deskctl.core.calendars.model import Calendar, Frame, SpecialDay
from tests.unit.core.calendars import reference_hours as reference

CASES = 10_000 if os.environ.get("DESKCTL_LONG") else 200
MOST = timedelta(days=20)
#: Zones with all kinds of clock changes: at midnight, by half an hour, by a day, four times a year, never.
ZONES = (
    "Asia/Seoul", "UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe",
    "Pacific/Apia", "Africa/Casablanca", "Asia/Kathmandu", "America/St_Johns", "Asia/Tehran", "Africa/Cairo",
    "Pacific/Kiritimati", "America/Havana", "Antarctica/Troll", "Europe/Dublin", "Asia/Gaza", "America/Caracas",
)  # fmt: skip


@st.composite
def frames(draw: st.DrawFn, step: int = 1, most: int = 3) -> tuple[Frame, ...]:
    """Frames in order and not adjacent; with a precision of `step` seconds."""
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
    """Moments around the weekends of clock changes, and around the end of a year."""
    year, (month, day) = draw(st.integers(1975, 2036)), draw(st.sampled_from([(3, 28), (10, 28), (11, 3), (12, 30)]))
    return datetime(year, month, day, tzinfo=UTC) + timedelta(seconds=draw(st.integers(-4 * 86400, 4 * 86400)))


@settings(max_examples=CASES, deadline=None)
@given(calendars(), starts() | near_changes(), st.integers(0, 2 * 86400))
def test_add_agrees_with_the_reference(cal: Calendar, start: datetime, working: int) -> None:
    wanted = reference.add(cal, start, timedelta(seconds=working), MOST)
    reached = BusinessHours(cal).add(start, timedelta(seconds=working))
    if wanted is None:
        assert reached is None or reached > start + MOST
    else:
        assert reached == wanted


@settings(max_examples=CASES, deadline=None)
@given(calendars(), starts() | near_changes(), st.integers(0, 10 * 86400))
def test_between_agrees_with_the_reference(cal: Calendar, start: datetime, span: int) -> None:
    end = start + timedelta(seconds=span)
    assert BusinessHours(cal).between(start, end) == reference.between(cal, start, end)


@settings(max_examples=CASES, deadline=None)
@given(calendars(step=60), starts(whole_minutes=True), st.integers(0, 2 * 1440))
def test_between_equals_the_open_minutes_of_the_wall_clock(cal: Calendar, start: datetime, span: int) -> None:
    end = start + timedelta(minutes=span)
    assert BusinessHours(cal).between(start, end) == timedelta(minutes=reference.minutes_between(cal, start, end))


@settings(max_examples=CASES, deadline=None)
@given(calendars(), starts() | near_changes(), st.integers(0, 40 * 86400 * 1_000_000))
def test_between_is_the_inverse_of_add(cal: Calendar, start: datetime, working: int) -> None:
    opening, added = BusinessHours(cal), timedelta(microseconds=working)
    reached = opening.add(start, added)
    if reached is not None:
        assert opening.between(start, reached) == added


@settings(max_examples=CASES, deadline=None)
@given(calendars(), starts() | near_changes(), st.integers(0, 40 * 86400))
def test_add_returns_the_earliest_moment_of_equal_measure(cal: Calendar, start: datetime, span: int) -> None:
    opening, end = BusinessHours(cal), start + timedelta(seconds=span)
    measure = opening.between(start, end)
    earliest = opening.add(start, measure)
    assert earliest is not None and start <= earliest <= end
    assert opening.between(start, earliest) == measure
    if earliest > start:
        assert opening.between(start, earliest - timedelta(microseconds=1)) < measure
