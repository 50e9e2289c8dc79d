"""A month of a calendar as people know it from the wall: weeks below each other, days off by their names."""

from __future__ import annotations

from typing import Any

from ..safe import visible
from .style import paint
from .width import cut, pad

_CELL = 12
_HEADS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_ORDER = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}


def drawn(document: Any, *, color: bool) -> str:
    """Several lines. A closed day is dim; a day of its own is named, and listed below in full."""
    days = document["month_days"]
    title = f"{visible(document['name'])}  {document['month']}  {visible(document['timezone'])}"
    lines = [_styled(title, "bold", color), f"{visible(document['hours'])}", ""]
    lines.append("  ".join(_styled(pad(head, _CELL), "dim", color) for head in _HEADS).rstrip())
    row: list[Any] = [None] * _ORDER[days[0]["weekday"]]
    for day in days:
        row.append(day)
        if len(row) == 7:
            lines += _week(row, color)
            row = []
    if row:
        lines += _week(row + [None] * (7 - len(row)), color)
    named = [day for day in days if day["name"] is not None]
    if named:
        lines.append("")
    for day in named:
        hours = f" ({' '.join(day['hours'])})" if day["hours"] else ""
        lines.append(f"{day['date']} {day['weekday']}  {_styled(visible(day['name']), 'yellow', color)}{hours}")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _week(row: list[Any], color: bool) -> list[str]:
    """Two lines: the day with its name, and its hours."""
    first, second = [], []
    for day in row:
        number = "" if day is None else day["date"][8:].lstrip("0").rjust(2)
        name = "" if day is None or day["name"] is None else visible(day["name"])
        style = "" if day is None else "yellow" if name else "" if day["hours"] else "dim"
        first.append(_styled(pad(cut(f"{number} {name}".rstrip(), _CELL), _CELL), style, color))
        hours = "" if day is None else _hours(day["hours"])
        second.append(_styled(pad(cut(hours, _CELL), _CELL), "dim", color))
    return ["  ".join(first), "  ".join(second)]


def _hours(frames: list[str]) -> str:
    """From the first opening to the last closing, `…` for breaks: `09:00…18:00`."""
    if not frames:
        return "   closed"
    start, end = frames[0].partition("-")[0], frames[-1].partition("-")[2]
    return f"{start}{'-' if len(frames) == 1 else '…'}{end}"


def _styled(text: str, style: str, color: bool) -> str:
    return paint(text, style) if color else text
