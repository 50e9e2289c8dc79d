"""`deskctl approve` and `deskctl deny`."""

from __future__ import annotations

import click

from ...context import CliContext
from ...execution import run_each
from ...messages import _
from ...options import dry_run
from ...ticket_arguments import tickets_argument


@click.command("approve")
@tickets_argument
@click.option("--reason", default="", metavar="TEXT", help="Reason, added to the ticket as an internal note.")
@dry_run
@click.pass_obj
def approve(context: CliContext, tickets: list[int], reason: str) -> int:
    """Approve tickets that wait for approval.

    An agent may approve the requests of agents in a lower tier; agents of the highest tier may approve all. No one may
    approve their own request.

    \b
    Examples:
      deskctl approve 42
      deskctl approve 42 --reason "up to 200 euros"
    """
    from ....core.tickets.commands import Approve

    return run_each(context, (Approve(ticket, reason) for ticket in tickets))


@click.command("deny")
@tickets_argument
@click.option("--reason", required=True, metavar="TEXT", help="Reason, added to the ticket as an internal note.")
@dry_run
@click.pass_obj
def deny(context: CliContext, tickets: list[int], reason: str) -> int:
    """Deny approval for tickets.

    \b
    Example:
      deskctl deny 42 --reason "the guarantee has ended"
    """
    from ....core.tickets.commands import Deny
    from ...text_input import require_text

    reason = require_text(reason, _("pass --reason TEXT"))
    return run_each(context, (Deny(ticket, reason) for ticket in tickets))
