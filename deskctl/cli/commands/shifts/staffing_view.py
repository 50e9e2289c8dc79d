"""Render the staffing of a week: agents needed and on shift in each hour."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ....safe import visible
from ...messages import _, _n, shown
from ...style import paint
from ...times import weekday_names, working_time
from ...width import pad, wrap
from .rota_view import CELL, WEEKDAYS, history_text


def render_staffing(document: Any, limit: int, *, color: bool) -> str:
    """Return a table with a row for each hour and a column for each weekday. Idle hours at both ends are left out."""
    hours = {(row["weekday"], row["hour"]): row for row in document["hours"]}
    busy = [row["hour"] for row in document["hours"] if row["needed"] or row["on_shift"]]
    lines = list(wrap(_target(document), limit))
    lines[0] = _styled(lines[0], "bold", color)
    lines += [_styled(line, "dim", color) for line in wrap(_assumptions(document), limit)]
    lines.append("")
    if busy:
        heads = pad(_("needed/shift"), 12) + " " + "".join(pad(head, CELL) for head in weekday_names())
        lines.append(_styled(heads, "dim", color).rstrip())
        for hour in range(min(busy), max(busy) + 1):
            cells = [_cell(hours[day, hour], color) for day in WEEKDAYS]
            lines.append(f"{hour:02}:00-{hour + 1:02}:00  {''.join(cells)}".rstrip())
        lines.append("")
    lines += [line for text in _summary(document) for line in wrap(text, limit)]
    notes = [_("note: {text}", text=visible(shown(remark))) for remark in document["remarks"]]
    lines += [_styled(line, "yellow", color) for note in notes for line in wrap(note, limit)]
    return "\n".join(lines) + "\n"


def _cell(row: Any, color: bool) -> str:
    """Return `3/2` (agents needed and on shift), red if agents are missing."""
    if not row["needed"] and not row["on_shift"]:
        return _styled(pad("·", CELL), "dim", color)
    style = "red" if row["spare"] < 0 else "" if row["needed"] else "dim"
    return _styled(pad(f"{row['needed']}/{row['on_shift']}", CELL), style, color)


def _target(document: Any) -> str:
    scope = [_("Team {team}", team=visible(document["team"])) if document["team"] else _("All agents")]
    if document["channel"]:
        scope.append(visible(document["channel"]))
    return _(
        "{scope}: {share} answered within {time}",
        scope=", ".join(scope),
        share=f"{document['share']:.0%}",
        time=working_time(document["within"]),
    )


def _assumptions(document: Any) -> str:
    handling = _(
        "handling time {time} ({source})", time=working_time(document["aht"]), source=shown(document["aht_from"])
    )
    parts = [handling]
    if document["at_once"] > 1:
        parts.append(_("{count} chats at a time", count=document["at_once"]))
    if document["shrinkage"]:
        parts.append(_("{share} shrinkage", share=f"{document['shrinkage']:.0%}"))
    if document["history"] is not None:
        parts.append(history_text(document["history"]))
    parts.append(_("Erlang C, time zone {timezone}, shifts of the next seven days", timezone=document["timezone"]))
    return "; ".join(parts)


def _summary(document: Any) -> Iterator[str]:
    if not document["most"]:
        yield _("no agents needed: no requests usually arrive")
        return
    yield _n("at most {n} agent needed at a time", "at most {n} agents needed at a time", document["most"])
    if not document["missing"]:
        yield _("the shifts have enough agents in every hour")
        return
    worst = min(document["hours"], key=lambda row: (row["spare"], -row["arrivals"]))
    day = weekday_names()[WEEKDAYS.index(worst["weekday"])]
    yield _(
        "{hours} agent hours a week are missing; most on {day} {time}: {needed} needed, {there} on shift, "
        "{level} answered in time",
        hours=document["missing"],
        day=day,
        time=f"{worst['hour']:02}:00",
        needed=worst["needed"],
        there=worst["on_shift"],
        level=f"{worst['level']:.0%}",
    )


def _styled(text: str, style: str, color: bool) -> str:
    return paint(text, style) if color and style else text
