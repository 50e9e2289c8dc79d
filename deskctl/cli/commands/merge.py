"""`deskctl merge`."""

from __future__ import annotations

import click

from ..acting import act_on_each
from ..context import CliContext
from ..options import dry_run
from ..tickets import TICKET, tickets_argument


@click.command("merge")
@tickets_argument
@click.option("--into", required=True, type=TICKET, metavar="TICKET", help="The ticket that stays.")
@dry_run
@click.pass_obj
def merge(context: CliContext, tickets: list[int], into: int) -> int:
    """Merge tickets into another one.

    They close with a pointer; what the customer writes to them later lands on the one that stays. `undo` takes
    a merge back.

    \b
    Example:
      deskctl merge 43 44 --into 42
    """
    from ...core.commands.tickets import Merge

    return act_on_each(context, (Merge(ticket, into) for ticket in tickets))
