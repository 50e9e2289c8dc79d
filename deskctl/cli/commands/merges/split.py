"""`deskctl split`."""

from __future__ import annotations

import sys
from typing import NoReturn

import click

from ...context import CliContext
from ...execution import run_command
from ...messages import _
from ...options import dry_run
from ...output import field
from ...ticket_arguments import TICKET

#: The number of characters of a message in the list.
_MAX_EXCERPT = 200


@click.command("split")
@click.argument("ticket", type=TICKET)
@click.argument("messages", type=int, nargs=-1, metavar="MESSAGE...")
@click.option("--subject", default="", help="Subject of the new ticket.  [default: that of its first message]")
@dry_run
@click.pass_obj
def split(context: CliContext, ticket: int, messages: tuple[int, ...], subject: str) -> None:
    """Move messages of a ticket to a new ticket.

    Without MESSAGE, list the customer's messages with their numbers. The new ticket belongs to the same team, and its
    SLA clocks start when its customer wrote. Replies stay on the old ticket. `undo` undoes a split.

    \b
    Examples:
      deskctl split 42
      deskctl split 42 108 --subject "Invoice of May"
    """
    from ....core.merges.commands import Split

    if not messages:
        _list(context, ticket)
    run_command(context, Split(ticket, messages, subject))


def _list(context: CliContext, number: int) -> NoReturn:
    """Print the customer's messages on the ticket, and raise UsageError."""
    from ....core.tickets.queries import ShowTicket
    from ....errors import UsageError
    from ...times import local_time

    desk = context.desk()
    document, timezone = desk.ask(ShowTicket(number)), desk.info.timezone
    rows = [
        {
            "id": message["id"],
            "sent_at": message["sent_at"],
            "author": message["author"],
            "words": " ".join(message["visible_text"].split())[:_MAX_EXCERPT] or message["subject"],
        }
        for message in document["messages"]
        if message["kind"] == "in" and message["ticket"] == number
    ]
    columns = (
        field("id", heading="message", right=True),
        field(
            "sent_at", shown=lambda row: local_time(row["sent_at"], timezone), heading="sent", style=lambda row: "dim"
        ),
        field("author", least=12),
        field("words", least=20),
    )
    context.emit(rows, columns, empty=_("ticket {number} has no messages from the customer", number=number))
    sys.stdout.flush()
    hint = _("deskctl split {number} MESSAGE, with a number from the first column", number=number)
    raise UsageError(_("missing message number"), hint)
