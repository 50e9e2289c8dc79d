"""`deskctl assign`."""

from __future__ import annotations

import click

from ...context import CliContext
from ...execution import run_each
from ...name_completion import completer
from ...options import dry_run
from ...ticket_arguments import tickets_argument


@click.command("assign")
@tickets_argument
@click.argument("to", metavar="AGENT|TEAM", shell_complete=completer("agent", "team"))
@dry_run
@click.pass_obj
def assign(context: CliContext, tickets: list[int], to: str) -> int:
    """Assign tickets to an agent or a team.

    A name means an agent, or else a team; `agent:NAME` and `team:NAME` are unambiguous. `none` returns tickets to the
    queue.

    \b
    Examples:
      deskctl assign 42 agent2
      deskctl assign 42 43 team:support
      deskctl list --json | jq -r .number | deskctl assign - agent1
    """
    from ....core.tickets.commands import Assign

    return run_each(context, (Assign(ticket, None if to == "none" else to) for ticket in tickets))
