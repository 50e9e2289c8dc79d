"""`deskctl solve`, `deskctl close` and `deskctl reopen`."""

from __future__ import annotations

import click

from ...context import CliContext
from ...execution import run_each
from ...options import dry_run
from ...ticket_arguments import tickets_argument


@click.command("solve")
@tickets_argument
@dry_run
@click.pass_obj
def solve(context: CliContext, tickets: list[int]) -> int:
    """Mark tickets as solved.

    A message from the customer reopens a solved ticket.

    \b
    Example:
      deskctl solve 42 43
    """
    from ....core.tickets.commands import Solve

    return run_each(context, map(Solve, tickets))


@click.command("close")
@tickets_argument
@dry_run
@click.pass_obj
def close(context: CliContext, tickets: list[int]) -> int:
    """Close tickets permanently.

    A message from the customer to a closed ticket creates a new ticket that continues it.

    \b
    Example:
      deskctl close 42
    """
    from ....core.tickets.commands import Close

    return run_each(context, map(Close, tickets))


@click.command("reopen")
@tickets_argument
@dry_run
@click.pass_obj
def reopen(context: CliContext, tickets: list[int]) -> int:
    """Reopen solved tickets.

    \b
    Example:
      deskctl reopen 42
    """
    from ....core.tickets.commands import Reopen

    return run_each(context, map(Reopen, tickets))
