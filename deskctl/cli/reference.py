"""`docs/reference/cli.md`, made from the commands themselves.

python -m deskctl.cli.reference > docs/reference/cli.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from .main import cli

WIDTH = 100

_HEAD = """\
# The commands

Made from the code (`python -m deskctl.cli.reference`); a test holds the two together. What `--json` prints is described
in [json.md](json.md).

What a command ends with: [exit codes](exit-codes.md); also 70, a fault of deskctl itself, 130 after Ctrl-C and 141 when
the reader of its output has gone.

A ticket is `42` or `#42`; where several may stand, `-` reads their numbers from standard input. Who acts: `--as`, else
`$DESKCTL_AGENT`, else the agent whose login is your system user, else the only agent there is.
"""


def reference() -> str:
    """The whole page."""
    return _HEAD + "".join(f"\n## {path}\n\n```text\n{page}\n```\n" for path, page in _pages(cli, None, "deskctl"))


def _pages(command: click.Command, parent: click.Context | None, name: str) -> Iterator[tuple[str, str]]:
    """(command path, help) of a command and of everything below it."""
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
