"""`deskctl calendar`: holidays, special days and the view of a month."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest

from deskctl.cli.commands.calendars.month_view import render_month
from deskctl.cli.width import width
from deskctl.core.calendars.documents import document
from deskctl.core.calendars.hours import parse_hours
from deskctl.core.calendars.model import Calendar, SpecialDay
from tests.cli.shell import Shell
from tests.cli.test_terminal import at_terminal


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


def test_calendar_show_names_the_last_year_of_holidays(local_desk: Shell) -> None:
    local_desk("calendar", "add", "seoul", "--hours", "mon-fri 09:00-18:00", "--holidays", "KR")
    last = local_desk("calendar", "show", "seoul", "--json").row["holidays_until"]
    assert local_desk("calendar", "show", "seoul", "--month", f"{last}-12").err == ""
    said = local_desk("calendar", "show", "seoul", "--month", f"{last + 1}-01").err
    command = "deskctl calendar edit seoul --holidays KR"
    assert said == f"note: the calendar has public holidays of KR until {last}; {command} adds later years\n"
    assert local_desk("calendar", "show", "24x7", "--month", f"{last + 1}-01").err == ""


def test_calendar_check_accepts_words_and_shows_seconds(local_desk: Shell) -> None:
    local_desk("calendar", "add", "Office", "--timezone", "Asia/Seoul", "--hours", "mon-fri 09:00-18:00")
    at = ("calendar", "check", "Office", "2026-12-24 17:50")
    assert local_desk(*at, "+2 hours").out == (
        "2026-12-25 10:50 +09:00 is 2 hours after 2026-12-24 17:50 +09:00 in office\n"
    )
    assert " is 2시간 after " in local_desk(*at, "2시간 뒤").out
    assert " is 2 hours after " in local_desk(*at, "in 2 hours").out
    assert local_desk(*at, "+90s").out == "2026-12-24 17:51:30 +09:00 is 90s after 2026-12-24 17:50 +09:00 in office\n"
    assert local_desk("calendar", "check", "24x7", "8999-12-31 23:00", "+9999w", code=1).out.startswith("never: ")


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


def test_month_keeps_weeks_on_one_line_in_80_columns(local_desk: Shell) -> None:
    local_desk("calendar", "add", "seoul", "--hours", "mon-fri 09:00-12:00 13:00-18:00", "--holidays", "KR")
    plain = re.sub(r"\x1b\[\d+m", "", at_terminal(local_desk, "calendar", "show", "seoul", "--month", "2027-02"))
    assert max(map(width, plain.splitlines())) <= 80
    assert plain.splitlines()[4].split()[:6] == ["1", "2", "3", "4", "5", "6"]
    assert plain.splitlines()[5].split()[:2] == ["9…18", "9…18"]
