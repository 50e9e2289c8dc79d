"""`deskctl explain`."""

from __future__ import annotations

import click

from ...context import CliContext
from ...ticket_arguments import TICKET


@click.command("explain")
@click.argument("ticket", type=TICKET)
@click.option("--sla", is_flag=True, help="Explain the SLA clocks (the default).")
@click.option("--now", metavar="MOMENT", help="Calculate for this moment instead of now.")
@click.pass_obj
def explain(context: CliContext, ticket: int, sla: bool, now: str | None) -> None:
    """Explain the SLA clocks of a ticket.

    Shows the target of each clock, the policy that sets it, the due time, and which periods counted or paused.

    \b
    Examples:
      deskctl explain 42 --sla
      deskctl explain 42 --sla --now "tomorrow 09:00"
    """
    import sys

    from ....core.sla.queries import ExplainClocks
    from ...output import terminal_width
    from ..sla.clock_view import render_clocks

    clocks = context.ask(ExplainClocks(ticket, now))
    timezone = context.desk().info.timezone
    context.release()
    if context.json:
        for clock in clocks:
            context.document(clock)
    else:
        text = render_clocks(ticket, clocks, timezone, width=terminal_width(), color=context.color)
        sys.stdout.write(text)
