"""How many people which hour needs, for people: a week of hours, each with who is needed and who is there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ....safe import visible
from ...style import paint
from ...times import working_time
from ...width import pad, wrap
from .rota_view import history

_HEADS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_CELL = 7


def drawn(document: Any, limit: int, *, color: bool) -> str:
    """Hours below each other, days beside each other; quiet hours at the ends of the day are left out."""
    hours = {(row["weekday"], row["hour"]): row for row in document["hours"]}
    busy = [row["hour"] for row in document["hours"] if row["needed"] or row["on_shift"]]
    lines = list(wrap(_asked(document), limit))
    lines[0] = _styled(lines[0], "bold", color)
    lines += [_styled(line, "dim", color) for line in wrap(_made_of(document), limit)]
    lines.append("")
    if busy:
        lines.append(_styled("needed/there " + "".join(pad(head, _CELL) for head in _HEADS), "dim", color).rstrip())
        for hour in range(min(busy), max(busy) + 1):
            cells = [_cell(hours[head.lower(), hour], color) for head in _HEADS]
            lines.append(f"{hour:02}:00-{hour + 1:02}:00  {''.join(cells)}".rstrip())
        lines.append("")
    lines += [line for text in _sums(document) for line in wrap(text, limit)]
    remarks = (line for remark in document["remarks"] for line in wrap(f"note: {visible(remark)}", limit))
    lines += [_styled(line, "yellow", color) for line in remarks]
    return "\n".join(lines) + "\n"


def _cell(row: Any, color: bool) -> str:
    """`3/2`: red where somebody is missing."""
    if not row["needed"] and not row["on_shift"]:
        return _styled(pad("·", _CELL), "dim", color)
    style = "red" if row["spare"] < 0 else "" if row["needed"] else "dim"
    return _styled(pad(f"{row['needed']}/{row['on_shift']}", _CELL), style, color)


def _asked(document: Any) -> str:
    whose = f"Team {visible(document['team'])}" if document["team"] else "Everybody"
    what = f" on {visible(document['channel'])}" if document["channel"] else ""
    return f"{whose}{what}: {document['share']:.0%} answered within {working_time(document['within'])}"


def _made_of(document: Any) -> str:
    parts = [f"a request takes {working_time(document['aht'])} ({document['aht_from']})"]
    if document["at_once"] > 1:
        parts.append(f"{document['at_once']} at once")
    if document["shrinkage"]:
        parts.append(f"{document['shrinkage']:.0%} shrinkage")
    if document["history"] is not None:
        parts.append(history(document["history"]))
    parts.append(f"Erlang C, hours of {document['timezone']}, the rota of the next seven days")
    return "; ".join(parts)


def _sums(document: Any) -> Iterator[str]:
    if not document["most"]:
        yield "no hour needs anybody: nothing usually arrives"
        return
    worst = min(document["hours"], key=lambda row: (row["spare"], -row["arrivals"]))
    yield f"at most {document['most']} needed at once"
    if document["missing"]:
        at = f"{worst['weekday'].title()} {worst['hour']:02}:00"
        yield (
            f"{document['missing']} h a week are missing; the most at {at}: {worst['needed']} needed, "
            f"{worst['on_shift']} there, {worst['level']:.0%} answered in time"
        )
    else:
        yield "the rota has enough people in every hour"


def _styled(text: str, style: str, color: bool) -> str:
    return paint(text, style) if color and style else text
