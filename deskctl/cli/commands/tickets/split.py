"""`deskctl split`."""

from __future__ import annotations

import sys
from typing import NoReturn

import click

from ...context import CliContext
from ...execution import act
from ...options import dry_run
from ...output import field
from ...ticket_arguments import TICKET

#: Characters of a message that are shown.
_WORDS = 200


@click.command("split")
@click.argument("ticket", type=TICKET)
@click.argument("messages", type=int, nargs=-1, metavar="MESSAGE...")
@click.option("--subject", default="", help="What the new ticket is called; else as its first message is.")
@dry_run
@click.pass_obj
def split(context: CliContext, ticket: int, messages: tuple[int, ...], subject: str) -> None:
    """Begin a new ticket with messages of another.

    Without a message, it lists those that can begin the new ticket, with their first words. The new ticket waits in
    the same team's queue, and its clocks run since its customer wrote. Answers stay where they were given. `undo` takes
    a split back.

    \b
    Examples:
      deskctl split 42
      deskctl split 42 108 --subject "Invoice of May"
    """
    from ....core.tickets.commands import Split

    if not messages:
        _list(context, ticket)
    act(context, Split(ticket, messages, subject))


def _list(context: CliContext, number: int) -> NoReturn:
    """Print the customer's messages on the ticket, then raise UsageError."""
    from ....core.tickets.queries import ShowTicket
    from ....errors import UsageError
    from ...times import local

    desk = context.desk()
    document, timezone = desk.ask(ShowTicket(number)), desk.info.timezone
    rows = [
        {
            "id": message["id"],
            "sent_at": message["sent_at"],
            "author": message["author"],
            "words": " ".join(message["visible_text"].split())[:_WORDS] or message["subject"],
        }
        for message in document["messages"]
        if message["kind"] == "in" and message["ticket"] == number
    ]
    columns = (
        field("id", heading="message", right=True),
        field("sent_at", shown=lambda row: local(row["sent_at"], timezone), heading="sent", style=lambda row: "dim"),
        field("author", least=12),
        field("words", least=20),
    )
    context.emit(rows, columns, empty=f"the customer wrote nothing on ticket {number}")
    sys.stdout.flush()
    raise UsageError("no message is named", f"deskctl split {number} MESSAGE, with a number from the first column")
