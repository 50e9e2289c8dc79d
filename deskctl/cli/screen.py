"""The settings and building blocks of text views: width, colour, times, wrapped lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .style import paint
from .times import ago, local_time, now
from .width import width, wrap

_COLOR = re.compile(r"\x1b\[[0-9;]*m")


class Screen:
    """The settings of a text view.

    `width` is in columns, `timezone` that of the desk. `full` includes quoted text and events; `newest_first` reverses
    the order of messages.
    """

    def __init__(
        self, *, width: int, timezone: str, color: bool, full: bool = False, newest_first: bool = False
    ) -> None:
        self.width = width
        self.timezone = timezone
        self.color = color
        self.full = full
        self.newest_first = newest_first
        self.now = now()

    def paint(self, text: str, style: str) -> str:
        """Return a text in a style if the view has colours."""
        return paint(text, style) if self.color else text

    def moment(self, moment: str) -> str:
        """Return a time with its age: `2026-03-01 18:00 KST (3h ago)`."""
        return f"{local_time(moment, self.timezone)} ({ago(moment, self.now)})"


def join_facts(parts: Sequence[str], limit: int) -> Iterator[str]:
    """Yield lines of parts with ` · ` between them, at most `limit` columns wide without colour codes."""
    line = ""
    for part in parts:
        longer = f"{line} · {part}" if line else part
        if line and width(_COLOR.sub("", longer)) > limit:
            yield line
            longer = part
        line = longer
    if line:
        yield line


def hanging(start: str, text: str, screen: Screen) -> str:
    """Return `text` after `start`, which is dim, wrapped to the screen; later lines are indented."""
    first, *rest = list(wrap(text, max(screen.width - width(start), 20))) or [""]
    later = list(wrap(" ".join(rest), max(screen.width - 4, 20))) if rest else []
    return "\n".join([screen.paint(start, "dim") + first, *(f"    {line}" for line in later)]).rstrip()


def format_size(count: int) -> str:
    """Return a number of bytes as `900 B`, `12 kB` or `3.4 MB`."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.0f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"
