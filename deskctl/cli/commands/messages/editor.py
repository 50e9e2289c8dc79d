"""Write a text in the agent's editor, with the thread below it."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ....errors import DeskctlError, UsageError
from ...messages import _
from .recipients import split_header

if TYPE_CHECKING:
    from pathlib import Path

    from ....core.kernel.command import Command
    from ....core.kernel.outcome import Outcome
    from ...context import CliContext
    from .composition import Composition

#: The line between the text and the thread. The author must not change it.
SCISSORS = "# ------------------------ >8 ------------------------"


def require_terminal() -> None:
    """Raise UsageError if there is no terminal for an editor."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(_("missing text"), _("pass -m TEXT, a file, or - for standard input"))


def dry_run_command(context: CliContext, command: Command) -> Outcome:
    """Return the outcome that a command would have. Raises its errors, before the agent writes a text for it."""
    outcome = context.desk().execute(command, agent=context.agent, dry_run=True)
    context.release()
    return outcome


def edit_text(thread: str, composition: Composition, header: Sequence[str] = ()) -> str:
    """Return the text that the agent writes above the scissors line. The thread stands below it as comments.

    `header` are the lines with the recipients above the text; changes to them become `composition.recipients`. The text
    also becomes `composition.text` as soon as it is read. Raises UsageError without a terminal, DeskctlError if the
    text is empty, the scissors line is missing or the editor fails.
    """
    require_terminal()
    comments = [f"# {line}".rstrip() for line in thread.splitlines()]
    explanation = [
        "# " + _("Write above this line. The text below it is not sent."),
        "# " + _("An empty text sends nothing."),
    ]
    template = "\n".join([*header, "", "", SCISSORS, *explanation, "#", *comments, ""])
    with _file(template) as path:
        try:
            code = _run_editor(path)
        except BaseException:
            with contextlib.suppress(DeskctlError):
                _read(path, template, composition, header)
            raise
        if code == 0:
            text = _read(path, template, composition, header)
        else:
            with contextlib.suppress(DeskctlError):
                _read(path, template, composition, header)
            raise DeskctlError(_("the editor exited with {code}; nothing was sent", code=code))
    if not text.strip():
        raise DeskctlError(_("the text is empty; nothing was sent"))
    return text


def _read(path: Path, template: str, composition: Composition, header: Sequence[str]) -> str:
    """Read the text into `composition`. Raises DeskctlError if it cannot be separated from the thread."""
    try:
        written = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise DeskctlError(_("cannot read the file of the editor: {reason}", reason=error.strerror)) from error
    if written == template:
        return ""
    lines = written.split("\n")
    scissors = next((number for number, line in enumerate(lines) if line.rstrip() == SCISSORS), None)
    composition.from_editor = bool(written.strip())
    if scissors is None:
        composition.text, composition.with_thread = written.strip("\n"), True
        if not written.strip():
            return ""
        raise DeskctlError(
            _('the line with ">8" is missing or changed; nothing was sent'),
            _("write above that line and do not change it"),
        )
    above = [line.removesuffix("\r") for line in lines[:scissors]]
    composition.text, composition.recipients = split_header("\n".join(above), header)
    comments = {line.rstrip() for line in template.split("\n") if line.startswith("# ") and len(line) > 3}
    if any(line.rstrip() in comments for line in above):
        composition.with_thread = True
        raise DeskctlError(
            _('the text above the line with ">8" contains lines of the thread; nothing was sent'),
            _("remove these lines, or their leading #"),
        )
    return composition.text


@contextlib.contextmanager
def _file(template: str) -> Iterator[Path]:
    """Create the file for the editor. It is in the folder of drafts, so that it survives a crash."""
    import tempfile
    from pathlib import Path

    from .draft_files import EDITING_PREFIX, create_drafts_folder

    try:
        base: Path | None = create_drafts_folder()
    except (OSError, RuntimeError):
        base = None
    with tempfile.TemporaryDirectory(prefix=f"{EDITING_PREFIX}{os.getpid()}-", dir=base) as name:
        path = Path(name) / "message.txt"
        path.touch(mode=0o600)
        path.write_text(template, encoding="utf-8", errors="replace")
        yield path


def _run_editor(path: Path) -> int:
    """Run the editor on the file and return its exit code. SIGHUP and SIGTERM interrupt it, as Ctrl-C does."""
    import shlex
    import subprocess

    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        return subprocess.run([*shlex.split(command), str(path)], check=False).returncode
    except (OSError, ValueError) as error:
        what = _("cannot run the editor {command}: {reason}", command=repr(command), reason=error)
        raise UsageError(what, _("set EDITOR, or pass -m TEXT")) from error
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
