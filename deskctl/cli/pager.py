"""Show long text in a pager."""

from __future__ import annotations

import os
import sys


def page(text: str) -> None:
    """Print `text`, through $PAGER (default less) if it is longer than the terminal. Release the desk before."""
    if not sys.stdout.isatty() or text.count("\n") < _height():
        sys.stdout.write(text)
        return
    import shlex
    import subprocess

    command = os.environ.get("PAGER", "less")
    # F: exit at once if the text fits; R: show colours; X: keep the text on the screen.
    environment = {"LESS": "FRX", **os.environ}
    sys.stdout.flush()
    try:
        process = subprocess.Popen(shlex.split(command) or ["cat"], stdin=subprocess.PIPE, env=environment)
    except (OSError, ValueError):
        sys.stdout.write(text)
        return
    try:
        process.communicate(text.encode("utf-8", "backslashreplace"))
    except BrokenPipeError:
        pass
    except KeyboardInterrupt:
        # The pager controls the terminal and handles Ctrl-C itself.
        pass
    finally:
        process.wait()


def _height() -> int:
    try:
        return os.get_terminal_size(sys.stdout.fileno()).lines or 24
    except OSError:
        return 24
