"""`deskctl escalate`."""

from __future__ import annotations

import click

from ..acting import act_on_each
from ..completing import completes
from ..context import CliContext
from ..options import dry_run
from ..tickets import tickets_argument


@click.command("escalate")
@tickets_argument
@click.option("--to", required=True, metavar="AGENT|TEAM", shell_complete=completes("agent", "team"), help="To whom.")
@click.option("--reason", required=True, metavar="TEXT", help="Why; it becomes a note on the ticket.")
@dry_run
@click.pass_obj
def escalate(context: CliContext, tickets: list[int], to: str, reason: str) -> int:
    """Hand tickets to someone who can do more.

    The owner until now stays on as a follower.

    \b
    Example:
      deskctl escalate 42 --to lead --reason "refund over limit"
    """
    from ...core.commands.tickets import Escalate
    from ..words import wanted

    reason = wanted(reason)
    return act_on_each(context, (Escalate(ticket, to, reason) for ticket in tickets))
