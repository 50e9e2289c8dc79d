"""Parsing of moments: relative times, dates and clock times, in English and Korean."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskctl.core.values.moments import future_moment, parse_moment
from deskctl.errors import UsageError

SEOUL = ZoneInfo("Asia/Seoul")
BERLIN = ZoneInfo("Europe/Berlin")
#: A Monday, 14:30 in Seoul.
NOW = datetime(2026, 11, 23, 5, 30, tzinfo=UTC)


def seoul(text: str) -> str:
    return parse_moment(text, NOW, SEOUL).astimezone(SEOUL).strftime("%a %m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("+2h", "Mon 11-23 16:30:00"),
        ("2h", "Mon 11-23 16:30:00"),
        ("+1h30m", "Mon 11-23 16:00:00"),
        ("+1d", "Tue 11-24 14:30:00"),
        ("+ 2 w", "Mon 12-07 14:30:00"),
        ("in 90 seconds", "Mon 11-23 14:31:30"),
        ("3 days later", "Thu 11-26 14:30:00"),
        ("2시간 뒤", "Mon 11-23 16:30:00"),
        ("1시간 30분 후에", "Mon 11-23 16:00:00"),
        ("3일 뒤", "Thu 11-26 14:30:00"),
        ("1주일 후", "Mon 11-30 14:30:00"),
        ("today 17:50", "Mon 11-23 17:50:00"),
        ("today 09:00", "Mon 11-23 09:00:00"),
        ("Tomorrow 10:00", "Tue 11-24 10:00:00"),
        ("tomorrow at 10am", "Tue 11-24 10:00:00"),
        ("10:00 tomorrow", "Tue 11-24 10:00:00"),
        ("tomorrow 12am", "Tue 11-24 00:00:00"),
        ("tomorrow 12:15 pm", "Tue 11-24 12:15:00"),
        ("tomorrow noon", "Tue 11-24 12:00:00"),
        ("내일 10:00", "Tue 11-24 10:00:00"),
        ("내일 10시", "Tue 11-24 10:00:00"),
        ("내일 오전 10시에", "Tue 11-24 10:00:00"),
        ("내일 오후 3시 반", "Tue 11-24 15:30:00"),
        ("모레 오후 2:30", "Wed 11-25 14:30:00"),
        ("오늘 저녁 7시 5분", "Mon 11-23 19:05:00"),
        ("내일 오전 0시 10분", "Tue 11-24 00:10:00"),
        ("내일 오후 15시", "Tue 11-24 15:00:00"),
        ("내일 정오", "Tue 11-24 12:00:00"),
        ("17:50", "Mon 11-23 17:50:00"),
        ("10:00", "Tue 11-24 10:00:00"),
        ("오전 10시", "Tue 11-24 10:00:00"),
        ("5pm", "Mon 11-23 17:00:00"),
        ("24:00", "Tue 11-24 00:00:00"),
        ("mon 17:00", "Mon 11-23 17:00:00"),
        ("mon 9:00", "Mon 11-30 09:00:00"),
        ("friday 9am", "Fri 11-27 09:00:00"),
        ("금요일 9시", "Fri 11-27 09:00:00"),
        ("다음 주 수요일 9:00", "Wed 12-02 09:00:00"),
        ("next week wed 9:00", "Wed 12-02 09:00:00"),
        ("2026-12-24 17:50", "Thu 12-24 17:50:00"),
        ("2026.12.24 17:50", "Thu 12-24 17:50:00"),
        ("2026/12/24 5:50pm", "Thu 12-24 17:50:00"),
        ("2026-12-24 24:00", "Fri 12-25 00:00:00"),
        ("2026-12-24T17:50:09+09:00", "Thu 12-24 17:50:09"),
        ("2026-12-24T08:50Z", "Thu 12-24 17:50:00"),
        ("2026-12-24 08:50:00 +00:00".replace(" +", "+"), "Thu 12-24 17:50:00"),
        ("2026년 12월 24일 17시 50분", "Thu 12-24 17:50:00"),
        ("12월 24일 오후 5시 50분", "Thu 12-24 17:50:00"),
        ("1월 2일 10시", "Sat 01-02 10:00:00"),
        ("내일\u3000１０：００", "Tue 11-24 10:00:00"),
    ],
)
def test_moment_is_parsed(text: str, moment: str) -> None:
    assert seoul(text) == moment


def test_day_without_time_uses_default_time() -> None:
    found = parse_moment("내일", NOW, SEOUL, day_at=time(9))
    assert found == datetime(2026, 11, 24, 0, 0, tzinfo=UTC)


def test_29_february_is_next_leap_day() -> None:
    assert seoul("2월 29일 10:00") == "Tue 02-29 10:00:00"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "tomorrow",
        "내일",
        "3일",
        "10",
        "25:00",
        "24:01",
        "10:60",
        "13pm",
        "0am",
        "내일 오전 13시",
        "2026-02-30 10:00",
        "2월 30일 10:00",
        "13월 1일 10:00",
        "+999999w",
        "+9999999h",
        "next week today 10:00",
        "9999-12-31 24:00",
        "0001-01-01 00:00",
        "tomorrow 10:00 or so",
        "-2h",
    ],
)
def test_invalid_moment_is_refused_with_examples(text: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse_moment(text, NOW, SEOUL)
    assert "내일 10:00" in raised.value.hint


def test_past_moment_is_refused_where_future_is_required() -> None:
    assert future_moment("today 17:50", NOW, SEOUL) > NOW
    with pytest.raises(UsageError, match="2026-11-23 09:00 KST"):
        future_moment("today 09:00", NOW, SEOUL)


def test_clock_times_across_daylight_saving_changes() -> None:
    evening = datetime(2026, 3, 28, 20, tzinfo=UTC)  # the night on which Berlin skips 02:00 to 03:00
    assert parse_moment("tomorrow 10:00", evening, BERLIN) == datetime(2026, 3, 29, 8, tzinfo=UTC)
    assert parse_moment("+1d", evening, BERLIN) == evening + timedelta(days=1)
    assert parse_moment("2026-03-29 02:30", evening, BERLIN) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert parse_moment("2026-10-25 02:30", evening, BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(st.text(max_size=30) | st.from_regex(r"[0-9:. +hmd내일오전시분후tomorw-]{0,20}", fullmatch=True))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    with suppress(UsageError):
        assert parse_moment(text, NOW, SEOUL).tzinfo is UTC


@given(
    st.integers(10_000_000, 68_000_000).map(lambda minutes: datetime.fromtimestamp(60 * minutes, UTC)),
    st.sampled_from([SEOUL, BERLIN, ZoneInfo("America/New_York"), UTC]),
)
def test_written_moment_is_parsed_to_same_moment(moment: datetime, zone: ZoneInfo) -> None:
    there = moment.astimezone(zone)
    if there.fold == 0:  # the second 02:30 of an autumn night needs its offset
        assert parse_moment(there.strftime("%Y-%m-%d %H:%M"), NOW, zone) == moment
    assert parse_moment(there.isoformat(), NOW, zone) == moment
