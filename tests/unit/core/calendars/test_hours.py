"""What a calendar's hours mean, in the words of people who set them up."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from deskctl.core.calendars.hours import parse_hours, written
from deskctl.core.calendars.model import Calendar, Day, Frame, always, zone
from deskctl.core.calendars.opening import Opening
from deskctl.core.calendars.schedule import Piece, Schedule
from deskctl.errors import UsageError

SEOUL = ZoneInfo("Asia/Seoul")
OFFICE = Calendar("seoul", "Asia/Seoul", parse_hours("mon-fri 09:00-12:00 13:00-18:00"))


def seoul(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SEOUL)  # type: ignore[arg-type]


def test_three_hours_from_nine_end_at_noon_and_not_after_lunch() -> None:
    assert Opening(OFFICE).add(seoul(2026, 12, 21, 9), timedelta(hours=3)) == seoul(2026, 12, 21, 12)


def test_the_lunch_break_does_not_count() -> None:
    assert Opening(OFFICE).between(seoul(2026, 12, 21, 11), seoul(2026, 12, 21, 14)) == timedelta(hours=2)


def test_a_holiday_and_a_weekend_are_passed_over() -> None:
    christmas = Calendar("seoul", "Asia/Seoul", OFFICE.week, {date(2026, 12, 25): Day("기독탄신일")})
    assert Opening(christmas).add(seoul(2026, 12, 24, 17, 50), timedelta(hours=2)) == seoul(2026, 12, 28, 10, 50)


def test_a_half_day_has_its_own_hours() -> None:
    eve = Calendar("seoul", "Asia/Seoul", OFFICE.week, {date(2026, 12, 24): Day("eve", (Frame(9 * 3600, 12 * 3600),))})
    assert Opening(eve).add(seoul(2026, 12, 24, 11), timedelta(hours=2)) == seoul(2026, 12, 25, 10)


def test_a_night_without_two_o_clock_is_an_hour_shorter_and_one_with_two_is_longer() -> None:
    night = Opening(Calendar("night", "Europe/Berlin", parse_hours("daily 00:00-06:00")))
    spring, autumn = datetime(2026, 3, 29, tzinfo=ZoneInfo("Europe/Berlin")), datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert night.between(spring, spring + timedelta(hours=23)) == timedelta(hours=5)
    assert night.between(autumn, autumn + timedelta(hours=24)) == timedelta(hours=7)


def test_a_frame_may_end_at_midnight_and_go_on_the_next_day() -> None:
    late = Opening(Calendar("late", "UTC", parse_hours("fri 22:00-24:00; sat 00:00-02:00")))
    assert late.between(datetime(2026, 5, 1, 20, tzinfo=UTC), datetime(2026, 5, 2, 9, tzinfo=UTC)) == timedelta(hours=4)


@pytest.mark.parametrize("hours", ["closed", "mon 09:00-09:01"])
def test_a_moment_that_never_comes_is_said_at_once(hours: str) -> None:
    assert (
        Opening(Calendar("never", "Asia/Seoul", parse_hours(hours))).add(seoul(2026, 1, 1), timedelta(days=90)) is None
    )


def test_always_is_open_always() -> None:
    start = datetime(2026, 3, 28, tzinfo=UTC)
    assert Opening(always()).add(start, timedelta(days=400)) == start + timedelta(days=400)


def test_a_new_version_counts_from_its_moment_on() -> None:
    longer = Calendar("seoul", "Asia/Seoul", parse_hours("mon-fri 09:00-21:00"), version=2)
    moment = seoul(2026, 12, 22, 0)
    schedule = Schedule([Piece(seoul(2026, 1, 1), Opening(OFFICE)), Piece(moment, Opening(longer))])
    assert schedule.between(seoul(2026, 12, 21, 0), seoul(2026, 12, 23, 0)) == timedelta(hours=8 + 12)
    assert schedule.add(seoul(2026, 12, 21, 17), timedelta(hours=13)) == seoul(2026, 12, 22, 21)


@pytest.mark.parametrize(
    "text",
    ["mon-fri 09:00-12:00 13:00-18:00; sat 10:00-14:00", "24x7", "closed", "mon 00:00-24:00", "tue 08:30-09:00"],
)
def test_hours_are_written_as_they_are_read(text: str) -> None:
    assert written(parse_hours(text)) == text


def test_hours_are_read_in_korean_over_the_weekend_and_with_any_dash() -> None:
    assert parse_hours("월–금 09:00~18:00; 토요일 10:00 - 12:00") == parse_hours("mon-fri 09:00-18:00; sat 10:00-12:00")
    assert parse_hours("sat-mon 10:00-12:00") == parse_hours("sat,sun,mon 10:00-12:00")
    assert parse_hours("mon 09:00-12:00 12:00-18:00") == parse_hours("monday 09:00-18:00")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mon 09:00-12:00 11:00-18:00", "09:00-12:00 and 11:00-18:00 overlap"),
        ("mno 09:00-10:00", "no day “mno” (did you mean mon?)"),
        ("mon 10:00-10:00", "10:00-10:00 is empty"),
        ("fri 22:00-02:00", "22:00-02:00 ends before it starts"),
        ("mon 09:00-25:00", "“25:00” is no time of day"),
        ("mon 09:60-10:00", "“09:60” is no time of day"),
        ("mon", "“mon” names no time"),
        ("09:00-18:00", "names no day"),
        ("mon 9", "“9” is no frame"),
        ("mon 09:00-10:00; mon-tue 09:00-10:00", "mon is named twice"),
        ("", "no day is open"),
    ],
)
def test_what_is_wrong_with_hours_is_said(text: str, said: str) -> None:
    with pytest.raises(UsageError, match="hours") as error:
        parse_hours(text)
    assert said in error.value.what


def test_an_unknown_zone_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"did you mean Asia/Seoul\?"):
        zone("Asia/Soul")
