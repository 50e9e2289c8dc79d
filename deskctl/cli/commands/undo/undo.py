"""`deskctl undo`."""

from __future__ import annotations

import sys
from typing import Any

import click

from ....safe import visible
from ...context import CliContext
from ...execution import run_command
from ...messages import _, shown
from ...options import columns, dry_run
from ...output import Column, field
from ...times import local_time


def _state(row: Any) -> str:
    """Return the state of a command: if it can be undone, and the reason if it cannot."""
    return f"{shown(row['state'])}: {shown(row['why'])}" if row["why"] else shown(row["state"])


def _columns(timezone: str) -> tuple[Column, ...]:
    return (
        field("command", right=True),
        field("at", shown=lambda row: local_time(row["at"], timezone)),
        field("did", least=16),
        field("tickets", extra=True),
        field("state", shown=_state, least=12),
        field("why", extra=True),
        field("instead", extra=True),
    )


_KNOWN = _columns("UTC")


@click.command("undo")
@click.argument("command", type=click.IntRange(min=1), required=False, metavar="[COMMAND]")
@click.option("--list", "list_", is_flag=True, help="List your last commands and whether they can be undone.")
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=20,
    show_default=True,
    metavar="N",
    help="Maximum number of commands for --list.",
)
@columns(_KNOWN)
@dry_run
@click.pass_obj
def undo(context: CliContext, command: int | None, list_: bool, limit: int) -> None:
    """Undo your last command, on all tickets that it changed.

    With COMMAND, undo the command with this number, which `deskctl undo --list` and `deskctl log` show. If a command
    cannot be undone, for example because its mail was sent or someone has changed the ticket since, nothing changes;
    the message gives the reason and says what to do instead. A second undo undoes the command before.

    \b
    Examples:
      deskctl undo
      deskctl undo --list
      deskctl undo 17 --dry-run
    """
    from ....core.undo.commands import ListCommands, Undo

    if not list_:
        run_command(context, Undo(command))
        return
    desk = context.desk()
    rows = desk.execute(ListCommands(limit), agent=context.agent, dry_run=True).facts["commands"]
    timezone = desk.info.timezone
    context.release()
    if context.at_terminal and context.columns is None and rows:
        sys.stdout.write(_lines(rows, timezone, color=context.color))
        return
    context.emit(rows, _columns(timezone), empty=_("no commands to undo"))


def _lines(rows: list[Any], timezone: str, *, color: bool) -> str:
    """Return a line for each command: number, time, effect, and whether it can be undone; wrapped to the terminal."""
    from ...output import terminal_width
    from ...screen import Screen, hanging

    screen = Screen(width=terminal_width(), timezone=timezone, color=color)
    wide = max(len(str(row["command"])) for row in rows)
    lines = []
    for row in rows:
        start = f"{row['command']:>{wide}}  {local_time(row['at'], timezone)}  "
        lines.append(hanging(start, visible(f"{shown(row['did'])}: {_state(row)}"), screen))
    return "\n".join(lines) + "\n"
