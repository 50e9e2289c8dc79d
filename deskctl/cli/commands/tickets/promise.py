"""`deskctl promise`."""

from __future__ import annotations

import click

from ...context import CliContext
from ...execution import run_command
from ...options import dry_run
from ...ticket_arguments import TICKET


@click.command("promise")
@click.argument("ticket", type=TICKET)
@click.argument("moment")
@dry_run
@click.pass_obj
def promise(context: CliContext, ticket: int, moment: str) -> None:
    """Promise the customer an answer by a given time.

    The queue orders the ticket by this time. The assignee gets a notification half an hour before and at the end. The
    next public reply fulfils the promise.

    \b
    Examples:
      deskctl promise 42 "tomorrow 15:00"
      deskctl promise 42 "내일 15시"
    """
    from ....core.sla.commands import Promise

    run_command(context, Promise(ticket, moment))
