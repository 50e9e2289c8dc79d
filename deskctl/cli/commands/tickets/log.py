"""`deskctl log`."""

from __future__ import annotations

from typing import Any

import click

from ...context import CliContext
from ...messages import _
from ...name_completion import completer
from ...ticket_arguments import TicketsArgument, missing_tickets
from ..contacts.contact import CONTACT


@click.command("log")
@click.argument("tickets", cls=TicketsArgument, required=False)
@click.option("--contact", type=CONTACT, shell_complete=completer("contact"), help="Show the history of this customer.")
@click.pass_obj
def log(context: CliContext, tickets: list[int], contact: int | None) -> None:
    """Show the history of tickets.

    Lists events with time and actor, oldest first. CMD is the number of the command, for `deskctl undo`.

    \b
    Examples:
      deskctl log 42
      deskctl log 42 --json | jq -r .kind
      deskctl log --contact 7
    """
    from ....core.contacts.queries import ContactEvents
    from ....core.tickets.queries import ShowTicket
    from ...output import Column, field
    from ...times import local_time
    from .event_text import event_facts

    if not tickets and contact is None:
        raise missing_tickets()
    desk = context.desk()
    timezone = desk.info.timezone
    rows = [{"ticket": number, **event} for number in tickets for event in desk.ask(ShowTicket(number))["events"]]
    if contact is not None:
        rows += desk.ask(ContactEvents(contact))
    if context.at_terminal and context.columns is None and rows:
        _print(context, rows, timezone, several=len(tickets) + (contact is not None) > 1)
        return
    context.emit(
        rows,
        (
            field("at", shown=lambda row: local_time(row["at"], timezone), style=lambda row: "dim"),
            *((field("ticket", right=True),) if len(tickets) + (contact is not None) > 1 else ()),
            Column("command", lambda row: row.get("command"), heading="cmd", right=True),
            field("by", least=8),
            Column("kind", lambda row: row["kind"], shown=lambda row: row["kind"].replace("_", " "), heading="what"),
            Column("facts", lambda row: event_facts(row, timezone), least=20),
        ),
        empty=_("no events"),
    )


def _print(context: CliContext, rows: list[dict[str, Any]], timezone: str, *, several: bool) -> None:
    """Print one event per line as a sentence, through the pager; with `several`, name the ticket of each."""
    from ....safe import visible
    from ...output import terminal_width
    from ...pager import page
    from ...screen import Screen, hanging
    from ...times import local_time
    from .event_text import event_sentence

    context.release()
    screen = Screen(width=terminal_width(), timezone=timezone, color=context.color)
    by = max(len(visible(row["by"])) for row in rows)
    cmd = max(len(str(row.get("command") or "")) for row in rows)
    lines = []
    for row in rows:
        ticket = f"#{row['ticket']}  " if several and row.get("ticket") else ""
        number = str(row.get("command") or "").rjust(cmd)
        start = f"{local_time(row['at'], timezone)}  {number}  {ticket}{visible(row['by']):<{min(by, 18)}}  "
        lines.append(hanging(start, event_sentence(row, timezone), screen))
    page("\n".join(lines) + "\n")
