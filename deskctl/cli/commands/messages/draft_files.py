"""Drafts: texts that an agent wrote and the desk did not accept.

Each draft is a JSON file in $XDG_STATE_HOME/deskctl/drafts (default ~/.local/state) that only its owner can read. Files
work even if the store is full.
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
from ...messages import _

_SUFFIX = ".json"
#: The prefix of the temporary folder of an editor; the process id follows.
EDITING_PREFIX = ".editing-"


@dataclass(frozen=True, slots=True)
class Draft:
    """A text with the command that it was written for. `number` is 0 before the draft is saved.

    `command` is reply, note or new, and `options` its options by name. `desk` is the path of the desk's configuration.
    `known` lists the messages that the author had seen, as pairs of [message id, version]. `whole`: the text still
    contains the thread that the editor showed and must not be sent. `why` is the reason why the text was not sent. `at`
    is in seconds since 1970.
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


def drafts_folder() -> Path:
    """Return the folder of drafts. A relative XDG_STATE_HOME is ignored, as the XDG specification requires."""
    named = os.environ.get("XDG_STATE_HOME", "")
    base = Path(named) if named.startswith("/") else Path.home() / ".local" / "state"
    return base / "deskctl" / "drafts"


def create_drafts_folder() -> Path:
    """Return the folder of drafts; create it if it does not exist. Raises OSError."""
    path = drafts_folder()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.stat().st_mode & 0o077:
        path.chmod(0o700)
    return path


def save(draft: Draft) -> Draft:
    """Write a draft atomically, under its number or the next free one. Raises OSError."""
    path = create_drafts_folder()
    draft = replace(draft, at=int(time.time()))
    if draft.number:
        _write(path / f"{draft.number}{_SUFFIX}", draft, overwrite=True)
        return draft
    number = max(_numbers(path), default=0)
    while True:
        number += 1
        numbered = replace(draft, number=number)
        with contextlib.suppress(FileExistsError):
            _write(path / f"{number}{_SUFFIX}", numbered, overwrite=False)
            return numbered


def _write(path: Path, draft: Draft, *, overwrite: bool) -> None:
    """Write a temporary file and rename or link it. Raises FileExistsError if the file exists, unless `overwrite`."""
    document = {name: value for name, value in asdict(draft).items() if name != "number"}
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w") as file:  # noqa: PTH123
            json.dump(document, file)  # as ASCII, so that lone surrogates in arguments survive
            file.flush()
            os.fsync(file.fileno())
        if overwrite:
            temporary.replace(path)
        else:
            os.link(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def load(number: int) -> Draft:
    """Return a draft. Raises NotFound, and UsageError for a damaged file."""
    path = drafts_folder() / f"{number}{_SUFFIX}"
    try:
        document = json.loads(path.read_text())
        known = {each.name for each in fields(Draft)}
        return Draft(**{k: v for k, v in document.items() if k in known and k != "number"}, number=number)
    except FileNotFoundError:
        raise _not_found(number) from None
    except OSError as error:
        what = _("cannot read draft {number}: {reason}", number=number, reason=error.strerror)
        raise UsageError(what, _("see {file}", file=path)) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise UsageError(_("draft {number} is damaged", number=number), _("see {file}", file=path)) from error


def _not_found(number: int) -> NotFound:
    return NotFound(_("no draft {number}", number=number), _("list drafts with deskctl draft list"))


def load_all() -> Iterator[Draft]:
    """Yield all readable drafts, oldest first."""
    try:
        numbers = sorted(_numbers(drafts_folder()))
    except OSError:
        return
    for number in numbers:
        with contextlib.suppress(NotFound, UsageError):
            yield load(number)


def delete(number: int) -> None:
    """Delete a draft. Raises NotFound."""
    try:
        (drafts_folder() / f"{number}{_SUFFIX}").unlink()
    except FileNotFoundError:
        raise _not_found(number) from None


def interrupted_texts() -> Iterator[Path]:
    """Yield the files that an editor had open when deskctl was killed or the machine stopped."""
    for path in sorted(drafts_folder().glob(f"{EDITING_PREFIX}*/message.txt")):
        process = path.parent.name.removeprefix(EDITING_PREFIX).partition("-")[0]
        try:
            os.kill(int(process), 0)
        except (ProcessLookupError, ValueError):
            yield path
        except PermissionError:
            continue  # a process of another user, so not one of this user's editors; the id was reused


def _numbers(path: Path) -> Iterator[int]:
    for each in path.iterdir():
        if each.suffix == _SUFFIX and each.stem.isascii() and each.stem.isdecimal() and len(each.stem) < 10:
            yield int(each.stem)


def save_or_print(draft: Draft) -> str:
    """Save a draft and return a hint that names it. If it cannot be saved, print the text to standard error."""
    try:
        saved = save(draft)
    except (OSError, RuntimeError) as error:
        with contextlib.suppress(Exception):
            sys.stderr.write(f"{draft.text}\n")
        return _("your text is printed above, because it could not be saved as a draft: {reason}", reason=error)
    if saved.whole:
        return _("your text is saved as draft {number}: deskctl draft show {number}", number=saved.number)
    return _("your text is saved as draft {number}: deskctl draft send {number}", number=saved.number)
