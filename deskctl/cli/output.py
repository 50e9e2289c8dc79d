"""Rows for people and for scripts: an aligned table, tab-separated values, JSON Lines."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..errors import UsageError
from ..safe import json_text, visible
from .messages import heading, shown, word
from .style import paint
from .width import cut, pad, width

GAP = "  "
#: Columns of a terminal on which no room is spent on empty columns.
NARROW = 80
#: Columns whose values are words of deskctl, which are translated for people.
WORDS = frozenset({"delivery", "kind", "mode", "model", "presence", "priority", "sla", "state", "status"})


class Column:
    """A column of a list. Not a data class: this is imported by every list, and making one takes a millisecond.

    `name` is what `--columns` calls it. `value` gives what scripts read (a JSON value), `shown` what people
    read instead where that differs (an age for a moment). `style` names the colour of a cell. A column with
    `least` gives way on a narrow terminal down to that many columns. `extra` columns are printed on request only.
    """

    __slots__ = ("extra", "heading", "least", "name", "right", "shown", "style", "value")

    def __init__(
        self,
        name: str,
        value: Callable[[Any], Any],
        shown: Callable[[Any], str] | None = None,
        style: Callable[[Any], str] | None = None,
        least: int | None = None,
        right: bool = False,
        extra: bool = False,
        heading: str | None = None,
    ) -> None:
        self.name = name
        self.value = value
        self.shown = shown
        self.style = style
        self.least = least
        self.right = right
        self.extra = extra
        self.heading = heading


def field(name: str, **settings: Any) -> Column:
    """A column that is a key of the row."""
    return Column(name, lambda row: row[name], **settings)


def emit(rows: Sequence[Any], columns: Sequence[Column], *, json: bool, chosen: str | None, color: bool) -> None:
    """Print `rows` to standard output. `chosen` is the text of `--columns`. Raises UsageError for an unknown one."""
    picked = pick(columns, chosen)
    if json:
        write = json_line
        documents = rows if chosen is None else [{c.name: c.value(row) for c in picked} for row in rows]
        sys.stdout.write("".join(map(write, documents)))
    elif sys.stdout.isatty():
        sys.stdout.write(table(rows, picked, terminal_width(), color, drop_empty=chosen is None))
    else:
        sys.stdout.write("".join("\t".join(plain(c.value(row)) for c in picked) + "\n" for row in rows))


def pick(columns: Sequence[Column], chosen: str | None) -> Sequence[Column]:
    if chosen is None:
        return [c for c in columns if not c.extra]
    known = {c.name: c for c in columns}
    names = [name.strip() for name in chosen.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise UsageError(f"there is no column {name!r}", f"columns: {', '.join(known)}")
    return [known[name] for name in names]


def json_line(document: Any) -> str:
    """One document, one line; keys in the order in which they are documented."""
    return json_text(json.dumps(document, ensure_ascii=False, separators=(", ", ": "))) + "\n"


def plain(value: Any) -> str:
    """A value in one line for scripts: nothing for null, lists with commas, a contact by its address."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        if "address" not in value and "name" not in value:
            return ",".join(f"{visible(str(key))}={plain(item)}" for key, item in value.items())
        return visible(str(value.get("address") or value.get("name") or ""))
    if isinstance(value, (list, tuple)):
        return ",".join(map(plain, value))
    return visible(str(value))


def table(rows: Sequence[Any], columns: Sequence[Column], limit: int, color: bool, *, drop_empty: bool = False) -> str:
    """Return aligned lines with a heading, none wider than `limit` columns as long as flexible columns can shrink.

    `drop_empty` leaves out columns without any value on a narrow terminal, or if the table would be too wide with them.
    """
    if not rows:
        return ""
    cells = [[_cell(c, row) for c in columns] for row in rows]
    heads = [heading(c.heading or c.name.replace("_", " ")).upper() for c in columns]
    widths = [max(width(line[i]) for line in [heads, *cells]) for i in range(len(columns))]
    if drop_empty and (limit <= NARROW or sum(widths) + len(GAP) * (len(columns) - 1) > limit):
        kept = [i for i in range(len(columns)) if any(line[i] for line in cells)]
        columns, heads, widths = [columns[i] for i in kept], [heads[i] for i in kept], [widths[i] for i in kept]
        cells = [[line[i] for i in kept] for line in cells]
    widths = [w if c.least is None else min(w, max(c.least, limit)) for w, c in zip(widths, columns, strict=True)]
    _shrink(widths, columns, limit - len(GAP) * (len(columns) - 1))

    def line(texts: Sequence[str], styles: Sequence[str]) -> str:
        parts = (
            paint(pad(cut(text, to), to, column.right), style if color else "")
            for text, to, column, style in zip(texts, widths, columns, styles, strict=True)
        )
        return GAP.join(parts).rstrip() + "\n"

    out = [line(heads, ["dim"] * len(columns))]
    for row, texts in zip(rows, cells, strict=True):
        out.append(line(texts, [c.style(row) if c.style else "" for c in columns]))
    return "".join(out)


def _cell(column: Column, row: Any) -> str:
    """Return a value as people read it."""
    if column.shown is not None:
        return plain(shown(column.shown(row)))
    found = column.value(row)
    return word(plain(found)) if column.name in WORDS or isinstance(found, bool) else plain(found)


def _shrink(widths: list[int], columns: Sequence[Column], room: int) -> None:
    """Take what is too much from the widest flexible column, one step at a time, so that they end up even."""
    excess = sum(widths) - room
    while excess > 0:
        flexible = [i for i, c in enumerate(columns) if c.least is not None and widths[i] > c.least]
        if not flexible:
            return
        widest = max(flexible, key=lambda i: widths[i])
        widths[widest] -= 1
        excess -= 1


def terminal_width() -> int:
    """Columns of the terminal; $COLUMNS wins, 80 when nobody knows."""
    try:
        columns = int(os.environ.get("COLUMNS") or os.get_terminal_size(sys.stdout.fileno()).columns)
    except (ValueError, OSError, AttributeError):
        return 80
    return max(20, columns) if columns > 0 else 80  # a terminal without a size reports 0
