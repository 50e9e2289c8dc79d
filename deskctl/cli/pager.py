"""Long text for people goes through a pager; in a pipe it goes as it is."""

from __future__ import annotations

import os
import sys


def page(text: str) -> None:
    """Print `text`, through $PAGER (else less) when it is longer than the terminal. Never under the desk's lock."""
    if not sys.stdout.isatty() or text.count("\n") < _height():
        sys.stdout.write(text)
        return
    import shlex
    import subprocess

    command = os.environ.get("PAGER", "less")
    # F: leave at once when it fits; R: show colours; X: leave the text on the screen.
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
        # The pager has the terminal and decides itself what Ctrl-C means.
        pass
    finally:
        process.wait()


def _height() -> int:
    try:
        return os.get_terminal_size(sys.stdout.fileno()).lines or 24
    except OSError:
        return 24
