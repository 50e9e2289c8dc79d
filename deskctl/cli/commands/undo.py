"""`deskctl undo`."""

from __future__ import annotations

import click

from ..acting import act
from ..context import CliContext
from ..options import dry_run


@click.command("undo")
@click.argument("command", type=click.IntRange(min=1), required=False, metavar="[COMMAND]")
@dry_run
@click.pass_obj
def undo(context: CliContext, command: int | None) -> None:
    """Take back your last command.

    Or the one numbered COMMAND, as `deskctl log` shows it. Refused once its mail has left, or when somebody has
    touched the ticket since.

    \b
    Examples:
      deskctl undo
      deskctl undo 17 --dry-run
    """
    from ...core.commands.tickets import Undo

    act(context, Undo(command))
