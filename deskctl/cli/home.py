"""`deskctl` alone: my open tickets, and what is next."""

from __future__ import annotations

import sys

from ..errors import DeskctlError
from .context import CliContext
from .safe import visible


def home(context: CliContext) -> int:
    from ..core.commands.tickets import Next
    from ..core.queries.tickets import ListTickets
    from .columns import TICKETS

    desk = context.desk()
    agent = context.agent or desk.info.agent
    if agent is None:
        rows = desk.ask(ListTickets(assignee="none", limit=10))
        following = ""
        title = "nobody's tickets (set DESKCTL_AGENT or use --as to see yours)"
    else:
        rows = desk.ask(ListTickets(assignee=agent))
        title = f"open tickets of {agent}"
        try:
            following = desk.execute(Next(), agent=agent, dry_run=True)["said"]
        except DeskctlError as error:
            following = error.what
    name = desk.info.name
    context.release()
    people = sys.stdout.isatty() and not context.json
    if people:
        context.say(f"{name}: {title}" if rows else f"{name}: no {title}")
        sys.stdout.write("\n" if rows else "")
    context.emit(rows, TICKETS)
    if people and following:
        sys.stdout.write(f"\nnext: {visible(following)}\n")
    return 0
