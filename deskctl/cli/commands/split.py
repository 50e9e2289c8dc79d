"""`deskctl split`."""

from __future__ import annotations

import click

from ..acting import act
from ..context import CliContext
from ..options import dry_run
from ..tickets import TICKET


@click.command("split")
@click.argument("ticket", type=TICKET)
@click.argument("messages", type=int, nargs=-1, metavar="MESSAGE...")
@click.option("--subject", default="", help="What the new ticket is called; else as its first message is.")
@dry_run
@click.pass_obj
def split(context: CliContext, ticket: int, messages: tuple[int, ...], subject: str) -> None:
    """Begin a new ticket with messages of another.

    They are named by their numbers, which `show --full` shows; without any, deskctl says which there are. The new
    ticket waits in the same team's queue, and its clocks run since its customer wrote. Answers stay where they were
    given. `undo` takes a split back.

    \b
    Example:
      deskctl split 42 108 --subject "Invoice of May"
    """
    from ...core.commands.tickets import Split

    act(context, Split(ticket, messages, subject))
