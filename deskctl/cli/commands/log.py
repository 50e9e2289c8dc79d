"""`deskctl log`."""

from __future__ import annotations

import click

from ..completing import completes
from ..context import CliContext
from ..tickets import TicketsArgument
from .contact import CONTACT


@click.command("log")
@click.argument("tickets", cls=TicketsArgument, required=False)
@click.option("--contact", type=CONTACT, shell_complete=completes("contact"), help="What happened to this customer.")
@click.pass_obj
def log(context: CliContext, tickets: list[int], contact: int | None) -> None:
    """Show what happened to tickets, and who did it.

    Oldest first. CMD is the command's number, which `deskctl undo` takes.

    \b
    Examples:
      deskctl log 42
      deskctl log 42 --json | jq -r .kind
      deskctl log --contact 7
    """
    from ...core.queries.contacts import ContactEvents
    from ...core.queries.tickets import ShowTicket
    from ...errors import UsageError
    from ..output import Column, field
    from ..thread import event_facts
    from ..times import local

    if not tickets and contact is None:
        raise UsageError("no ticket is named", "write 42 or #42, several, or - to read numbers from a pipe")
    desk = context.desk()
    timezone = desk.info.timezone
    rows = [{"ticket": number, **event} for number in tickets for event in desk.ask(ShowTicket(number))["events"]]
    if contact is not None:
        rows += desk.ask(ContactEvents(contact))
    context.emit(
        rows,
        (
            field("at", shown=lambda row: local(row["at"], timezone), style=lambda row: "dim"),
            *((field("ticket", right=True),) if len(tickets) + (contact is not None) > 1 else ()),
            Column("command", lambda row: row.get("command"), heading="cmd", right=True),
            field("by", least=8),
            Column("kind", lambda row: row["kind"], shown=lambda row: row["kind"].replace("_", " "), heading="what"),
            Column("facts", lambda row: event_facts(row, timezone), least=20),
        ),
    )
