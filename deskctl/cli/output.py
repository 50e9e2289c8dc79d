"""Print rows as an aligned table, tab-separated values or JSON Lines."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, TextIO

from ..errors import UsageError
from ..safe import json_text, visible
from .messages import _, heading, shown, word
from .style import paint
from .width import cut, pad, width

GAP = "  "
#: On a terminal of at most this width, tables leave out empty columns.
NARROW = 80
#: Columns whose values are words of deskctl, which are translated for people.
WORDS = frozenset({"delivery", "kind", "mode", "model", "presence", "priority", "sla", "state", "status"})


class Column:
    """A column of a list. Not a dataclass: every list imports this module, and defining a dataclass takes 1 ms.

    `name` is the name for `--columns`. `value` returns the value for scripts (a JSON value), `shown` the text for
    people if it differs, such as an age for a time. `style` returns the colour of a cell. A column with `least` shrinks
    on a narrow terminal to at least that width. `extra` columns are printed only if `--columns` names them.
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
    """Return the column of the key `name` of a row."""
    return Column(name, lambda row: row[name], **settings)


def emit(rows: Collection[Any], columns: Sequence[Column], *, json: bool, chosen: str | None, color: bool) -> None:
    """Print `rows` to standard output. `chosen` is the value of `--columns`. Raises UsageError."""
    picked = select_columns(columns, chosen)
    if json:
        write = json_line
        documents = rows if chosen is None else ({c.name: c.value(row) for c in picked} for row in rows)
        _print(map(write, documents))
    elif sys.stdout.isatty():
        sys.stdout.write(table(list(rows), picked, terminal_width(), color, drop_empty=chosen is None))
    else:
        _print("\t".join(plain(c.value(row)) for c in picked) + "\n" for row in rows)


def _print(lines: Iterable[str]) -> None:
    """Print lines, many at a time: standard output may be unbuffered."""
    pending: list[str] = []
    for each in lines:
        pending.append(each)
        if len(pending) == 500:
            sys.stdout.write("".join(pending))
            pending.clear()
    sys.stdout.write("".join(pending))


def select_columns(columns: Sequence[Column], chosen: str | None) -> Sequence[Column]:
    """Return the columns that `--columns` names, without it those that are not `extra`. Raises UsageError."""
    if chosen is None:
        return [c for c in columns if not c.extra]
    known = {c.name: c for c in columns}
    names = [name.strip() for name in chosen.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise UsageError(
                _("no column {name}", name=repr(name)), _("available columns: {names}", names=", ".join(known))
            )
    return [known[name] for name in names]


def json_line(document: Any) -> str:
    """Return a document as one line of JSON, with the keys in their documented order."""
    return json_text(json.dumps(document, ensure_ascii=False, separators=(", ", ": "))) + "\n"


def plain(value: Any) -> str:
    """Return a value on one line: "" for null, commas between list items, the address of a contact."""
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
    """Return aligned lines with a heading, at most `limit` columns wide as long as flexible columns can shrink.

    With `drop_empty`, leave out columns without values on a narrow terminal or if the table is too wide with them.
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
    """Shrink the widest flexible column step by step until the table fits, so that the columns become equally wide."""
    excess = sum(widths) - room
    while excess > 0:
        flexible = [i for i, c in enumerate(columns) if c.least is not None and widths[i] > c.least]
        if not flexible:
            return
        widest = max(flexible, key=lambda i: widths[i])
        widths[widest] -= 1
        excess -= 1


def terminal_width(stream: TextIO | None = None) -> int:
    """Return the width from $COLUMNS or the terminal, or 80 if neither has it; at least 20.

    `stream` is the output stream; None means standard output.
    """
    try:
        columns = int(os.environ.get("COLUMNS") or os.get_terminal_size((stream or sys.stdout).fileno()).columns)
    except (ValueError, OSError, AttributeError):
        return 80
    return max(20, columns) if columns > 0 else 80  # a terminal without a size reports 0
