"""`deskctl merge`."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ....errors import DeskctlError, Refused
from ....safe import visible
from ...confirmation import confirm, has_terminal_input
from ...context import CliContext
from ...execution import run_each
from ...messages import _
from ...options import dry_run
from ...ticket_arguments import TICKET, tickets_argument

if TYPE_CHECKING:
    from ....core.merges.commands import Merge


@click.command("merge")
@tickets_argument
@click.option("--into", required=True, type=TICKET, metavar="TICKET", help="Merge into this ticket.")
@click.option("--yes", is_flag=True, help="Skip the confirmation for tickets of different customers.")
@dry_run
@click.pass_obj
def merge(context: CliContext, tickets: list[int], into: int, yes: bool) -> int:
    """Merge tickets into another ticket.

    The merged tickets are closed and refer to the other ticket, which also gets later messages of the customer. `undo`
    undoes a merge.

    If the tickets belong to different customers, later replies go to all of them, and each sees the other addresses.
    The command therefore asks for confirmation; without a terminal it needs --yes.

    \b
    Example:
      deskctl merge 43 44 --into 42
    """
    from ....core.merges.commands import Merge

    commands = [Merge(ticket, into) for ticket in tickets]
    if not (yes or context.dry_run):
        _confirm_customers(context, commands)
    return run_each(context, commands)


def _confirm_customers(context: CliContext, commands: Sequence[Merge]) -> None:
    """Ask for confirmation if tickets of different customers are merged. Raises Refused unless the answer is yes."""
    mixed: dict[int, list[str]] = {}
    for command in commands:
        with contextlib.suppress(DeskctlError):  # the execution reports the error
            outcome = context.desk().execute(command, agent=context.agent, dry_run=True)
            mixed |= {command.ticket: outcome.facts["customers"]} if outcome.facts["customers"] else {}
    context.release()
    if not mixed:
        return
    customers = list(dict.fromkeys(customer for customers in mixed.values() for customer in customers))
    question = _(
        "{tickets} and #{into} have different customers: {customers}",
        tickets=", ".join(f"#{number}" for number in mixed),
        into=commands[0].into,
        customers=visible(", ".join(customers)),
    )
    if not has_terminal_input():
        hint = _(
            "pass --yes to merge them; later replies then go to all of them. "
            "If they are one customer, use deskctl contact merge"
        )
        raise Refused(question, hint)
    warning = _("Later replies go to all of them, and each sees the other addresses.")
    if not confirm([question, warning], _("Merge them?")):
        raise Refused(_("nothing was merged"))
