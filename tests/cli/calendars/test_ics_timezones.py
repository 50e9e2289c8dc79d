"""All-day events that a calendar file writes as times: in UTC, in Windows time zones, and without a zone."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskctl.cli.commands.calendars.ics_import import DaysOff, read_days_off
from tests.cli.shell import Shell

WINDOWS = """BEGIN:VTIMEZONE
TZID:Korea Standard Time
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:+0900
TZOFFSETTO:+0900
END:STANDARD
END:VTIMEZONE"""
OWN = WINDOWS.replace("Korea Standard Time", "Our office").replace("+0900", "-0500")
SEOUL, NEW_YORK = "X-WR-TIMEZONE:Asia/Seoul", "X-WR-TIMEZONE:America/New_York"
LAST_DAYS = "DTSTART;VALUE=DATE:20271229\nRRULE:FREQ=DAILY;UNTIL="


def ics(*events: str, head: str = "") -> str:
    parts = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{head}\n{parts}END:VCALENDAR\n".replace("\n\n", "\n")


def read(folder: Path, text: str, timezone: str = "UTC") -> DaysOff:
    path = folder / "extra.ics"
    path.write_text(text)
    return read_days_off(str(path), 2026, timezone)


def days(folder: Path, text: str, timezone: str = "UTC") -> list[str]:
    return [day for day, _, _ in read(folder, text, timezone).days]


@pytest.mark.parametrize(
    ("head", "timezone", "until", "last"),
    [
        (SEOUL, "UTC", "20271230T150000Z", 31),
        ("", "Asia/Seoul", "20271230T150000Z", 31),
        (SEOUL, "America/New_York", "20271230T150000Z", 31),  # the file knows better than the calendar
        ("", "Asia/Seoul", "20271230T145959Z", 30),
        (NEW_YORK, "UTC", "20271231T050000Z", 31),
        (NEW_YORK, "Asia/Seoul", "20271231T045959Z", 30),
        ("", "UTC", "20271231T000000Z", 31),
        ("", "Pacific/Kiritimati", "20271230T100000Z", 31),
        ("X-WR-TIMEZONE:Korea Standard Time", "UTC", "20271230T150000Z", 31),
        (WINDOWS, "UTC", "20271230T150000Z", 31),
        (f"X-WR-TIMEZONE:Our office\n{OWN}", "UTC", "20271231T050000Z", 31),
        (SEOUL, "UTC", "20271231T000000", 31),
        (SEOUL, "UTC", "20271231", 31),
    ],
)
def test_until_in_utc_is_a_day_in_the_zone_of_the_file_or_calendar(
    tmp_path: Path, head: str, timezone: str, until: str, last: int
) -> None:
    found = days(tmp_path, ics(f"UID:1\n{LAST_DAYS}{until}", head=head), timezone)
    assert found == [f"2027-12-{day}" for day in range(29, last + 1)]


@pytest.mark.parametrize(("until", "last"), [("20270314T050000Z", 14), ("20270315T040000Z", 15)])
def test_utc_offset_of_the_day_applies_across_dst_changes(tmp_path: Path, until: str, last: int) -> None:
    event = f"UID:1\nDTSTART;VALUE=DATE:20270313\nRRULE:FREQ=DAILY;UNTIL={until}"
    assert days(tmp_path, ics(event, head=NEW_YORK)) == [f"2027-03-{day}" for day in range(13, last + 1)]


@pytest.mark.parametrize(
    "event",
    [
        "DTSTART;VALUE=DATE:20271229\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20271229T150000Z",
        "DTSTART;VALUE=DATE:20271229\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE;VALUE=DATE-TIME:20271229T150000Z",
        "DTSTART;VALUE=DATE:20271229\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE;TZID=Korea Standard Time:20271230T000000",
        "DTSTART;VALUE=DATE:20271229\nRDATE:20271230T150000Z",
        "DTSTART;VALUE=DATE:20271229\nRDATE;VALUE=PERIOD:20271230T150000Z/P1D",
        "DTSTART;VALUE=DATE:20271228T150000Z\nDTEND;VALUE=DATE:20271229T150000Z\nRDATE:20271230T150000Z",
        "DTSTART:20271228T150000Z\nDTEND:20271229T150000Z\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE\nRDATE:20271230T150000Z",
        (
            "DTSTART;TZID=Korea Standard Time:20271229T000000\nDTEND;TZID=Korea Standard Time:20271230T000000\n"
            "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE\nRRULE:FREQ=DAILY;INTERVAL=2;UNTIL=20271230T150000Z"
        ),
        "DTSTART;TZID=Nowhere/Known:20271229T000000\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE\nRDATE:20271230T150000Z",
        "DTSTART:20271229T000000\nX-FUNAMBOL-ALLDAY:1\nRDATE:20271230T150000Z",
        "DTSTART;TZID=UTC:20271229T000000\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE\nRDATE;VALUE=DATE:20271231",
    ],
)
def test_times_of_all_day_events_become_days_in_every_property(tmp_path: Path, event: str) -> None:
    assert days(tmp_path, ics(f"UID:1\n{event}", head=SEOUL)) == ["2027-12-29", "2027-12-31"]


def test_end_in_utc_becomes_a_day_in_the_zone(tmp_path: Path) -> None:
    event = "UID:1\nDTSTART;VALUE=DATE:20271229\nDTEND:20271230T150000Z"
    assert days(tmp_path, ics(event, head=SEOUL)) == ["2027-12-29", "2027-12-30"]
    assert days(tmp_path, ics(event, head=NEW_YORK)) == ["2027-12-29"]


def test_moved_instance_may_be_named_in_utc(tmp_path: Path) -> None:
    series = "UID:1\nDTSTART;VALUE=DATE:20271229\nRRULE:FREQ=DAILY;COUNT=3"
    moved = "UID:1\nRECURRENCE-ID:20271229T150000Z\nDTSTART;VALUE=DATE:20280105"
    assert days(tmp_path, ics(series, moved, head=SEOUL)) == ["2027-12-29", "2027-12-31", "2028-01-05"]


def test_series_without_end_is_imported(tmp_path: Path) -> None:
    for until in ("99991231T235959Z", "99991231"):
        event = f"UID:1\nDTSTART;VALUE=DATE:20361230\nRRULE:FREQ=DAILY;UNTIL={until}"
        assert days(tmp_path, ics(event, head=SEOUL)) == ["2036-12-30", "2036-12-31"]


def test_appointments_are_not_days_off(tmp_path: Path) -> None:
    day = "UID:1\nDTSTART;VALUE=DATE:20271229"
    noon = "UID:2\nDTSTART:20271230T030000Z\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE"
    assert days(tmp_path, ics(day, noon, "UID:3\nDTSTART:20271230T150000Z", head=SEOUL)) == ["2027-12-29"]


def test_unknown_time_zone_is_named(tmp_path: Path) -> None:
    found = read(tmp_path, ics("UID:1\nDTSTART;VALUE=DATE:20271229", head="X-WR-TIMEZONE:Mars/Base"), "Asia/Seoul")
    assert found.remarks == ("not a time zone: Mars/Base; times in UTC count in Asia/Seoul",)


ZONES = st.sampled_from(["Asia/Seoul", "America/New_York", "Europe/Berlin", "Pacific/Kiritimati", "America/Santiago"])


@settings(max_examples=100, deadline=None)
@given(ZONES, st.dates(date(2026, 1, 1), date(2035, 12, 1)), st.integers(1, 20), st.booleans())
def test_series_that_ends_at_midnight_utc_includes_that_day(
    tmp_path_factory: pytest.TempPathFactory, name: str, first: date, length: int, in_file: bool
) -> None:
    last = first + timedelta(days=length - 1)
    until = datetime.combine(last, time(), ZoneInfo(name)).astimezone(UTC)
    event = f"UID:1\nDTSTART;VALUE=DATE:{first:%Y%m%d}\nRRULE:FREQ=DAILY;UNTIL={until:%Y%m%dT%H%M%SZ}"
    text = ics(event, head=f"X-WR-TIMEZONE:{name}" if in_file else "")
    found = days(tmp_path_factory.mktemp("ics"), text, "UTC" if in_file else name)
    assert found == [(first + timedelta(days=n)).isoformat() for n in range(length)]


def test_file_without_zone_uses_the_zone_of_the_calendar(local_desk: Shell) -> None:
    local_desk("calendar", "add", "seoul", "--timezone", "Asia/Seoul", "--hours", "mon-sun 09:00-18:00")
    (local_desk.folder / "extra.ics").write_text(ics(f"UID:1\n{LAST_DAYS}20271230T150000Z\nSUMMARY:연말 휴무"))
    local_desk("calendar", "import", "seoul", "extra.ics")
    month = json.loads(local_desk("calendar", "show", "seoul", "--month", "2027-12", "--json").out)["month_days"]
    assert [day["date"] for day in month if day["name"]] == ["2027-12-29", "2027-12-30", "2027-12-31"]
