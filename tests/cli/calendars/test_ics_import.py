"""Import of days off from calendar files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deskctl.cli.commands.calendars.ics_import import DaysOff, read_days_off
from deskctl.errors import UsageError
from tests.cli.calendars.test_calendar import named_days
from tests.cli.shell import Shell


def ics(*events: str) -> str:
    parts = "".join(f"BEGIN:VEVENT\r\nUID:{n}\r\n{event}\r\nEND:VEVENT\r\n" for n, event in enumerate(events))
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{parts}END:VCALENDAR\r\n"


def read(folder: Path, content: str | bytes) -> DaysOff:
    path = folder / "extra.ics"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_days_off(str(path), 2026)


def dates(found: DaysOff) -> list[str]:
    return [day for day, _, _ in found.days]


@pytest.mark.parametrize(
    ("event", "wanted"),
    [
        ("DTSTART;VALUE=DATE:20270101\r\nRRULE:FREQ=YEARLY;UNTIL=20281231T000000Z", ["2027-01-01", "2028-01-01"]),
        ("DTSTART;VALUE=DATE:20270101\r\nRRULE:FREQ=YEARLY;UNTIL=20281231", ["2027-01-01", "2028-01-01"]),
        ("DTSTART;VALUE=DATE:20270101\r\nRRULE:FREQ=MONTHLY;COUNT=2;BYHOUR=9", ["2027-01-01", "2027-02-01"]),
        (
            "DTSTART;VALUE=DATE:20270101\r\nRRULE:FREQ=MONTHLY;COUNT=2\r\nRRULE:FREQ=WEEKLY;COUNT=2",
            ["2027-01-01", "2027-01-08", "2027-02-01"],
        ),
        (
            "DTSTART;VALUE=DATE:20270303\r\nRDATE;VALUE=DATE:20270403,20270503",
            ["2027-03-03", "2027-04-03", "2027-05-03"],
        ),
        (
            "DTSTART;VALUE=DATE:20270101\r\nRRULE:FREQ=MONTHLY;COUNT=3\r\nEXDATE:20270201T000000",
            ["2027-01-01", "2027-03-01"],
        ),
        (
            "DTSTART:20270303T000000\r\nDTEND:20270305T000000\r\nX-MICROSOFT-CDO-ALLDAYEVENT:TRUE",
            ["2027-03-03", "2027-03-04"],
        ),
        ("DTSTART;VALUE=DATE:20270303\r\nDTEND:20270305T000000", ["2027-03-03", "2027-03-04"]),
        ("DTSTART;VALUE=DATE:20361231\r\nDURATION:P3D", ["2036-12-31"]),
        (
            "DTSTART;VALUE=DATE:20270301\r\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30\r\nRDATE;VALUE=DATE:20270302",
            ["2027-03-02"],
        ),
        ("DTSTART;VALUE=DATE:16000229\r\nRRULE:FREQ=YEARLY", ["2028-02-29", "2032-02-29", "2036-02-29"]),
    ],
)
def test_all_day_events_of_calendar_programs_are_read(tmp_path: Path, event: str, wanted: list[str]) -> None:
    assert dates(read(tmp_path, ics(event))) == wanted


def test_unlimited_range_is_imported_for_the_covered_years(tmp_path: Path) -> None:
    found = dates(read(tmp_path, ics("DTSTART;VALUE=DATE:00010101\r\nDTEND;VALUE=DATE:99991230")))
    assert (found[0], found[-1], len(found)) == ("2025-01-01", "2036-12-31", 4383)


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ("DTSTART;VALUE=DATE:20270231", "DTSTART: cannot read 20270231 ("),
        ("DTSTART;VALUE=PERIOD:20270303T000000Z/P1D", "DTSTART: not a date: 20270303T000000Z/P1D"),
        ("DTSTART;VALUE=DATE:20270303\r\nDTSTART;VALUE=DATE:20270304", "DTSTART: given more than once"),
        ("DTSTART;VALUE=DATE:20270303\r\nRRULE:FREQ=FORTNIGHTLY", "RRULE: cannot read FREQ=FORTNIGHTLY ("),
        (
            "DTSTART;VALUE=DATE:20270303\r\nRRULE:FREQ=SECONDLY",
            "RRULE: FREQ=SECONDLY: FREQ must be one of DAILY, WEEKLY",
        ),
        (
            "DTSTART;VALUE=DATE:20270303\r\nRRULE:FREQ=YEARLY;INTERVAL=0",
            "RRULE: FREQ=YEARLY;INTERVAL=0: INTERVAL must be at least 1",
        ),
        ("DTSTART;VALUE=DATE:00010101\r\nRRULE:FREQ=DAILY", "RRULE: FREQ=DAILY has more than 50000 repetitions"),
        ("DTSTART;VALUE=DATE:20270303\r\nDURATION:never", "DURATION: cannot read never ("),
    ],
)
def test_unreadable_property_is_named_with_its_event(tmp_path: Path, event: str, said: str) -> None:
    with pytest.raises(UsageError) as error:
        read(tmp_path, ics("DTSTART;VALUE=DATE:20270101\r\nSUMMARY:New year", f"{event}\r\nSUMMARY:워크숍"))
    assert error.value.what.startswith(f'{tmp_path / "extra.ics"}: event "워크숍": {said}')


def test_days_after_the_last_year_are_skipped(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        read(tmp_path, ics("DTSTART;VALUE=DATE:99991231\r\nDURATION:P3D"))
    assert "skipped 1 event outside the years 2025 to 2036" in error.value.hint


def test_cancelled_events_are_skipped_with_a_remark(tmp_path: Path) -> None:
    series = "BEGIN:VEVENT\r\nUID:s\r\nDTSTART;VALUE=DATE:20270301\r\nRRULE:FREQ=MONTHLY;COUNT=2\r\nEND:VEVENT\r\n"
    instance = "UID:s\r\nRECURRENCE-ID;VALUE=DATE:20270401\r\nDTSTART;VALUE=DATE:20270401\r\nSTATUS:CANCELLED"
    one = "BEGIN:VEVENT\r\nUID:t\r\nDTSTART;VALUE=DATE:20270303\r\nSTATUS:CANCELLED\r\nEND:VEVENT\r\n"
    found = read(
        tmp_path, f"BEGIN:VCALENDAR\r\n{series}BEGIN:VEVENT\r\n{instance}\r\nEND:VEVENT\r\n{one}END:VCALENDAR\r\n"
    )
    assert dates(found) == ["2027-03-01"]
    assert found.remarks == ("skipped 2 cancelled events",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "euc-kr", "cp949"])
def test_file_may_be_encoded_in_cp949(tmp_path: Path, encoding: str) -> None:
    found = read(tmp_path, ics("DTSTART;VALUE=DATE:20270208\r\nSUMMARY:회사 휴무").encode(encoding))
    assert found.days == (("2027-02-08", "회사 휴무", ""),)


def test_names_folded_in_a_character_or_with_control_characters_are_read(tmp_path: Path) -> None:
    raw = ics("DTSTART;VALUE=DATE:20270208\r\nSUMMARY:회사 \x1b[31m휴무").encode()
    found = read(tmp_path, raw.replace("무".encode(), b"\xeb\r\n \xac\xb4"))
    assert found.days == (("2027-02-08", "회사 [31m휴무", ""),)
    with pytest.raises(UsageError, match="unknown text encoding in") as error:
        read(tmp_path, b"\xff\x00\x81")
    assert error.value.hint == "save the file as UTF-8"


def test_calendar_import_reports_skipped_events(local_desk: Shell) -> None:
    local_desk("calendar", "add", "office", "--hours", "mon-fri 09:00-17:00")
    events = ics("DTSTART;VALUE=DATE:20270303\r\nSTATUS:CANCELLED", "DTSTART;VALUE=DATE:20270304\r\nSUMMARY:x")
    (local_desk.folder / "extra.ics").write_bytes(events.encode())
    assert "note: skipped 1 cancelled event" in local_desk("calendar", "import", "office", "extra.ics").err
    assert named_days(local_desk, "office", "2027-03") == {"2027-03-04": ("x",)}


def test_calendar_import_adds_days_off(local_desk: Shell) -> None:
    local_desk("calendar", "add", "office", "--hours", "mon-fri 09:00-17:00")
    events = (
        "BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20270215\r\nDTEND;VALUE=DATE:20270217\r\nSUMMARY:워크숍\r\nEND:VEVENT\r\n"
        "BEGIN:VEVENT\r\nUID:2\r\nDTSTART;VALUE=DATE:20260210\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:Founders\r\nEND:VEVENT\r\n"
        "BEGIN:VEVENT\r\nUID:3\r\nDTSTART:20270218T100000Z\r\nSUMMARY:Lunch\r\nEND:VEVENT\r\n"
    )
    text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{events}END:VCALENDAR\r\n"
    (local_desk.folder / "extra.ics").write_bytes(text.encode())
    local_desk("calendar", "import", "office", "extra.ics")
    month = json.loads(local_desk("calendar", "show", "office", "--month", "2027-02", "--json").out)["month_days"]
    named = {day["date"]: day["name"] for day in month if day["name"]}
    assert named == {"2027-02-10": "Founders", "2027-02-15": "워크숍", "2027-02-16": "워크숍"}
    (local_desk.folder / "mail.ics").write_text("Dear all,")
    assert "not an iCalendar file" in local_desk("calendar", "import", "office", "mail.ics", code=2).err
