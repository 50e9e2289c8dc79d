"""Ask for confirmation on the terminal before a command does something that is hard to undo."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import click

from ..errors import Refused
from .messages import _
from .output import terminal_width
from .width import wrap


def has_terminal_input() -> bool:
    """Return True if standard input is a terminal, so that the user can answer."""
    return sys.stdin is not None and sys.stdin.isatty()


def has_terminal() -> bool:
    """Return True if standard input and standard error are a terminal."""
    return has_terminal_input() and sys.stderr is not None and sys.stderr.isatty()


def confirm(lines: Iterable[str], question: str, *, hint: str = "") -> bool:
    """Print lines to standard error, wrapped to the terminal, and return True if the answer to `question` is yes.

    Raises Refused with `hint` if standard input is not a terminal.
    """
    if not has_terminal_input():
        raise Refused(_("confirmation needs a terminal; pass --yes"), hint)
    width = terminal_width(sys.stderr)
    for line in lines:
        indent = line[: len(line) - len(line.lstrip(" "))]
        for part in wrap(line.lstrip(" "), width - len(indent)):
            click.echo(indent + part, err=True)
    return click.confirm(question, err=True)
