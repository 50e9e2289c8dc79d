"""Generate `docs/reference/cli.md` from the commands.

python -m deskctl.cli.reference > docs/reference/cli.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from .main import cli

WIDTH = 100

_HEAD = """\
# Command reference

This page is generated from the code (`python -m deskctl.cli.reference`); a test checks that it is current.
[json.md](json.md) describes the output of `--json`.

Commands return the [exit codes](exit-codes.md) of deskctl; also 70 after an internal error, 130 after Ctrl-C and 141 if
the reader of the output closes the pipe.

Write a ticket number as `42` or `#42`. Commands that take several tickets read numbers from standard input with `-`.
The acting agent is the one that `--as` names, else `$DESKCTL_AGENT`, else the agent whose login is your user account,
else the only agent of the desk.
"""


def reference() -> str:
    """Return the page in Markdown."""
    return _HEAD + "".join(f"\n## {path}\n\n```text\n{page}\n```\n" for path, page in _pages(cli, None, "deskctl"))


def _pages(command: click.Command, parent: click.Context | None, name: str) -> Iterator[tuple[str, str]]:
    """Yield the command path and the help of a command and of its subcommands."""
    settings = {**command.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    with click.Context(command, parent=parent, info_name=name, **settings) as ctx:
        yield ctx.command_path, command.get_help(ctx)
        if isinstance(command, click.Group):
            for child in command.list_commands(ctx):
                found = command.get_command(ctx, child)
                if found is not None and not found.hidden:
                    yield from _pages(found, ctx, child)


if __name__ == "__main__":
    sys.stdout.write(reference())
