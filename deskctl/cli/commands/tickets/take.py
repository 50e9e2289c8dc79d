"""`deskctl take` and `deskctl next`."""

from __future__ import annotations

import click

from ...context import CliContext
from ...execution import act, act_on_each
from ...name_completion import completes
from ...options import dry_run
from ...ticket_arguments import tickets_argument


@click.command("take")
@tickets_argument
@dry_run
@click.pass_obj
def take(context: CliContext, tickets: list[int]) -> int:
    """Make tickets yours.

    \b
    Example:
      deskctl take 42
    """
    from ....core.tickets.commands import Take

    return act_on_each(context, map(Take, tickets))


@click.command("next")
@click.option("--team", metavar="TEAM", shell_complete=completes("team"), help="From this team's queue only.")
@dry_run
@click.pass_obj
def next_(context: CliContext, team: str | None) -> int:
    """Take the ticket that is next in your queue.

    On a terminal the ticket is shown, too. Two agents at once get different tickets. Exits with 1 when nothing waits.

    \b
    Examples:
      deskctl next
      deskctl next --team support --dry-run
    """
    from ....core.tickets.commands import Next

    outcome = act(context, Next(team))
    if context.at_terminal and outcome["tickets"]:
        from .show import show_tickets

        context.say("")
        show_tickets(context, outcome["tickets"], seen=not context.dry_run)
    return 0 if outcome["tickets"] else 1
