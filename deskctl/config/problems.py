"""What is wrong with a configuration, and where."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..errors import DeskctlError

#: Where a value stands: keys of tables, and numbers for the elements of lists.
KeyPath = tuple[str | int, ...]


class Invalid(DeskctlError, ValueError):
    """A value is wrong. Raised by config classes, plugins' too, from validators and `__attrs_post_init__`.

    `key` is the dotted path below the class that raises it ("listen.port"); "" is the class's own table.
    """

    exit_code = 5

    def __init__(self, what: str, key: str = "") -> None:
        super().__init__(what)
        self.key = key


@dataclass(frozen=True, slots=True)
class Remark:
    """What a config class wants to say about itself without refusing (see `convert`). `key` as in `Invalid`."""

    key: str
    what: str


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One line of a report. `line` counts from 1; `column` is known for errors of TOML's syntax only."""

    file: str
    line: int
    path: str
    what: str
    column: int | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.column is None else f"{self.file}:{self.line}:{self.column}"
        return f"{place}: {self.path}: {self.what}" if self.path else f"{place}: {self.what}"


def dotted(path: KeyPath) -> str:
    """As a person writes it: `channels.support.aliases[1]`; keys that TOML quotes are quoted."""
    words = ""
    for key in path:
        if isinstance(key, int):
            words += f"[{key}]"
            continue
        bare = key.isascii() and key.replace("-", "").replace("_", "").isalnum()
        words += ("." if words else "") + (key if bare else repr(key))
    return words


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` (did you mean …?)` when something known is spelled like `word`, else `""`."""
    from difflib import get_close_matches

    by_fold = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.6)
    return f" (did you mean {by_fold[near[0]]}?)" if near else ""


def shown(path: Path) -> str:
    """A file as a person sees it: relative when it is below the current folder."""
    try:
        below = os.path.relpath(path)
    except (OSError, ValueError):
        return str(path)
    return str(path) if below.startswith("..") else below
