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

    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory(prefix="deskctl-") as folder:
        path = os.path.join(folder, "message.txt")
        with open(path, "w", encoding="utf-8") as file:
            file.write(
                "\n".join(["", "", SCISSORS, *_EXPLAINED, "#", *(f"# {x}".rstrip() for x in quoted.splitlines())])
            )
            file.write("\n")
        try:
            done = subprocess.run([*shlex.split(command), path], check=False)
        except (OSError, ValueError) as error:
            raise UsageError(f"the editor {command!r} cannot be run: {error}", "set EDITOR, or use -m TEXT") from error
        if done.returncode != 0:
            raise DeskctlError(f"the editor ended with {done.returncode}; nothing was sent")
        with open(path, encoding="utf-8", errors="replace") as file:
            written = file.read()
    text = written.split(SCISSORS)[0].strip("\n")
    if not text.strip():
        raise DeskctlError("the text is empty; nothing was sent")
    return text
