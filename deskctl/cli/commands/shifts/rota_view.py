"""The rota for people: a week, the hours that nobody covers, and notes for the next shift."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from ....safe import visible
from ...style import paint
from ...times import age, local, now, worked
from ...width import cut, pad, width, wrap

_HEADS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NAMES = (6, 16)
#: As many columns as "09:00-18:00" takes; a narrower cell is written shorter.
_LONG = 11
#: Columns of a figure of an hour.
_CELL = 7


def drawn(document: Any, limit: int, *, color: bool) -> str:
    """A week, below it who is there now."""
    first = date.fromisoformat(document["week"])
    days = [first + timedelta(days=n) for n in range(7)]
    today = document["now"][:10]
    whose = f"  team {visible(document['team'])}" if document["team"] else ""
    title = f"Week of {first:%Y-%m-%d}  {document['timezone']}{whose}"
    lines = [*told(document["handovers"], limit, color=color), _styled(title, "bold", color), ""]
    people = document["people"]
    if not people:
        lines.append("nobody has a shift; deskctl shift add AGENT --hours … gives one")
        return "\n".join(lines) + "\n"
    names = [visible(person["name"]) for person in people]
    label = min(max(_NAMES[0], *map(width, names)), _NAMES[1])
    cell = min(max((limit - label) // 7 - 1, 7), _LONG)
    heads = [
        _styled(pad(f"{head} {day.day}", cell), "bold" if day.isoformat() == today else "dim", color)
        for head, day in zip(_HEADS, days, strict=True)
    ]
    lines.append((pad("", label) + " " + " ".join(heads)).rstrip())
    for name, person in zip(names, people, strict=True):
        lines += _person(name, person["days"], label, cell, color)
    lines += ["", *_present(document, {person["agent"]: person["name"] for person in people})]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _person(name: str, days: Sequence[Any], label: int, cell: int, color: bool) -> Iterator[str]:
    """One line, or as many as the fullest day needs."""
    cells = [["off"] if day["off"] else [p for s in day["shifts"] for p in _hours(s, cell)] or ["·"] for day in days]
    for number in range(max(map(len, cells))):
        row = []
        for day, texts in zip(days, cells, strict=True):
            text = texts[number] if number < len(texts) else ""
            style = "yellow" if day["off"] else "dim" if text == "·" else ""
            row.append(_styled(pad(text, cell), style, color))
        yield (pad(cut(name if number == 0 else "", label), label) + " " + " ".join(row)).rstrip()


def _hours(stint: Any, cell: int) -> list[str]:
    """`09:00-18:00`, where that is too long `9-18`, `9:30-18`; in two lines what does not fit either."""
    start, end = stint["from"][11:16], stint["to"][11:16]
    end = "24:00" if end == "00:00" else end
    if cell >= _LONG:
        return [f"{start}-{end}"]
    short = f"{_short(start)}-{_short(end)}"
    return [short] if len(short) <= cell else [f"{_short(start)}-", _short(end)]


def _short(clock: str) -> str:
    hour, _, minute = clock.partition(":")
    return str(int(hour)) if minute == "00" else f"{int(hour)}:{minute}"


def _present(document: Any, names: dict[str, str]) -> Iterator[str]:
    there = ", ".join(visible(names.get(agent, agent)) for agent in document["there"])
    yield f"Now: {there or 'nobody'}"
    following = document["next"]
    if following is not None:
        at = datetime.fromisoformat(following["at"])
        today = date.fromisoformat(document["now"][:10])
        this_week = today - timedelta(days=today.weekday()) == date.fromisoformat(document["week"])
        day = f"{at:%a} {at.day}" if this_week else f"{at:%a %Y-%m-%d}"
        yield f"Next: {visible(names.get(following['agent'], following['agent']))}, {day} {at:%H:%M}"


def gaps_drawn(document: Any, limit: int, *, color: bool) -> str:
    """Each gap on a line, what it costs, and of what the averages are made."""
    whose = f"team {visible(document['team'])}" if document["team"] else "anybody"
    start, end = (datetime.fromisoformat(document[key]) for key in ("from", "to"))
    title = f"{start:%Y-%m-%d} to {end:%Y-%m-%d}  {document['timezone']}  {whose}, {visible(document['hours'])}"
    lines = [_styled(cut(title, limit), "bold", color), ""]
    lines += [_gap(gap, color) for gap in document["gaps"]]
    lines += [""] if document["gaps"] else []
    missing = document["open"] - document["covered"]
    if document["gaps"]:
        lines.append(f"{worked(missing)} of {worked(document['open'])} with nobody there")
    elif document["open"]:
        lines.append(f"somebody is there all of the {worked(document['open'])}")
    else:
        lines.append("never open in that time: there is nothing to cover")
    if document["history"] is not None:
        known = document["history"]
        if document["gaps"]:
            lines.append(f"{document['arrivals']:g} requests usually arrive in them")
        lines.append(_styled(history(known), "dim", color))
    lines += [_styled(f"note: {visible(remark)}", "yellow", color) for remark in document["remarks"]]
    return "\n".join(piece for line in lines for piece in (wrap(line, limit) if "\x1b" not in line else [line])) + "\n"


def _gap(gap: Any, color: bool) -> str:
    start, end = datetime.fromisoformat(gap["from"]), datetime.fromisoformat(gap["to"])
    until = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%a %m-%d %H:%M}"
    line = f"{start:%a %m-%d %H:%M} → {pad(until, 15)} {pad(worked(gap['seconds']), 13, right=True)}"
    if gap["arrivals"] is None:
        return line.rstrip()
    arrivals = f"{gap['arrivals']:g} requests" if gap["arrivals"] >= 0.1 else "nothing arrives"
    style = "red" if gap["arrivals"] >= 1 else "yellow" if gap["arrivals"] >= 0.1 else "dim"
    return f"{line}   {_styled(arrivals, style, color)}"


def history(known: Any) -> str:
    """What the averages are made of."""
    from ....core.shifts.workload import lasting, many

    length = datetime.fromisoformat(known["until"]) - datetime.fromisoformat(known["since"])
    return f"averages of {lasting(length)} until {known['until'][:10]}: {many(known['arrivals'], 'request')}"


def arrivals_drawn(document: Any, *, color: bool) -> str:
    """What usually arrives by the hour, below each other as the people who answer it; "" where nothing does."""
    hours = {(row["weekday"], row["hour"]): row["arrivals"] for row in document["hours"]}
    busy = [hour for (_, hour), arrivals in hours.items() if arrivals]
    if not busy:
        return ""
    lines = ["", _styled("arrivals     " + "".join(pad(head, _CELL) for head in _HEADS), "dim", color).rstrip()]
    for hour in range(min(busy), max(busy) + 1):
        usual = (hours[head.lower(), hour] for head in _HEADS)
        cells = [pad(f"{count:.3g}", _CELL) if count else _styled(pad("·", _CELL), "dim", color) for count in usual]
        lines.append(f"{hour:02}:00-{hour + 1:02}:00  {''.join(cells)}".rstrip())
    return "\n".join(lines) + "\n"


def noted(remarks: Iterable[str]) -> str:
    """A line each, for standard error beside what is piped."""
    return "".join(f"note: {visible(remark)}\n" for remark in remarks)


def told(notes: Sequence[Any], limit: int, *, color: bool) -> list[str]:
    """Unread notes, a line each, then a blank one."""
    if not notes:
        return []
    said = [f"! {visible(note['author'])}, {age(note['at'], now())}: {_line(note['text'])}" for note in notes[:3]]
    lines = [_styled(cut(line, limit), "cyan", color) for line in said]
    more = f" ({len(notes) - 3} more)" if len(notes) > 3 else ""
    lines.append(_styled(f"  deskctl shift handover list reads them{more}", "dim", color))
    return [*lines, ""]


def notes_drawn(notes: Iterable[Any], timezone: str, *, color: bool) -> str:
    """Whole notes, each under who wrote it and when."""
    blocks = []
    for note in notes:
        for_whom = f"team {visible(note['team'])}" if note["team"] else "everybody"
        head = f"{local(note['at'], timezone)}  {visible(note['author'])} to {for_whom}"
        blocks.append(_styled(head, "dim", color) + "\n" + "\n".join(map(visible, note["text"].split("\n"))) + "\n")
    return "\n".join(blocks)


def _line(text: str) -> str:
    return visible(" ".join(text.split()))


def _styled(text: str, style: str, color: bool) -> str:
    return paint(text, style) if color and style else text
