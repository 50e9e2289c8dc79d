"""`deskctl merge`."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ....errors import DeskctlError, Refused
from ....safe import visible
from ...context import CliContext
from ...execution import act_on_each
from ...options import dry_run
from ...ticket_arguments import TICKET, tickets_argument

if TYPE_CHECKING:
    from ....core.tickets.commands import Merge


@click.command("merge")
@tickets_argument
@click.option("--into", required=True, type=TICKET, metavar="TICKET", help="The ticket that stays.")
@click.option("--yes", is_flag=True, help="Do not ask about tickets of two customers.")
@dry_run
@click.pass_obj
def merge(context: CliContext, tickets: list[int], into: int, yes: bool) -> int:
    """Merge tickets into another one.

    They close with a pointer; what the customer writes to them later lands on the one that stays. `undo` takes
    a merge back.

    Replies to a ticket that holds tickets of two customers go to both, where each sees the other's address: you are
    asked first, and without a terminal only --yes merges them.

    \b
    Example:
      deskctl merge 43 44 --into 42
    """
    from ....core.tickets.commands import Merge

    commands = [Merge(ticket, into) for ticket in tickets]
    if not (yes or context.dry_run):
        _ask(context, commands)
    return act_on_each(context, commands)


def _ask(context: CliContext, commands: Sequence[Merge]) -> None:
    """Raises Refused unless someone says yes to every merge of tickets from two customers."""
    mixed: dict[int, list[str]] = {}
    for command in commands:
        with contextlib.suppress(DeskctlError):  # said when it is carried out
            outcome = context.desk().execute(command, agent=context.agent, dry_run=True)
            mixed |= {command.ticket: outcome["facts"]["customers"]} if outcome["facts"]["customers"] else {}
    context.release()
    if not mixed:
        return
    into = commands[0].into
    known = list(dict.fromkeys(customer for customers in mixed.values() for customer in customers))
    what = f"{', '.join(f'#{n}' for n in mixed)} and #{into} are of different customers: {visible(', '.join(known))}"
    if not (sys.stdin is not None and sys.stdin.isatty()):
        raise Refused(
            what, "--yes merges them, and later replies go to all of them; deskctl contact merge if they are one"
        )
    click.echo(f"{what}\nLater replies go to all of them; each sees the others' addresses.", err=True)
    if not click.confirm("Merge them?", err=True):
        raise Refused("nothing was merged")
