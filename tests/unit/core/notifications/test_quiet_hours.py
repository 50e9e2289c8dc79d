"""Quiet hours: parsing, and when they end."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from deskctl.core.notifications.digests import ranges
from deskctl.core.notifications.quiet_hours import parse_quiet, quiet_until
from deskctl.errors import UsageError

SEOUL = ZoneInfo("Asia/Seoul")


def until(quiet: str, local: str, timezone: str = "Asia/Seoul") -> str | None:
    """Return when quiet hours end, on the wall clock of the zone."""
    zone = ZoneInfo(timezone)
    at = quiet_until(quiet, timezone, datetime.fromisoformat(local).replace(tzinfo=zone).astimezone(UTC))
    return None if at is None else at.astimezone(zone).isoformat(sep=" ", timespec="minutes")[:16]


@pytest.mark.parametrize(
    ("quiet", "now", "end"),
    [
        ("22:00-07:00", "2026-03-02 21:59", None),
        ("22:00-07:00", "2026-03-02 22:00", "2026-03-03 07:00"),
        ("22:00-07:00", "2026-03-03 06:59", "2026-03-03 07:00"),
        ("22:00-07:00", "2026-03-03 07:00", None),
        ("sat-sun", "2026-03-07 12:00", "2026-03-09 00:00"),
        ("22:00-07:00; sat-sun", "2026-03-06 23:00", "2026-03-09 07:00"),
        ("sat, sun 22:00-07:00", "2026-03-07 23:00", "2026-03-08 07:00"),
        ("sat, sun 22:00-07:00", "2026-03-06 23:00", None),
        ("mon-fri 20:00-08:00; sat-sun", "2026-03-07 07:00", "2026-03-09 00:00"),
        ("12:00-13:00 22:00-07:00", "2026-03-02 12:30", "2026-03-02 13:00"),
        ("주말", "2026-03-08 23:59", "2026-03-09 00:00"),
        ("평일 20:00–08:00", "2026-03-02 21:00", "2026-03-03 08:00"),
    ],
)
def test_quiet_hours_end_by_the_local_wall_clock(quiet: str, now: str, end: str | None) -> None:
    assert until(quiet, now) == end


def test_quiet_hours_end_by_the_wall_clock_after_a_clock_change() -> None:
    assert until("22:00-07:00", "2026-03-28 23:00", "Europe/Berlin") == "2026-03-29 07:00"


@pytest.mark.parametrize("quiet", ["22:00", "25:00-07:00", "07:00-07:00", "sun-sat", "someday", "0:00-24:00", ";"])
def test_invalid_quiet_hours_are_refused(quiet: str) -> None:
    with pytest.raises(UsageError):
        parse_quiet(quiet)


@pytest.mark.parametrize("quiet", ["mon-fri 20:00-08:00, sat-sun", "22:00-07:00, sat-sun", "평일 20:00-08:00 주말"])
def test_day_after_an_hour_is_refused(quiet: str) -> None:
    with pytest.raises(UsageError, match="comes after an hour") as refused:
        parse_quiet(quiet)
    assert "start a new part with a semicolon" in (refused.value.hint or "")


def test_numbers_are_formatted_as_ranges() -> None:
    assert ranges([3, 5, 6, 7, 9]) == "#3, #5–#7, #9"
