"""`deskctl route`."""

from __future__ import annotations

import click

from ...context import CliContext
from ...execution import run_command
from ...messages import _, shown
from ...name_completion import completer
from ...options import dry_run
from ...ticket_arguments import TICKET


@click.group("route")
def route() -> None:
    """Explain and run ticket routing.

    deskctl team set TEAM --route sets the routing strategy of a team. Routing assigns tickets to agents who are online.
    """


@route.command("explain")
@click.argument("ticket", type=TICKET)
@click.option("--now", metavar="MOMENT", help="Calculate for this moment instead of now.")
@click.pass_obj
def explain(context: CliContext, ticket: int, now: str | None) -> None:
    """Explain the routing of a ticket: the candidates, the excluded agents with the reasons, and the choice.

    For a ticket that waits, also show what routing would do now.

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
    facts = [
        _("Ticket {number}: {status}", number=ticket, status=document["status"]),
        _("team {team}", team=document["team"]) if document["team"] else _("no team"),
        _("assigned to {agent}", agent=document["assignee"]) if document["assignee"] else _("unassigned"),
    ]
    lines = [", ".join(facts), *map(shown, document["said"])]
    for line in lines:
        indent = "  " if line.startswith("  ") else ""
        for part in wrap(visible_lines(line), terminal_width()):
            sys.stdout.write(f"{part if part.startswith(indent) else indent + part}\n")


@route.command("run")
@click.option("--team", metavar="TEAM", shell_complete=completer("team"), help="Route tickets of this team only.")
@dry_run
@click.pass_obj
def run(context: CliContext, team: str | None) -> None:
    """Route waiting tickets now.

    A running daemon does this automatically when something changes.

    \b
    Examples:
      deskctl route run --dry-run
      deskctl route run --team support
    """
    from ....core.routing.commands import RunRoutes
    from ....safe import visible

    outcome = run_command(context, RunRoutes(team))
    for assigned in outcome.facts.get("given", ()):
        context.say(visible(f"  #{assigned['ticket']} → {assigned['agent']}"))
