"""`deskctl take` and `deskctl next`."""

from __future__ import annotations

import click

from ...context import CliContext
from ...execution import run_command, run_each
from ...name_completion import completer
from ...options import dry_run
from ...ticket_arguments import tickets_argument


@click.command("take")
@tickets_argument
@dry_run
@click.pass_obj
def take(context: CliContext, tickets: list[int]) -> int:
    """Assign tickets to yourself.

    \b
    Example:
      deskctl take 42
    """
    from ....core.tickets.commands import Take

    return run_each(context, map(Take, tickets))


@click.command("next")
@click.option(
    "--team", metavar="TEAM", shell_complete=completer("team"), help="Take a ticket from the queue of this team only."
)
@dry_run
@click.pass_obj
def next_(context: CliContext, team: str | None) -> int:
    """Take the next ticket in your queue.

    On a terminal, also shows the ticket. Agents who run the command at the same time get different tickets. Exits with
    1 if no ticket is waiting.

    \b
    Examples:
      deskctl next
      deskctl next --team support --dry-run
    """
    from ....core.tickets.commands import Next

    outcome = run_command(context, Next(team))
    if context.at_terminal and outcome.tickets:
        from .show import show_tickets

        context.say("")
        show_tickets(context, list(outcome.tickets), seen=not context.dry_run)
    return 0 if outcome.tickets else 1
