"""Write a text in the agent's own editor, with the thread before their eyes."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ....errors import DeskctlError, UsageError
from .recipients import split

if TYPE_CHECKING:
    from pathlib import Path

    from ....core.kernel.command import Command
    from ....desk import Outcome
    from ...context import CliContext
    from .composition import Author

SCISSORS = "# ------------------------ >8 ------------------------"
_EXPLAINED = (
    "# Write above this line. What is below it is not sent.",
    "# An empty text sends nothing.",
)


def needs_terminal() -> None:
    """Raises UsageError where no editor can be shown."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("there is no text", "give it with -m TEXT, a file, or - for standard input")


def checked(context: CliContext, command: Command) -> Outcome:
    """The outcome that a command would have. Raises what the desk would say, before anybody writes a text for it."""
    outcome = context.desk().execute(command, agent=context.agent, dry_run=True)
    context.release()
    return outcome


def compose(quoted: str, author: Author, above: Sequence[str] = ()) -> str:
    """What the agent writes above the scissors line; `quoted` stands below it, line by line as comments.

    `above` are the lines with the recipients (`addressing.above`); what is made of them is `author.addressed`. What was
    written is `author.text`, too, as soon as it is there. Raises UsageError when there is no terminal, DeskctlError
    when the text stays empty, the scissors line is gone or the editor fails.
    """
    needs_terminal()
    comments = [f"# {line}".rstrip() for line in quoted.splitlines()]
    template = "\n".join([*above, "", "", SCISSORS, *_EXPLAINED, "#", *comments, ""])
    with _file(template) as path:
        try:
            code = _edit(path)
        except BaseException:
            with contextlib.suppress(DeskctlError):
                _take(path, template, author, above)
            raise
        if code == 0:
            text = _take(path, template, author, above)
        else:
            with contextlib.suppress(DeskctlError):
                _take(path, template, author, above)
            raise DeskctlError(f"the editor ended with {code}; nothing was sent")
    if not text.strip():
        raise DeskctlError("the text is empty; nothing was sent")
    return text


def _take(path: Path, template: str, author: Author, lines_above: Sequence[str]) -> str:
    """Read what was written. Raises DeskctlError where nobody can tell it from the thread."""
    try:
        written = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise DeskctlError(f"the editor left no text: {error.strerror}") from error
    if written == template:
        return ""
    lines = written.split("\n")
    place = next((number for number, line in enumerate(lines) if line.rstrip() == SCISSORS), None)
    author.edited = bool(written.strip())
    if place is None:
        author.text, author.whole = written.strip("\n"), True
        if not written.strip():
            return ""
        raise DeskctlError(
            'the line with ">8" is missing or changed, so nobody can tell your text from the thread; nothing was sent',
            "write above that line and leave it as it is",
        )
    above = [line.removesuffix("\r") for line in lines[:place]]
    author.text, author.addressed = split("\n".join(above), lines_above)
    thread = {line.rstrip() for line in template.split("\n") if line.startswith("# ") and len(line) > 3}
    if any(line.rstrip() in thread for line in above):
        author.whole = True
        raise DeskctlError(
            "lines of the thread stand above the line with “>8”; nothing was sent", "remove them, or their leading #"
        )
    return author.text


@contextlib.contextmanager
def _file(template: str) -> Iterator[Path]:
    """The file that is edited, in the folder of drafts, where it survives if everything else ends."""
    import tempfile
    from pathlib import Path

    from .draft_files import UNFINISHED, made_folder

    try:
        base: Path | None = made_folder()
    except (OSError, RuntimeError):
        base = None
    with tempfile.TemporaryDirectory(prefix=f"{UNFINISHED}{os.getpid()}-", dir=base) as name:
        path = Path(name) / "message.txt"
        path.touch(mode=0o600)
        path.write_text(template, encoding="utf-8", errors="replace")
        yield path


def _edit(path: Path) -> int:
    """Run the editor on the file; its exit code. A hang-up or a termination is an interruption, as Ctrl-C is."""
    import shlex
    import subprocess

    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        return subprocess.run([*shlex.split(command), str(path)], check=False).returncode
    except (OSError, ValueError) as error:
        raise UsageError(f"the editor {command!r} cannot be run: {error}", "set EDITOR, or use -m TEXT") from error
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
