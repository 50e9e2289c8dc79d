"""`deskctl undo`."""

from __future__ import annotations

import sys
from typing import Any

import click

from ..acting import act
from ..columns import aged
from ..context import CliContext
from ..options import columns, dry_run
from ..output import field


def _state(row: Any) -> str:
    return f"{row['state']}: {row['why']}" if row["why"] else str(row["state"])


_COLUMNS = (
    field("command", right=True, heading="#"),
    aged("at", "when"),
    field("did", least=16),
    field("tickets", extra=True),
    field("state", shown=_state, least=12),
    field("why", extra=True),
    field("instead", extra=True),
)


@click.command("undo")
@click.argument("command", type=click.IntRange(min=1), required=False, metavar="[COMMAND]")
@click.option("--list", "list_", is_flag=True, help="List your last commands and whether they can be undone.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, metavar="N", help="With --list.")
@columns(_COLUMNS)
@dry_run
@click.pass_obj
def undo(context: CliContext, command: int | None, list_: bool, limit: int) -> None:
    """Undo your last command, on all tickets that it changed.

    Or undo COMMAND, a number that `deskctl undo --list` and `deskctl log` show. Nothing changes if the command cannot
    be undone: its mail was sent, someone has changed the ticket since, or there is no way back. The message says why
    and what to do instead. A second undo continues with the command before.

    \b
    Examples:
      deskctl undo
      deskctl undo --list
      deskctl undo 17 --dry-run
    """
    from ...core.commands.tickets import ListCommands, Undo

    if not list_:
        act(context, Undo(command))
        return
    desk = context.desk()
    rows = desk.execute(ListCommands(limit), agent=context.agent, dry_run=True)["facts"]["commands"]
    context.emit(rows, _COLUMNS)
    if not rows and sys.stdout.isatty():
        context.say("you have changed nothing yet")
