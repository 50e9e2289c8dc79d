"""`deskctl approve` and `deskctl deny`."""

from __future__ import annotations

import click

from ...context import CliContext
from ...execution import act_on_each
from ...options import dry_run
from ...ticket_arguments import tickets_argument


@click.command("approve")
@tickets_argument
@click.option("--reason", default="", metavar="TEXT", help="It becomes a note on the ticket.")
@dry_run
@click.pass_obj
def approve(context: CliContext, tickets: list[int], reason: str) -> int:
    """Allow what a ticket waits for.

    Somebody of a higher tier than whoever asked may do so, and anybody of the highest tier; nobody for themselves.

    \b
    Examples:
      deskctl approve 42
      deskctl approve 42 --reason "up to 200 euros"
    """
    from ....core.tickets.commands import Approve

    return act_on_each(context, (Approve(ticket, reason) for ticket in tickets))


@click.command("deny")
@tickets_argument
@click.option("--reason", required=True, metavar="TEXT", help="Why not; it becomes a note on the ticket.")
@dry_run
@click.pass_obj
def deny(context: CliContext, tickets: list[int], reason: str) -> int:
    """Do not allow what a ticket waits for.

    \b
    Example:
      deskctl deny 42 --reason "the guarantee has ended"
    """
    from ....core.tickets.commands import Deny
    from ...text_input import wanted

    reason = wanted(reason, "say why not with --reason TEXT")
    return act_on_each(context, (Deny(ticket, reason) for ticket in tickets))
