"""`deskctl log`."""

from __future__ import annotations

import click

from ..context import CliContext
from ..tickets import tickets_argument


@click.command("log")
@tickets_argument
@click.pass_obj
def log(context: CliContext, tickets: list[int]) -> None:
    """Show what happened to tickets, and who did it.

    Oldest first. CMD is the command's number, which `deskctl undo` takes.

    \b
    Examples:
      deskctl log 42
      deskctl log 42 --json | jq -r .kind
    """
    from ...core.queries.tickets import ShowTicket
    from ..output import Column, field
    from ..thread import event_facts
    from ..times import local

    desk = context.desk()
    timezone = desk.info.timezone
    rows = [{"ticket": number, **event} for number in tickets for event in desk.ask(ShowTicket(number))["events"]]
    context.emit(
        rows,
        (
            field("at", shown=lambda row: local(row["at"], timezone), style=lambda row: "dim"),
            *((field("ticket", right=True),) if len(tickets) > 1 else ()),
            Column("command", lambda row: row.get("command"), heading="cmd", right=True),
            field("by", least=8),
            Column("kind", lambda row: row["kind"], shown=lambda row: row["kind"].replace("_", " "), heading="what"),
            Column("facts", lambda row: event_facts(row, timezone), least=20),
        ),
    )
