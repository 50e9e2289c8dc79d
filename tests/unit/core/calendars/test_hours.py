"""Business hours: parsing, special days, time zones and limits."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from deskctl.core.calendars.business_hours import BusinessHours
from deskctl.core.calendars.documents import check
from deskctl.core.calendars.hours import format_week, parse_hours, split_named
from deskctl.core.calendars.model import Calendar, Frame, SpecialDay, always_open, zone
from deskctl.core.calendars.working_time import Schedule, ScheduleEntry
from deskctl.errors import UsageError

SEOUL = ZoneInfo("Asia/Seoul")
OFFICE = Calendar("seoul", "Asia/Seoul", parse_hours("mon-fri 09:00-12:00 13:00-18:00"))


def seoul(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=SEOUL)  # type: ignore[arg-type]


def test_working_time_ends_before_the_lunch_break() -> None:
    assert BusinessHours(OFFICE).add(seoul(2026, 12, 21, 9), timedelta(hours=3)) == seoul(2026, 12, 21, 12)


def test_lunch_break_does_not_count() -> None:
    assert BusinessHours(OFFICE).between(seoul(2026, 12, 21, 11), seoul(2026, 12, 21, 14)) == timedelta(hours=2)


def test_holidays_and_weekends_are_skipped() -> None:
    christmas = Calendar("seoul", "Asia/Seoul", OFFICE.week, {date(2026, 12, 25): SpecialDay("기독탄신일")})
    assert BusinessHours(christmas).add(seoul(2026, 12, 24, 17, 50), timedelta(hours=2)) == seoul(2026, 12, 28, 10, 50)


def test_half_day_has_its_own_hours() -> None:
    eve = Calendar(
        "seoul", "Asia/Seoul", OFFICE.week, {date(2026, 12, 24): SpecialDay("eve", (Frame(9 * 3600, 12 * 3600),))}
    )
    assert BusinessHours(eve).add(seoul(2026, 12, 24, 11), timedelta(hours=2)) == seoul(2026, 12, 25, 10)


def test_clock_changes_make_a_night_an_hour_shorter_or_longer() -> None:
    night = BusinessHours(Calendar("night", "Europe/Berlin", parse_hours("daily 00:00-06:00")))
    spring, autumn = datetime(2026, 3, 29, tzinfo=ZoneInfo("Europe/Berlin")), datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert night.between(spring, spring + timedelta(hours=23)) == timedelta(hours=5)
    assert night.between(autumn, autumn + timedelta(hours=24)) == timedelta(hours=7)


def test_frames_can_continue_after_midnight() -> None:
    late = BusinessHours(Calendar("late", "UTC", parse_hours("fri 22:00-24:00; sat 00:00-02:00")))
    assert late.between(datetime(2026, 5, 1, 20, tzinfo=UTC), datetime(2026, 5, 2, 9, tzinfo=UTC)) == timedelta(hours=4)


@pytest.mark.parametrize("hours", ["closed", "mon 09:00-09:01"])
def test_unreachable_moment_returns_none_at_once(hours: str) -> None:
    assert (
        BusinessHours(Calendar("never", "Asia/Seoul", parse_hours(hours))).add(seoul(2026, 1, 1), timedelta(days=90))
        is None
    )


def test_built_in_calendar_is_always_open() -> None:
    start = datetime(2026, 3, 28, tzinfo=UTC)
    assert BusinessHours(always_open()).add(start, timedelta(days=400)) == start + timedelta(days=400)


def test_new_version_counts_from_its_start() -> None:
    longer = Calendar("seoul", "Asia/Seoul", parse_hours("mon-fri 09:00-21:00"), version=2)
    moment = seoul(2026, 12, 22, 0)
    schedule = Schedule(
        [ScheduleEntry(seoul(2026, 1, 1), BusinessHours(OFFICE)), ScheduleEntry(moment, BusinessHours(longer))]
    )
    assert schedule.between(seoul(2026, 12, 21, 0), seoul(2026, 12, 23, 0)) == timedelta(hours=8 + 12)
    assert schedule.add(seoul(2026, 12, 21, 17), timedelta(hours=13)) == seoul(2026, 12, 22, 21)


@pytest.mark.parametrize(
    "text",
    ["mon-fri 09:00-12:00 13:00-18:00; sat 10:00-14:00", "24x7", "closed", "mon 00:00-24:00", "tue 08:30-09:00"],
)
def test_formatted_hours_parse_to_the_same_hours(text: str) -> None:
    assert format_week(parse_hours(text)) == text


def test_hours_accept_korean_days_ranges_over_the_weekend_and_all_dashes() -> None:
    assert parse_hours("월–금 09:00~18:00; 토요일 10:00 - 12:00") == parse_hours("mon-fri 09:00-18:00; sat 10:00-12:00")
    assert parse_hours("sat-mon 10:00-12:00") == parse_hours("sat,sun,mon 10:00-12:00")
    assert parse_hours("mon 09:00-12:00 12:00-18:00") == parse_hours("monday 09:00-18:00")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mon 09:00-12:00 11:00-18:00", "09:00-12:00 and 11:00-18:00 overlap"),
        ("mno 09:00-10:00", 'not a day: "mno" (did you mean mon?)'),
        ("mon 10:00-10:00", "10:00-10:00 is empty"),
        ("fri 22:00-02:00", "22:00-02:00 ends before it starts"),
        ("mon 09:00-25:00", 'not a time of day: "25:00"'),
        ("mon 09:60-10:00", 'not a time of day: "09:60"'),
        ("mon", 'no time in "mon"'),
        ("09:00-18:00", "no day in"),
        ("mon 9", 'not a time range: "9"'),
        ("mon 09:00-10:00; mon-tue 09:00-10:00", "mon is named twice"),
        ("", "no day is open"),
    ],
)
def test_invalid_hours_are_refused_with_the_reason(text: str, said: str) -> None:
    with pytest.raises(UsageError, match="hours") as error:
        parse_hours(text)
    assert said in error.value.what


def test_unknown_time_zone_is_refused_with_a_suggestion() -> None:
    with pytest.raises(UsageError, match=r"did you mean Asia/Seoul\?"):
        zone("Asia/Soul")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Asia", "Asia/Aden, Asia/Almaty"),
        ("asia/seo", "these begin with it: Asia/Seoul"),
        ("", "for example Asia/Seoul"),
    ],
)
def test_prefix_of_a_time_zone_lists_the_matching_zones(name: str, hint: str) -> None:
    with pytest.raises(UsageError) as error:
        zone(name)
    assert "did you mean" not in error.value.what
    assert hint in error.value.hint


@pytest.mark.parametrize(
    ("text", "name", "hours"),
    [
        ("Half day 09:00 - 12:00", "Half day", "09:00-12:00"),
        ("Half 09:00–12:00", "Half", "09:00-12:00"),
        ("반차 09:00~12:00, 13:00 ~ 15:00", "반차", "09:00-12:00 13:00-15:00"),
        ("회사 창립일", "회사 창립일", ""),
        ("창립 30주년, 1시간 묵념", "창립 30주년, 1시간 묵념", ""),
        ("Moved from 2027-02-08", "Moved from 2027-02-08", ""),
        ("Trade fair 2027 - day 2", "Trade fair 2027 - day 2", ""),
        ("09:00-12:00", "", "09:00-12:00"),
    ],
)
def test_hours_at_the_end_of_a_special_day_accept_all_dashes_and_spaces(text: str, name: str, hours: str) -> None:
    assert split_named(text) == (name, hours)


@pytest.mark.parametrize(
    "text",
    [
        "Half 9-12",
        "Half 9 – 12",
        "Half until 12:00",
        "Half 9am",
        "Half 9 to 12",
        "반차 9시까지",
        "오전 9시 30분 반차",
        "Half 9-",
        "Half (09:00-12:00)",
        "Half 09:00:00-12:00:00",
        "Half 9am-12pm",
    ],
)
def test_name_that_contains_hours_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"--day 2027-05-06: cannot parse the hours in"):
        split_named(text, "--day 2027-05-06")


@pytest.mark.parametrize("zone_name", ["Asia/Seoul", "UTC", "America/New_York", "Pacific/Kiritimati"])
def test_hours_are_computed_up_to_the_first_and_last_date(zone_name: str) -> None:
    office = BusinessHours(
        Calendar("any", zone_name, parse_hours("daily 00:00-24:00"), {date(2026, 1, 1): SpecialDay("off")})
    )
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    assert office.between(last - timedelta(days=3), last - timedelta(days=2)) == timedelta(days=1)
    assert office.is_open(last - timedelta(days=2))
    assert office.add(last - timedelta(days=2), timedelta(hours=4)) == last - timedelta(days=2) + timedelta(hours=4)
    assert office.add(last, timedelta(days=9)) is None
    assert office.between(first, first + timedelta(days=2)) >= timedelta(days=1)
    assert office.between(last, last) == timedelta()


def test_due_time_after_the_last_year_is_none() -> None:
    assert BusinessHours(always_open()).add(datetime(9999, 12, 31, 14, tzinfo=UTC), timedelta(weeks=9)) is None


NOW = datetime(2026, 11, 30, 20, tzinfo=UTC)


@pytest.mark.parametrize("length", ["+2h", "2h", "+2 hours", "2 hours", "in 2 hours", "+120 min", "2시간", "+ 2 시간"])
def test_length_is_accepted_in_all_notations(length: str) -> None:
    answer = check(BusinessHours(OFFICE), "2026-12-24 17:50", length, NOW)
    assert (answer["due"], answer["working"]) == ("2026-12-25T10:50:00+09:00", 7200)


def test_seconds_of_working_time_are_not_rounded() -> None:
    assert check(BusinessHours(OFFICE), "2026-12-24 17:50", "+90s", NOW)["due"] == "2026-12-24T17:51:30+09:00"


@pytest.mark.parametrize(
    ("start", "then", "said"),
    [
        ("2026-12-24 17:50", "2026-12-24 17:49", '"2026-12-24 17:49" is before "2026-12-24 17:50"'),
        ("2026-12-24 17:50", "yesterday", "not a time"),
        ("9999-12-31 12:00", "+1h", "“9999-12-31 12:00” is too far away"),
        ("0001-06-01", "9999-06-01", "“0001-06-01” is too far away"),
        ("1970-06-01", "2970-06-01", '"2970-06-01" is more than 100 years after "1970-06-01"'),
        ("2026-12-24 17:50", "+0 hours", "+0 hours has no length"),
    ],
)
def test_unsupported_moments_are_refused(start: str, then: str, said: str) -> None:
    with pytest.raises(UsageError) as error:
        check(BusinessHours(OFFICE), start, then, NOW)
    assert said in error.value.what


def test_length_of_more_than_100_years_is_never_due() -> None:
    assert check(BusinessHours(always_open()), "8999-12-31 23:00", "+9999w", NOW)["never"]
