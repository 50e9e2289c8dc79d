"""`deskctl show`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ....errors import DeskctlError, NotFound
from ....safe import visible
from ...context import CliContext
from ...messages import _, shown
from ...ticket_arguments import tickets_argument

if TYPE_CHECKING:
    from ....core.tickets.views import TicketDocument


@click.command("show")
@tickets_argument
@click.option("--full", is_flag=True, help="Include quoted text, signatures and events.")
@click.pass_obj
def show(context: CliContext, tickets: list[int], full: bool) -> int:
    """Show tickets with their messages.

    The desk records that you have seen the messages. A later `reply` is refused only if the customer writes or edits
    a message, or a colleague replies, after that.

    \b
    Examples:
      deskctl show 42
      deskctl show 42 43 --full
      deskctl list --json | jq -r .number | deskctl show - --json
    """
    return show_tickets(context, tickets, full=full)


def show_tickets(context: CliContext, tickets: list[int], *, full: bool = False, seen: bool = True) -> int:
    """Print tickets and, if `seen`, record that the agent has seen them. Raises NotFound after printing the others."""
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
    found = [_without_own_composing(document, agent) for document in found]
    context.release()
    if context.json:
        for document in found:
            context.document(document)
    elif found:
        from ...output import terminal_width
        from ...pager import page
        from ...screen import Screen
        from .ticket_view import render_ticket

        screen = Screen(width=terminal_width(), timezone=timezone, color=context.color, full=full)
        page("\n".join(render_ticket(document, screen) for document in found))
    sys.stdout.flush()
    if agent is not None and seen:
        _mark_seen(context, agent, found)
    for each in missing[1:]:
        sys.stderr.write(_("error: {what}", what=visible(shown(each.what))) + "\n")
    if missing:
        raise missing[0]
    return 0


def _without_own_composing(document: TicketDocument, agent: str | None) -> TicketDocument:
    """Return the ticket without the entry of `agent` in the list of agents who are writing a reply."""
    return {**document, "composing": [row for row in document["composing"] if row["agent"] != agent]}


def _mark_seen(context: CliContext, agent: str, documents: list[TicketDocument]) -> None:
    """Record the printed messages as seen.

    Ignore errors: a user who may read tickets but not act as this agent can still use `show`.
    """
    from ....core.messages.seen_commands import MarkSeen
    from ..messages.ticket_editor import shown_versions

    for document in documents:
        if document["messages"]:
            try:
                mark = MarkSeen(document["number"], document["newest_in"], shown_versions(document))
                context.desk().execute(mark, agent=agent)
            except DeskctlError:
                return
