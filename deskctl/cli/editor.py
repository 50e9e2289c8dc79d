"""Write a text in the agent's own editor, with the thread before their eyes."""

from __future__ import annotations

import os
import sys

from ..errors import DeskctlError, UsageError

SCISSORS = "# ------------------------ >8 ------------------------"
_EXPLAINED = (
    "# Write above this line. What is below it is not sent.",
    "# An empty text sends nothing.",
)


def compose(quoted: str) -> str:
    """What the agent writes above the scissors line; `quoted` stands below it, line by line as comments.

    Raises UsageError when there is no terminal, DeskctlError when the text stays empty or the editor fails.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("there is no text", "give it with -m TEXT, a file, or - for standard input")
    import shlex
    import subprocess
    import tempfile
    from pathlib import Path

    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory(prefix="deskctl-") as folder:
        path = Path(folder) / "message.txt"
        comments = [f"# {line}".rstrip() for line in quoted.splitlines()]
        lines = ["", "", SCISSORS, *_EXPLAINED, "#", *comments, ""]
        path.write_text("\n".join(lines), encoding="utf-8")
        try:
            done = subprocess.run([*shlex.split(command), str(path)], check=False)
        except (OSError, ValueError) as error:
            raise UsageError(f"the editor {command!r} cannot be run: {error}", "set EDITOR, or use -m TEXT") from error
        if done.returncode != 0:
            raise DeskctlError(f"the editor ended with {done.returncode}; nothing was sent")
        written = path.read_text(encoding="utf-8", errors="replace")
    text = written.split(SCISSORS)[0].strip("\n")
    if not text.strip():
        raise DeskctlError("the text is empty; nothing was sent")
    return text
