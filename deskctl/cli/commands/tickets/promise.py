"""`deskctl promise`."""

from __future__ import annotations

import click

from ...context import CliContext
from ...execution import act
from ...options import dry_run
from ...ticket_arguments import TICKET


@click.command("promise")
@click.argument("ticket", type=TICKET)
@click.argument("moment")
@dry_run
@click.pass_obj
def promise(context: CliContext, ticket: int, moment: str) -> None:
    """Note by when the customer may expect an answer.

    The ticket takes its place in the queue by it, whoever has it is told half an hour before and at the end, and the
    next public answer keeps the promise.

    \b
    Examples:
      deskctl promise 42 "tomorrow 15:00"
      deskctl promise 42 "내일 15시"
    """
    from ....core.sla.commands import Promise

    act(context, Promise(ticket, moment))
