"""Drafts: what an agent wrote and the desk did not take. Files of their own, so that they survive a full store.

They lie below $XDG_STATE_HOME/deskctl/drafts (default ~/.local/state), one JSON file each, for their owner only.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from ....errors import NotFound, UsageError

_SUFFIX = ".json"
#: How the folders begin in which an editor works on a text; the process id follows.
UNFINISHED = ".editing-"


@dataclass(frozen=True, slots=True)
class Draft:
    """A text and what was to be done with it. `number` 0: not kept yet.

    `command` is reply, note or new; `desk` the path of the desk's configuration; `options` are the command's, by name;
    `known` what its author had seen of the ticket, pairs of [message id, version]. `whole`: the text still holds the
    thread that the editor showed, and must not be sent as it is. `at` is seconds since 1970.
    """

    command: str
    text: str
    desk: str
    agent: str | None = None
    ticket: int | None = None
    options: dict[str, Any] = field(default_factory=dict)
    known: list[list[int]] | None = None
    whole: bool = False
    why: str = ""
    at: int = 0
    number: int = 0


def folder() -> Path:
    """Where drafts are kept. A relative XDG_STATE_HOME is to be ignored, as the specification says."""
    named = os.environ.get("XDG_STATE_HOME", "")
    base = Path(named) if named.startswith("/") else Path.home() / ".local" / "state"
    return base / "deskctl" / "drafts"


def made_folder() -> Path:
    """The folder, made where it was missing. Raises OSError."""
    path = folder()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.stat().st_mode & 0o077:
        path.chmod(0o700)
    return path


def keep(draft: Draft) -> Draft:
    """Write a draft under the next free number, or again under its own; whole or not at all. Raises OSError."""
    path = made_folder()
    draft = replace(draft, at=int(time.time()))
    if draft.number:
        _write(path / f"{draft.number}{_SUFFIX}", draft, again=True)
        return draft
    number = max(_numbers(path), default=0)
    while True:
        number += 1
        numbered = replace(draft, number=number)
        with contextlib.suppress(FileExistsError):
            _write(path / f"{number}{_SUFFIX}", numbered, again=False)
            return numbered


def _write(path: Path, draft: Draft, *, again: bool) -> None:
    """Through a file beside it; a draft that another process made meanwhile is never overwritten."""
    document = {name: value for name, value in asdict(draft).items() if name != "number"}
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w") as file:  # noqa: PTH123
            json.dump(document, file)  # ASCII: a lone surrogate of a broken argument is kept
            file.flush()
            os.fsync(file.fileno())
        if again:
            beside.replace(path)
        else:
            os.link(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def load(number: int) -> Draft:
    """Raises NotFound, and UsageError for a file that is no draft."""
    path = folder() / f"{number}{_SUFFIX}"
    try:
        document = json.loads(path.read_text())
        known = {each.name for each in fields(Draft)}
        return Draft(**{k: v for k, v in document.items() if k in known and k != "number"}, number=number)
    except FileNotFoundError:
        raise NotFound(f"there is no draft {number}", "deskctl draft list shows them") from None
    except OSError as error:
        raise UsageError(f"draft {number} cannot be read: {error.strerror}", f"look at {path}") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise UsageError(f"draft {number} is damaged", f"look at {path}") from error


def everything() -> Iterator[Draft]:
    """All drafts that can be read, oldest first."""
    try:
        numbers = sorted(_numbers(folder()))
    except OSError:
        return
    for number in numbers:
        with contextlib.suppress(NotFound, UsageError):
            yield load(number)


def drop(number: int) -> None:
    """Raises NotFound."""
    try:
        (folder() / f"{number}{_SUFFIX}").unlink()
    except FileNotFoundError:
        raise NotFound(f"there is no draft {number}", "deskctl draft list shows them") from None


def unfinished() -> Iterator[Path]:
    """Texts whose editor was open when deskctl was killed or the computer stopped."""
    for path in sorted(folder().glob(f"{UNFINISHED}*/message.txt")):
        process = path.parent.name.removeprefix(UNFINISHED).partition("-")[0]
        try:
            os.kill(int(process), 0)
        except (ProcessLookupError, ValueError):
            yield path
        except PermissionError:
            continue  # a process of somebody else, hence not an editor of ours


def _numbers(path: Path) -> Iterator[int]:
    for each in path.iterdir():
        if each.suffix == _SUFFIX and each.stem.isascii() and each.stem.isdecimal() and len(each.stem) < 10:
            yield int(each.stem)


def rescue(draft: Draft) -> str:
    """Keep a draft and say where, as a hint; where no file can be written the text goes to standard error."""
    try:
        kept = keep(draft)
    except (OSError, RuntimeError) as error:
        with contextlib.suppress(Exception):
            sys.stderr.write(f"{draft.text}\n")
        return f"your text stands above: it could not be kept as a draft ({error})"
    if kept.whole:
        return f"your text is draft {kept.number}: deskctl draft show {kept.number}"
    return f"your text is draft {kept.number}: deskctl draft send {kept.number}"
