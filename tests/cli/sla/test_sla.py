"""Calendars and SLA policies: the examples of the how-to page, and errors for invalid input."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from deskctl.cli.commands.calendars.ics_import import DaysOff, read_days_off
from deskctl.cli.commands.calendars.month_view import render_month
from deskctl.cli.commands.operations.checks import expiring_holidays
from deskctl.cli.width import width
from deskctl.core.calendars.documents import document
from deskctl.core.calendars.hours import parse_hours
from deskctl.core.calendars.model import Calendar, SpecialDay
from deskctl.errors import UsageError
from tests.cli.shell import ROOT, NewDesk, Shell
from tests.cli.test_terminal import at_terminal

PAGE = (ROOT / "docs" / "how-to" / "sla-policies.md").read_text()
GOLD = (
    "sla add gold --when contact.tier:vip --calendar 24x7 --first-response urgent=15m --first-response high=1h "
    "--first-response normal=4h --next-response normal=8h --resolution normal=3d --update normal=1d "
    "--warn 70% --warn 30m"
)


@pytest.fixture
def seoul(new_desk: NewDesk) -> Shell:
    """Return a desk on each store that only the commands of the test use."""
    return new_desk()


def examples() -> Iterator[tuple[str, list[str]]]:
    """Yield the commands of the page with the lines that they print; `…` stands for more lines."""
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL):
        for example in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *printed = example.splitlines()
            yield command, printed


def test_examples_of_the_sla_page_work(seoul: Shell) -> None:
    config = seoul.folder / "config.toml"
    config.write_text(re.sub(r'timezone = ".*"', 'timezone = "Asia/Seoul"', config.read_text()))
    for command, printed in examples():
        out = seoul(*shlex.split(command)[1:]).out.splitlines()
        wanted = [line for line in printed if line != "…"]
        assert out[: len(wanted)] == wanted, command
        assert len(out) == len(wanted) or "…" in printed, command


def test_transcript_of_service_levels_works(desk: Shell) -> None:
    hours = "mon-fri 09:00-12:00 13:00-18:00"
    desk("calendar", "add", "seoul", "--timezone", "Asia/Seoul", "--hours", hours, "--holidays", "KR")
    february = desk("calendar", "show", "seoul", "--month", "2027-02", "--json").row["month_days"]
    assert [day["date"] for day in february if day["name"]] == [f"2027-02-0{n}" for n in (6, 7, 8, 9)]
    checked = desk("calendar", "check", "seoul", "2026-12-24 17:50", "+2h", "--json").row
    assert checked["due"] == "2026-12-28T10:50:00+09:00"
    assert desk("calendar", "check", "seoul", "2026-12-24 17:50", "2026-12-28 10:00", "--json").row["working"] == 4200
    desk(*GOLD.split())
    desk("sla", "step", "gold", "--at", "90%", "--then", "notify=lead")
    desk("sla", "step", "gold", "--at", "breach", "--then", "priority=urgent", "--then", "escalate=senior")
    assert [row["name"] for row in desk("sla", "list", "--json").rows] == ["gold"]
    number = desk("new", "--from", "ana@example.org", "--subject", "x", "-m", "y", "--json").row["facts"]["number"]
    assert desk("sla", "test", str(number), code=1).out.startswith(f"ticket {number}: no policy\n")
    contact = desk.show(number)["contact"]["id"]
    desk("contact", "set", str(contact), "tier=vip")
    clocks = {row["metric"]: row for row in desk("explain", str(number), "--sla", "--json").rows}
    assert set(clocks) == {"first_response", "resolution"}
    keys = {"metric", "instance", "due", "state", "fulfilled_at", "breached_at", "segments"}
    assert keys <= set(clocks["resolution"])
    assert [segment["state"] for segment in clocks["resolution"]["segments"]] == ["counted"]
    later = desk("explain", str(number), "--sla", "--now", "+5h", "--json").rows
    assert [row["state"] for row in later] == ["breached", "running"]
    assert desk("sla", "due", "--within", "5h", "--json").row["metric"] == "first_response"
    assert desk("sla", "due", "--within", "2h", "--exit-code", code=1).out == ""
    desk("promise", str(number), "tomorrow 15:00")
    assert desk("promise", str(number), "yesterday", code=2).err
    assert [row["metric"] for row in desk("explain", str(number), "--sla", "--json").rows][-1] == "promise"
    assert desk("list", "--sla", "running", "--json").row["due_at"] is not None
    assert desk("list", "--sla", "breached", "--json").out == ""
    kinds = [row["kind"] for row in desk("log", str(number), "--json").rows]
    assert kinds.count("activate") == 3
    desk("sla", "move", "gold", "1")
    desk("sla", "edit", "gold", "--update", "normal=", "--no-warn", "--forget-step", "90%")
    shown = desk("sla", "show", "gold", "--json").row
    assert ("update" in shown["targets"], shown["warnings"]) == (False, [])
    assert [step["at"] for step in shown["steps"]] == ["breach"]
    desk("sla", "remove", "gold")
    left = {row["metric"]: row["state"] for row in desk("explain", str(number), "--sla", "--json").rows}
    assert left == {"first_response": "paused", "resolution": "paused", "promise": "running"}


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ('calendar add x --hours "mon 09:00-12:00 11:00-13:00"', 2, "overlap"),
        ('calendar add x --hours "mon 10:00-10:00"', 2, "is empty"),
        ("calendar add x --hours 24x7 --timezone Asia/Soul", 2, "did you mean Asia/Seoul?"),
        ('calendar add x --hours "mon 09:00-12:00" --holidays XX', 2, 'no public holidays for "XX"'),
        ("calendar add 24x7 --hours 24x7", 4, "is built in"),
        ("calendar check seul today +1h", 3, 'no calendar is called "seul"'),
        ("calendar check 24x7 today +1y", 2, "not a time: “+1y”"),
        ('calendar check 24x7 "2026-12-24 17:50" "2026-12-24 17:49"', 2, 'is before "2026-12-24 17:50"'),
        ('calendar check 24x7 "9999-12-31 12:00" +1h', 2, "“9999-12-31 12:00” is too far away"),
        ("calendar check 24x7 0001-06-01 9999-06-01", 2, "“0001-06-01” is too far away"),
        ("calendar show 24x7 --month 2027-13", 2, 'not a month: "2027-13"'),
        ('calendar add x --hours 24x7 --timezone ""', 2, "--timezone is empty"),
        ("calendar add x --hours 24x7 --timezone Asia", 2, "Asia/Aden, Asia/Almaty"),
        ("calendar add x --hours 24x7 --holidays none --holidays KR", 2, "another --holidays exclude each other"),
        (
            'calendar add x --hours 24x7 --day 2027-05-06 "Half 9-12"',
            2,
            'cannot parse the hours in "Half 9-12"',
        ),
        ("calendar import 24x7 nothing.ics", 2, "cannot read nothing.ics"),
        ("sla add x --first-response 1h --when contact.teir:vip", 2, "did you mean contact.tier?"),
        ("sla add x --first-response 1h --when status:open", 2, "status changes all the time"),
        ("sla add x --first-response 1h --calendar seul", 3, 'no calendar is called "seul"'),
        ("sla add x --first-response urgnt=1h", 2, "did you mean urgent?"),
        ("sla add x --first-response 1x", 2, "--first-response: not a duration: “1x”"),
        ("sla add x", 2, "policy x has no target"),
        ("sla step x --at 90% --then notify=lead", 3, 'no policy is called "x"'),
        ("explain 42 --sla", 3, "no ticket 42"),
    ],
)
def test_invalid_input_is_explained(alone: Shell, command: str, code: int, said: str) -> None:
    assert said in alone(*shlex.split(command), code=code).err


def test_probable_mistakes_produce_notes(alone: Shell) -> None:
    alone("calendar", "add", "never", "--hours", "closed")
    never = alone("calendar", "check", "never", "today", "+1h", code=1).out
    assert never.startswith("never: never is not open for 1h")
    alone("calendar", "add", "office", "--hours", "mon-fri 09:00-17:00")
    assert "write 8h for one of its days" in alone("sla", "add", "a", "--calendar", "office", "--resolution", "1d").err
    assert "a can never match" not in alone("sla", "list").err
    shadowed = alone("sla", "add", "b", "--when", "tag:vip", "--first-response", "15m", "--warn", "30m").err
    assert "b can never match: a comes before it" in shadowed
    assert "30m before the due time is longer than these targets" in shadowed
    assert "is not open" in alone("sla", "add", "c", "--calendar", "never", "--resolution", "1h").err
    alone("sla", "step", "a", "--at", "breach", "--then", "notify=agent2")
    alone("agent", "set", "agent2", "--inactive")
    assert "names agent2, who is deactivated" in alone("sla", "list").err
    assert (
        "agent agent2 is deactivated" in alone("sla", "step", "a", "--at", "80%", "--then", "notify=agent2", code=4).err
    )
    assert "is used by a" in alone("calendar", "remove", "office", code=4).err


def named_days(desk: Shell, name: str, month: str) -> dict[str, tuple[str, ...]]:
    """Return the special days of a month with their names and hours."""
    days = desk("calendar", "show", name, "--month", month, "--json").row["month_days"]
    return {day["date"]: (day["name"], *day["hours"]) for day in days if day["name"]}


def test_calendar_edit_replaces_holidays_and_keeps_special_days(desk: Shell) -> None:
    new_year = {f"2027-02-0{n}" for n in (6, 7, 8, 9)}
    desk("calendar", "add", "Seoul", "--hours", "mon-fri 09:00-18:00", "--holidays", "kr")
    assert named_days(desk, "Seoul", "2027-02").keys() == new_year
    desk("calendar", "edit", "Seoul", "--day", "2027-02-08", "New year shift 10:00 – 12:00")
    desk("calendar", "edit", "seoul", "--holidays", "KR")
    february = named_days(desk, "seoul", "2027-02")
    assert february.keys() == new_year
    assert february["2027-02-08"] == ("New year shift", "10:00-12:00")
    desk("calendar", "edit", "seoul", "--holidays", "US")
    assert named_days(desk, "seoul", "2027-02").keys() == {"2027-02-08", "2027-02-15"}
    desk("calendar", "edit", "seoul", "--holidays", "none")
    assert named_days(desk, "seoul", "2027-02").keys() == {"2027-02-08"}
    assert desk("calendar", "list", "--columns", "name,holidays").out.splitlines()[-1] == "seoul\t"


def test_calendar_show_names_the_last_year_of_holidays(alone: Shell) -> None:
    alone("calendar", "add", "seoul", "--hours", "mon-fri 09:00-18:00", "--holidays", "KR")
    last = alone("calendar", "show", "seoul", "--json").row["holidays_until"]
    assert alone("calendar", "show", "seoul", "--month", f"{last}-12").err == ""
    said = alone("calendar", "show", "seoul", "--month", f"{last + 1}-01").err
    command = "deskctl calendar edit seoul --holidays KR"
    assert said == f"note: the calendar has public holidays of KR until {last}; {command} adds later years\n"
    assert alone("calendar", "show", "24x7", "--month", f"{last + 1}-01").err == ""


def test_doctor_reports_expiring_holidays() -> None:
    def said(today: date) -> list[tuple[str, str]]:
        rows = ({"name": "seoul", "holidays": ["KR", "US"], "holidays_until": 2036}, {"holidays_until": None})
        return [(found["state"], found["mend"]) for found in expiring_holidays(rows, today)]

    again = "deskctl calendar edit seoul --holidays KR --holidays US"
    assert said(date(2035, 12, 31)) == []
    assert said(date(2036, 1, 2)) == [("note", again)]
    assert said(date(2037, 1, 1)) == [("finding", again)]


def test_doctor_accepts_calendars_without_holidays_or_with_enough_years(alone: Shell) -> None:
    alone("calendar", "add", "seoul", "--hours", "mon-fri 09:00-18:00", "--holidays", "KR")
    assert "calendars" not in {row["check"] for row in alone("doctor", "--json").rows}


def test_calendar_check_accepts_words_and_shows_seconds(alone: Shell) -> None:
    alone("calendar", "add", "Office", "--timezone", "Asia/Seoul", "--hours", "mon-fri 09:00-18:00")
    at = ("calendar", "check", "Office", "2026-12-24 17:50")
    assert alone(*at, "+2 hours").out == (
        "2026-12-25 10:50 +09:00 is 2 hours after 2026-12-24 17:50 +09:00 in office\n"
    )
    assert " is 2시간 after " in alone(*at, "2시간 뒤").out
    assert " is 2 hours after " in alone(*at, "in 2 hours").out
    assert alone(*at, "+90s").out == "2026-12-24 17:51:30 +09:00 is 90s after 2026-12-24 17:50 +09:00 in office\n"
    assert alone("calendar", "check", "24x7", "8999-12-31 23:00", "+9999w", code=1).out.startswith("never: ")


@pytest.mark.parametrize("columns", [20, 40, 66, 80, 96, 200])
def test_month_fits_the_terminal_in_korean(columns: int) -> None:
    hours = parse_hours("mon 10:30-17:45; tue-fri 09:00-12:00 13:00-18:00; sat 08:30-12:00")
    days = {
        date(2027, 2, 7): SpecialDay("설날"),
        date(2027, 2, 9): SpecialDay("설날 대체 휴일"),
        date(2027, 2, 28): SpecialDay("Shift"),
    }
    shown = document(Calendar("seoul", "Asia/Seoul", hours, days), "2027-02", datetime(2027, 2, 1, tzinfo=UTC), ())
    _, _, _, heads, *weeks = render_month(shown, columns, color=False).split("\n\n2027-02-07")[0].splitlines()
    assert max(map(width, [heads, *weeks])) <= columns
    grid = [in_columns(line) for line in weeks]
    begins = [heads.index(head[: (columns - 6) // 7]) for head in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")]
    for day in range(1, 29):
        assert any(line[begins[(day - 1) % 7] :].startswith(f"{day:2}") for line in grid), day


def in_columns(line: str) -> str:
    """Return one character for each column; a wide character takes two."""
    return "".join(character * width(character) for character in line)


def test_month_keeps_weeks_on_one_line_in_80_columns(alone: Shell) -> None:
    alone("calendar", "add", "seoul", "--hours", "mon-fri 09:00-12:00 13:00-18:00", "--holidays", "KR")
    plain = re.sub(r"\x1b\[\d+m", "", at_terminal(alone, "calendar", "show", "seoul", "--month", "2027-02"))
    assert max(map(width, plain.splitlines())) <= 80
    assert plain.splitlines()[4].split()[:6] == ["1", "2", "3", "4", "5", "6"]
    assert plain.splitlines()[5].split()[:2] == ["9…18", "9…18"]


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


def test_calendar_import_reports_skipped_events(alone: Shell) -> None:
    alone("calendar", "add", "office", "--hours", "mon-fri 09:00-17:00")
    events = ics("DTSTART;VALUE=DATE:20270303\r\nSTATUS:CANCELLED", "DTSTART;VALUE=DATE:20270304\r\nSUMMARY:x")
    (alone.folder / "extra.ics").write_bytes(events.encode())
    assert "note: skipped 1 cancelled event" in alone("calendar", "import", "office", "extra.ics").err
    assert named_days(alone, "office", "2027-03") == {"2027-03-04": ("x",)}


def test_calendar_import_adds_days_off(alone: Shell) -> None:
    alone("calendar", "add", "office", "--hours", "mon-fri 09:00-17:00")
    events = (
        "BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20270215\r\nDTEND;VALUE=DATE:20270217\r\nSUMMARY:워크숍\r\nEND:VEVENT\r\n"
        "BEGIN:VEVENT\r\nUID:2\r\nDTSTART;VALUE=DATE:20260210\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:Founders\r\nEND:VEVENT\r\n"
        "BEGIN:VEVENT\r\nUID:3\r\nDTSTART:20270218T100000Z\r\nSUMMARY:Lunch\r\nEND:VEVENT\r\n"
    )
    text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{events}END:VCALENDAR\r\n"
    (alone.folder / "extra.ics").write_bytes(text.encode())
    alone("calendar", "import", "office", "extra.ics")
    month = json.loads(alone("calendar", "show", "office", "--month", "2027-02", "--json").out)["month_days"]
    named = {day["date"]: day["name"] for day in month if day["name"]}
    assert named == {"2027-02-10": "Founders", "2027-02-15": "워크숍", "2027-02-16": "워크숍"}
    (alone.folder / "mail.ics").write_text("Dear all,")
    assert "not an iCalendar file" in alone("calendar", "import", "office", "mail.ics", code=2).err
