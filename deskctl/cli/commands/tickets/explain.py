"""`deskctl explain`."""

from __future__ import annotations

import click

from ...context import CliContext
from ...ticket_arguments import TICKET


@click.command("explain")
@click.argument("ticket", type=TICKET)
@click.option("--sla", is_flag=True, help="The clocks: what was promised, and which time counted.")
@click.option("--now", metavar="MOMENT", help="As it would be at this moment.")
@click.pass_obj
def explain(context: CliContext, ticket: int, sla: bool, now: str | None) -> None:
    """Say why a ticket is as it is.

    \b
    Examples:
      deskctl explain 42 --sla
      deskctl explain 42 --sla --now "tomorrow 09:00"
    """
    import sys

    from ....core.sla.queries import ExplainClocks
    from ...output import terminal_width
    from ..sla.clock_view import told

    clocks = context.ask(ExplainClocks(ticket, now))
    timezone = context.desk().info.timezone
    context.release()
    if context.json:
        for clock in clocks:
            context.document(clock)
    else:
        text = told(ticket, clocks, timezone, width=terminal_width(), color=context.color)
        sys.stdout.write(text)
