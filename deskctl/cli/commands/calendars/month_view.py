"""Render a month of a calendar: one row per week, with opening hours and names of days off."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from ....safe import visible
from ...messages import _
from ...style import paint
from ...times import weekday_names
from ...width import cut, pad, width

#: The maximum width of a day.
_MAX_CELL = 16
_GAP = " "
#: The minimum width of a day that shows the start of its name.
_MIN_NAMED_CELL = 6
_ORDER = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}


def render_month(document: Any, limit: int, *, color: bool) -> str:
    """Return the month as text. The rows of weeks are at most `limit` columns wide (at least 20).

    Closed days are dim. Special days are listed below with their full names.
    """
    days = document["month_days"]
    cell = min(_MAX_CELL, (limit - 6 * len(_GAP)) // 7)
    title = f"{visible(document['name'])}  {document['month']}  {visible(document['timezone'])}"
    lines = [_styled(title, "bold", color), f"{visible(document['hours'])}", ""]
    lines.append(_GAP.join(_styled(pad(_start(head, cell), cell), "dim", color) for head in weekday_names()).rstrip())
    row: list[Any] = [None] * _ORDER[days[0]["weekday"]]
    for day in days:
        row.append(day)
        if len(row) == 7:
            lines += _week(row, cell, color)
            row = []
    if row:
        lines += _week(row + [None] * (7 - len(row)), cell, color)
    named = [day for day in days if day["name"] is not None]
    if named:
        lines.append("")
    for day in named:
        hours = f" ({' '.join(day['hours'])})" if day["hours"] else ""
        lines.append(f"{day['date']} {day['weekday']}  {_styled(visible(day['name']), 'yellow', color)}{hours}")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def missing_holidays_note(document: Any) -> str | None:
    """Return a note if the calendar has no public holidays for the month, else None."""
    until = document["holidays_until"]
    if until is None or int(document["month"][:4]) <= until:
        return None
    return _(
        "the calendar has public holidays of {regions} until {year}; {command} adds later years",
        regions=", ".join(document["holidays"]),
        year=until,
        command=refresh_command(document),
    )


def refresh_command(row: Any) -> str:
    """Return the command that copies the public holidays of a calendar again."""
    return " ".join(("deskctl calendar edit", row["name"], *(f"--holidays {name}" for name in row["holidays"])))


def _week(row: list[Any], cell: int, color: bool) -> list[str]:
    """Return the lines of a week: the days with their names, and their hours below. Leave out what does not fit."""
    first: list[str] = []
    below: list[list[str]] = []
    for day in row:
        number = "" if day is None else day["date"][8:].lstrip("0").rjust(2)
        name = "" if day is None or day["name"] is None else visible(day["name"])
        style = "" if day is None else "yellow" if name else "" if day["hours"] else "dim"
        named = f"{number} {name}".rstrip() if cell >= _MIN_NAMED_CELL else number
        first.append(_styled(pad(cut(named, cell), cell), style, color))
        below.append([] if day is None else _hours(day["hours"], cell))
    hours = zip_longest(*below, fillvalue="")
    lines = [first, *([_styled(pad(text, cell), "dim", color) for text in texts] for texts in hours)]
    return [_GAP.join(line) for line in lines]


def _hours(frames: list[str], cell: int) -> list[str]:
    """Return the hours of a day in the longest form that fits: `09:00…18:00`, `9…18`, two lines, or nothing.

    `…` stands for breaks between the first opening and the last closing.
    """
    if not frames:
        closed = _("closed")
        forms = [[f"   {closed}"], [closed], ["-"]]
    else:
        start, end = frames[0].partition("-")[0], frames[-1].partition("-")[2]
        dash = "-" if len(frames) == 1 else "…"
        brief, until = _brief(start), _brief(end)
        forms = [[f"{start}{dash}{end}"], [f"{brief}{dash}{until}"], [f"{brief}{dash}", until]]
    return next((form for form in forms if max(map(width, form)) <= cell), [])


def _start(text: str, limit: int) -> str:
    """Return the start of a text in at most `limit` columns, without an ellipsis."""
    while width(text) > limit:
        text = text[:-1]
    return text


def _brief(time: str) -> str:
    """Return `9` for 09:00 and `8:30` for 08:30."""
    return time.removesuffix(":00").removeprefix("0")


def _styled(text: str, style: str, color: bool) -> str:
    return paint(text, style) if color else text
