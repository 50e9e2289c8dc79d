"""`deskctl solve`, `deskctl close` and `deskctl reopen`."""

from __future__ import annotations

import click

from ...context import CliContext
from ...execution import act_on_each
from ...options import dry_run
from ...ticket_arguments import tickets_argument


@click.command("solve")
@tickets_argument
@dry_run
@click.pass_obj
def solve(context: CliContext, tickets: list[int]) -> int:
    """Mark tickets as solved.

    The customer's next message opens them again, until they are closed.

    \b
    Example:
      deskctl solve 42 43
    """
    from ....core.tickets.commands import Solve

    return act_on_each(context, map(Solve, tickets))


@click.command("close")
@tickets_argument
@dry_run
@click.pass_obj
def close(context: CliContext, tickets: list[int]) -> int:
    """Close tickets for good.

    The customer's next message opens a new ticket that continues the closed one.

    \b
    Example:
      deskctl close 42
    """
    from ....core.tickets.commands import Close

    return act_on_each(context, map(Close, tickets))


@click.command("reopen")
@tickets_argument
@dry_run
@click.pass_obj
def reopen(context: CliContext, tickets: list[int]) -> int:
    """Open solved tickets again.

    \b
    Example:
      deskctl reopen 42
    """
    from ....core.tickets.commands import Reopen

    return act_on_each(context, map(Reopen, tickets))
