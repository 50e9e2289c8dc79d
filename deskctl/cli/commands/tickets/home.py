"""`deskctl` alone: my open tickets, and what is next."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ....errors import DeskctlError
from ....safe import visible
from ...context import CliContext

if TYPE_CHECKING:
    from ....desk import Desk

#: More than anybody has open.
_ALL = 1000


def home(context: CliContext) -> int:
    from ....core.routing.queries import ShowQueue
    from ...output import terminal_width
    from ...width import wrap
    from .queue_view import above, listed

    desk = context.desk()
    agent = context.agent or desk.info.agent
    if agent is None:
        document = desk.ask(ShowQueue(free=True, limit=10))
        title = "nobody's tickets (set DESKCTL_AGENT or use --as to see yours)"
        following = ""
    else:
        document = desk.ask(ShowQueue(agent, mine=True, limit=_ALL))
        title = f"open tickets of {agent}"
        following = _following(desk, agent)
    name = desk.info.name
    context.release()
    rows = document["tickets"]
    people = sys.stdout.isatty() and not context.json
    if people:
        sys.stdout.write("".join(f"{line}\n" for line in above(document, terminal_width(), color=context.color)))
        context.say(f"{name}: {title}" if rows else f"{name}: no {title}")
        sys.stdout.write("\n" if rows else "")
    context.emit(rows, listed(mine=agent is not None), empty="")
    if people and following:
        sys.stdout.write("\n" + "".join(f"{line}\n" for line in wrap(visible(following), terminal_width())))
    return 0


def _following(desk: Desk, agent: str) -> str:
    """What `deskctl next` would take; the error's own words when there is nothing or nobody to take it."""
    from ....core.tickets.commands import Next
    from ....core.tickets.queries import ShowTicket
    from ...times import age, now

    try:
        (number,) = desk.execute(Next(), agent=agent, dry_run=True)["tickets"]
        ticket = desk.ask(ShowTicket(number))
    except DeskctlError as error:
        return error.what
    waiting = f", waiting {age(ticket['waiting_since'], now())}" if ticket["waiting_since"] else ""
    due = f", due {age(ticket['due_at'], now())}" if ticket["due_at"] else ""
    return f"next: #{number} {ticket['subject']} ({ticket['priority']}{waiting}{due})"
