"""Problems in a configuration, with the file, line and key of each."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from ..dataclass import dataclass
from ..errors import DeskctlError
from ..i18n import _, joined

#: The path of a value: keys of tables, and numbers for the elements of lists.
KeyPath = tuple[str | int, ...]


class Invalid(DeskctlError, ValueError):
    """A wrong value. Config classes, including those of plugins, raise it in validators and `__attrs_post_init__`.

    `key` is the dotted path below the class that raises it ("listen.port"); "" stands for the table of the class.
    """

    exit_code = 5

    def __init__(self, what: str, key: str = "") -> None:
        super().__init__(what)
        self.key = key


@dataclass(frozen=True, slots=True)
class Remark:
    """A warning or a claim that a config class returns about a value (see `loader`). `key` as in `Invalid`."""

    key: str
    what: str


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One line of a report. `line` counts from 1. `column` is known for TOML syntax errors only."""

    file: str
    line: int
    path: str
    what: str
    column: int | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.column is None else f"{self.file}:{self.line}:{self.column}"
        return joined(": ", [place, self.path, self.what] if self.path else [place, self.what])


def dotted(path: KeyPath) -> str:
    """Format a path as written in TOML: `channels.support.aliases[1]`. Keys that need quotes get them."""
    words = ""
    for key in path:
        if isinstance(key, int):
            words += f"[{key}]"
            continue
        bare = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
        words += ("." if words else "") + (key if bare else repr(key))
    return words


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ` (did you mean …?)` if a known name is similar to `word`, else `""`."""
    from difflib import get_close_matches

    by_fold = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.6)
    return _(" (did you mean {name}?)", name=by_fold[near[0]]) if near else ""


def shown(path: Path) -> str:
    """Return a path for messages: relative if the file is below the current folder."""
    try:
        below = os.path.relpath(path)
    except (OSError, ValueError):
        return str(path)
    return str(path) if below.startswith("..") else below
