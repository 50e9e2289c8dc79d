"""`docs/reference/commands.md`, made from the commands themselves.

python -m deskctl.cli.reference > docs/reference/commands.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from .main import cli

WIDTH = 100

_HEAD = """\
# Commands

Generated from the help texts of the commands by `make docs`. Do not edit.

- [JSON](json.md) describes the output of `--json`.
- [Exit codes](exit-codes.md) lists the codes that a command returns.
- A ticket is written `42` or `#42`. Where several tickets are allowed, `-` reads their numbers from standard input.
- The acting agent is the one named by `--as`, otherwise by `$DESKCTL_AGENT`, otherwise the agent whose login is your
  system account, otherwise the only agent of the desk.
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
