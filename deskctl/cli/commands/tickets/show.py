"""`deskctl show`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ....errors import DeskctlError, NotFound
from ....safe import visible
from ...context import CliContext
from ...ticket_arguments import tickets_argument

if TYPE_CHECKING:
    from ....core.tickets.views import TicketDocument


@click.command("show")
@tickets_argument
@click.option("--full", is_flag=True, help="Quoted text, signatures and events, too.")
@click.pass_obj
def show(context: CliContext, tickets: list[int], full: bool) -> int:
    """Show tickets with all that was said.

    An agent who was shown a ticket has seen it: `reply` is then refused only for what the customer wrote or changed,
    and for what a colleague replied, since then.

    \b
    Examples:
      deskctl show 42
      deskctl show 42 43 --full
      deskctl list --json | jq -r .number | deskctl show - --json
    """
    return show_tickets(context, tickets, full=full)


def show_tickets(context: CliContext, tickets: list[int], *, full: bool = False, seen: bool = True) -> int:
    """Print tickets and record that the agent has seen them, unless `seen` is False. Raises NotFound after the rest."""
    from ....core.tickets.queries import ShowTicket

    found: list[TicketDocument] = []
    missing: list[DeskctlError] = []
    desk = context.desk()
    for number in tickets:
        try:
            found.append(desk.ask(ShowTicket(number)))
        except NotFound as error:
            missing.append(error)
    timezone, agent = desk.info.timezone, context.agent or desk.info.agent
    others = _others(found, agent)
    context.release()
    if context.json:
        for document in found:
            context.document(document)
    elif found:
        from ...output import terminal_width
        from ...pager import page
        from .ticket_view import Screen, ticket

        screen = Screen(width=terminal_width(), timezone=timezone, color=context.color, full=full)
        page("\n".join(ticket(document, screen) for document in others))
    sys.stdout.flush()
    if agent is not None and seen:
        _mark_seen(context, agent, found)
    for each in missing[1:]:
        sys.stderr.write(f"error: {visible(each.what)}\n")
    if missing:
        raise missing[0]
    return 0


def _others(documents: list[TicketDocument], me: str | None) -> list[TicketDocument]:
    """The tickets as `me` sees them: they know that they are writing themselves."""
    return [{**d, "composing": [row for row in d["composing"] if row["agent"] != me]} for d in documents]


def _mark_seen(context: CliContext, agent: str, documents: list[TicketDocument]) -> None:
    """What was shown counts as seen, once it was shown.

    Reading must work for everybody: somebody who may not act as this agent has seen nothing in their name.
    """
    from ....core.messages.seen_commands import MarkSeen
    from ..messages.ticket_editor import shown

    for document in documents:
        if document["messages"]:
            try:
                mark = MarkSeen(document["number"], document["newest_in"], shown(document))
                context.desk().execute(mark, agent=agent)
            except DeskctlError:
                return
