"""`deskctl route`."""

from __future__ import annotations

import click

from ...context import CliContext
from ...execution import act
from ...name_completion import completes
from ...options import dry_run
from ...ticket_arguments import TICKET


@click.group("route")
def route() -> None:
    """Routing: who gets which ticket, and why.

    Teams choose how their tickets are given out with deskctl team set TEAM --route; agents are given some while they
    are online.
    """


@route.command("explain")
@click.argument("ticket", type=TICKET)
@click.option("--now", metavar="MOMENT", help="As it would be at this moment.")
@click.pass_obj
def explain(context: CliContext, ticket: int, now: str | None) -> None:
    """Say why a ticket went where it went: who could take it, who could not and why, and how it was chosen.

    For a ticket that waits, it also says what would happen now.

    \b
    Examples:
      deskctl route explain 42
      deskctl route explain 42 --now "tomorrow 09:00"
    """
    import sys

    from ....core.routing.queries import ExplainRoute
    from ....safe import visible_lines
    from ...output import terminal_width
    from ...width import wrap

    document = context.ask(ExplainRoute(ticket, now))
    context.release()
    if context.json:
        context.document(document)
        return
    where = document["team"] or "no team"
    owner = f", {document['assignee']} has it" if document["assignee"] else ""
    lines = [f"Ticket {ticket} is {document['status']} in {where}{owner}.", *document["said"]]
    for line in lines:
        indent = "  " if line.startswith("  ") else ""
        for part in wrap(visible_lines(line), terminal_width()):
            sys.stdout.write(f"{part if part.startswith(indent) else indent + part}\n")


@route.command("run")
@click.option("--team", metavar="TEAM", shell_complete=completes("team"), help="In this team only.")
@dry_run
@click.pass_obj
def run(context: CliContext, team: str | None) -> None:
    """Give out what waits, now.

    A running daemon does so by itself, as soon as something changes.

    \b
    Examples:
      deskctl route run --dry-run
      deskctl route run --team support
    """
    from ....core.routing.commands import RunRoutes
    from ....safe import visible

    outcome = act(context, RunRoutes(team))
    for given in outcome["facts"].get("given", ()):
        context.say(visible(f"  #{given['ticket']} → {given['agent']}"))
