"""A month of a calendar as people know it from the wall: weeks below each other, days off by their names."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from ....safe import visible
from ...style import paint
from ...width import cut, pad, width

#: The most that a day takes, in columns; without a name and hours it takes two.
_CELL = 16
_GAP = " "
#: From so many columns on, names are begun beside the number.
_NAMED = 6
_HEADS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_ORDER = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}


def drawn(document: Any, limit: int, *, color: bool) -> str:
    """Several lines; those of weeks take at most `limit` columns, of which there are 20 at least. A closed day is dim;
    a day of its own is named, and listed below in full."""
    days = document["month_days"]
    cell = min(_CELL, (limit - 6 * len(_GAP)) // 7)
    title = f"{visible(document['name'])}  {document['month']}  {visible(document['timezone'])}"
    lines = [_styled(title, "bold", color), f"{visible(document['hours'])}", ""]
    lines.append(_GAP.join(_styled(pad(head[:cell], cell), "dim", color) for head in _HEADS).rstrip())
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


def too_far(document: Any) -> str | None:
    """What to know of a month to which no public holidays were copied."""
    until = document["holidays_until"]
    if until is None or int(document["month"][:4]) <= until:
        return None
    again = refreshing(document)
    return (
        f"the holidays of {', '.join(document['holidays'])} end with {until}; {again} brings in the years within reach"
    )


def refreshing(row: Any) -> str:
    """The command that copies a calendar's public holidays again."""
    return " ".join(("deskctl calendar edit", row["name"], *(f"--holidays {name}" for name in row["holidays"])))


def _week(row: list[Any], cell: int, color: bool) -> list[str]:
    """The days with their names, and their hours below. What there is no room for is left out."""
    first: list[str] = []
    below: list[list[str]] = []
    for day in row:
        number = "" if day is None else day["date"][8:].lstrip("0").rjust(2)
        name = "" if day is None or day["name"] is None else visible(day["name"])
        style = "" if day is None else "yellow" if name else "" if day["hours"] else "dim"
        named = f"{number} {name}".rstrip() if cell >= _NAMED else number
        first.append(_styled(pad(cut(named, cell), cell), style, color))
        below.append([] if day is None else _hours(day["hours"], cell))
    hours = zip_longest(*below, fillvalue="")
    lines = [first, *([_styled(pad(text, cell), "dim", color) for text in texts] for texts in hours)]
    return [_GAP.join(line) for line in lines]


def _hours(frames: list[str], cell: int) -> list[str]:
    """From the first opening to the last closing, `…` for breaks: `09:00…18:00`; where there is less room `9…18`, and
    in two lines what is too long for one. None when that does not fit either."""
    if not frames:
        forms = [["   closed"], ["closed"], ["-"]]
    else:
        start, end = frames[0].partition("-")[0], frames[-1].partition("-")[2]
        dash = "-" if len(frames) == 1 else "…"
        brief, until = _brief(start), _brief(end)
        forms = [[f"{start}{dash}{end}"], [f"{brief}{dash}{until}"], [f"{brief}{dash}", until]]
    return next((form for form in forms if max(map(width, form)) <= cell), [])


def _brief(time: str) -> str:
    """`9` for 09:00, `8:30` for 08:30."""
    return time.removesuffix(":00").removeprefix("0")


def _styled(text: str, style: str, color: bool) -> str:
    return paint(text, style) if color else text
