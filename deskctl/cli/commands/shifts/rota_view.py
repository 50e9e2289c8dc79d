"""Render the rota: a week of shifts, coverage gaps, arrivals per hour, and handover notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from ....safe import visible
from ...messages import _, shown
from ...style import paint
from ...times import ago, local_time, now, weekday_names, working_time
from ...width import cut, pad, width, wrap

#: The weekdays as documents name them.
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: The width of a number in a table of hours.
CELL = 7
#: The minimum and maximum width of names.
_NAME_WIDTHS = (6, 16)
#: The width of "09:00-18:00"; narrower cells have a shorter form.
_FULL_CELL = 11


def render_week(document: Any, limit: int, *, color: bool) -> str:
    """Return a table of a week of shifts, and below it the agents on shift now."""
    first = date.fromisoformat(document["week"])
    days = [first + timedelta(days=n) for n in range(7)]
    today = document["now"][:10]
    title = _("Week of {date}", date=f"{first:%Y-%m-%d}") + f"  {document['timezone']}"
    if document["team"]:
        title += "  " + _("team {team}", team=visible(document["team"]))
    lines = [*handover_lines(document["handovers"], limit, color=color), _styled(title, "bold", color), ""]
    people = document["people"]
    if not people:
        lines += wrap(_("no shifts; add one with deskctl shift add AGENT --hours HOURS"), limit)
        return "\n".join(lines) + "\n"
    names = [visible(person["name"]) for person in people]
    label = min(max(_NAME_WIDTHS[0], *map(width, names)), _NAME_WIDTHS[1])
    cell = min(max((limit - label) // 7 - 1, 7), _FULL_CELL)
    heads = [
        _styled(pad(f"{head} {day.day}", cell), "bold" if day.isoformat() == today else "dim", color)
        for head, day in zip(weekday_names(), days, strict=True)
    ]
    lines.append((pad("", label) + " " + " ".join(heads)).rstrip())
    for name, person in zip(names, people, strict=True):
        lines += _person(name, person["days"], label, cell, color)
    lines += ["", *_present(document, {person["agent"]: person["name"] for person in people})]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _person(name: str, days: Sequence[Any], label: int, cell: int, color: bool) -> Iterator[str]:
    """Yield the lines of an agent, as many as the day with the most shifts needs."""
    off = _("off")
    cells = [[off] if day["off"] else [p for s in day["shifts"] for p in _hours(s, cell)] or ["·"] for day in days]
    for number in range(max(map(len, cells))):
        row = []
        for day, texts in zip(days, cells, strict=True):
            text = texts[number] if number < len(texts) else ""
            style = "yellow" if day["off"] else "dim" if text == "·" else ""
            row.append(_styled(pad(text, cell), style, color))
        yield (pad(cut(name if number == 0 else "", label), label) + " " + " ".join(row)).rstrip()


def _hours(stint: Any, cell: int) -> list[str]:
    """Return the hours of a shift in the longest form that fits: `09:00-18:00`, `9-18`, or two lines."""
    start, end = stint["from"][11:16], stint["to"][11:16]
    end = "24:00" if end == "00:00" else end
    if cell >= _FULL_CELL:
        return [f"{start}-{end}"]
    short = f"{_short(start)}-{_short(end)}"
    return [short] if len(short) <= cell else [f"{_short(start)}-", _short(end)]


def _short(clock: str) -> str:
    """Return `9` for 09:00 and `8:30` for 08:30."""
    hour, _colon, minute = clock.partition(":")
    return str(int(hour)) if minute == "00" else f"{int(hour)}:{minute}"


def _present(document: Any, names: dict[str, str]) -> Iterator[str]:
    there = ", ".join(visible(names.get(agent, agent)) for agent in document["there"])
    yield _("On shift now: {agents}", agents=there or _("no one"))
    following = document["next"]
    if following is not None:
        at = datetime.fromisoformat(following["at"])
        today = date.fromisoformat(document["now"][:10])
        this_week = today - timedelta(days=today.weekday()) == date.fromisoformat(document["week"])
        weekday = weekday_names()[at.weekday()]
        day = f"{weekday} {at.day}" if this_week else f"{weekday} {at:%Y-%m-%d}"
        agent = visible(names.get(following["agent"], following["agent"]))
        yield _("Next: {agent}, {time}", agent=agent, time=f"{day} {at:%H:%M}")


def render_gaps(document: Any, limit: int, *, color: bool) -> str:
    """Return a line for each gap, the sum of the gaps, and the requests that usually arrive in them."""
    scope = _("team {team}", team=visible(document["team"])) if document["team"] else _("all agents")
    start, end = (datetime.fromisoformat(document[key]) for key in ("from", "to"))
    days = _("{first} to {last}", first=f"{start:%Y-%m-%d}", last=f"{end:%Y-%m-%d}")
    title = f"{days}  {document['timezone']}  {scope}, {visible(document['hours'])}"
    lines = [_styled(cut(title, limit), "bold", color), ""]
    lines += [_gap(gap, color) for gap in document["gaps"]]
    lines += [""] if document["gaps"] else []
    total = working_time(document["open"])
    if document["gaps"]:
        missing = working_time(document["open"] - document["covered"])
        lines.append(_("{missing} of {total} without an agent", missing=missing, total=total))
    elif document["open"]:
        lines.append(_("no gaps in {total}", total=total))
    else:
        lines.append(_("no business hours in this period"))
    if document["history"] is not None:
        if document["gaps"]:
            lines.append(_("{count} requests usually arrive in the gaps", count=f"{document['arrivals']:g}"))
        lines.append(_styled(history_text(document["history"]), "dim", color))
    lines += [
        _styled(_("note: {text}", text=visible(shown(remark))), "yellow", color) for remark in document["remarks"]
    ]
    return "\n".join(piece for line in lines for piece in (wrap(line, limit) if "\x1b" not in line else [line])) + "\n"


def _gap(gap: Any, color: bool) -> str:
    start, end = datetime.fromisoformat(gap["from"]), datetime.fromisoformat(gap["to"])
    weekdays = weekday_names()
    first = f"{weekdays[start.weekday()]} {start:%m-%d %H:%M}"
    last = f"{end:%H:%M}" if end.date() == start.date() else f"{weekdays[end.weekday()]} {end:%m-%d %H:%M}"
    line = f"{first} → {pad(last, 15)} {pad(working_time(gap['seconds']), 13, right=True)}"
    if gap["arrivals"] is None:
        return line.rstrip()
    few = gap["arrivals"] < 0.1
    arrivals = _("no requests") if few else _("{count} requests", count=f"{gap['arrivals']:g}")
    style = "dim" if few else "red" if gap["arrivals"] >= 1 else "yellow"
    return f"{line}   {_styled(arrivals, style, color)}"


def history_text(history: Any) -> str:
    """Return a line on the data behind the averages: `averages of 12 weeks until 2027-03-01: 310 requests`."""
    from ....core.shifts.workload import format_length, many

    length = datetime.fromisoformat(history["until"]) - datetime.fromisoformat(history["since"])
    return _(
        "averages of {length} until {date}: {requests}",
        length=format_length(length),
        date=history["until"][:10],
        requests=many(history["arrivals"], "request"),
    )


def render_arrivals(document: Any, *, color: bool) -> str:
    """Return a table of the requests that usually arrive in each hour of the week; "" if there are none."""
    hours = {(row["weekday"], row["hour"]): row["arrivals"] for row in document["hours"]}
    busy = [hour for (_day, hour), arrivals in hours.items() if arrivals]
    if not busy:
        return ""
    heads = pad(_("arrivals"), 12) + " " + "".join(pad(head, CELL) for head in weekday_names())
    lines = ["", _styled(heads, "dim", color).rstrip()]
    for hour in range(min(busy), max(busy) + 1):
        usual = (hours[day, hour] for day in WEEKDAYS)
        cells = [pad(f"{count:.3g}", CELL) if count else _styled(pad("·", CELL), "dim", color) for count in usual]
        lines.append(f"{hour:02}:00-{hour + 1:02}:00  {''.join(cells)}".rstrip())
    return "\n".join(lines) + "\n"


def note_lines(remarks: Iterable[str]) -> str:
    """Return a line for each remark, for standard error."""
    return "".join(_("note: {text}", text=visible(shown(remark))) + "\n" for remark in remarks)


def handover_lines(notes: Sequence[Any], limit: int, *, color: bool) -> list[str]:
    """Return a line for each of the first unread handover notes, then an empty line."""
    if not notes:
        return []
    lines = []
    for note in notes[:3]:
        line = f"! {visible(note['author'])}, {ago(note['at'], now())}: {_one_line(note['text'])}"
        lines.append(_styled(cut(line, limit), "cyan", color))
    hint = "  " + _("read them with deskctl shift handover list")
    if len(notes) > 3:
        hint += " (" + _("{count} more", count=len(notes) - 3) + ")"
    return [*lines, _styled(hint, "dim", color), ""]


def render_handovers(notes: Iterable[Any], timezone: str, *, color: bool) -> str:
    """Return the complete handover notes with author and time."""
    blocks = []
    for note in notes:
        readers = _("team {team}", team=visible(note["team"])) if note["team"] else _("all agents")
        header = _("{author} to {readers}", author=visible(note["author"]), readers=readers)
        header = f"{local_time(note['at'], timezone)}  {header}"
        blocks.append(_styled(header, "dim", color) + "\n" + "\n".join(map(visible, note["text"].split("\n"))) + "\n")
    return "\n".join(blocks)


def _one_line(text: str) -> str:
    return visible(" ".join(text.split()))


def _styled(text: str, style: str, color: bool) -> str:
    return paint(text, style) if color and style else text
