"""`deskctl` without a command: your open tickets and the next ticket in your queue."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ....errors import DeskctlError
from ....safe import visible
from ...context import CliContext
from ...messages import _, shown

if TYPE_CHECKING:
    from ....desk import Desk

#: A limit above the number of open tickets of any agent.
_ALL = 1000


def home(context: CliContext) -> int:
    """Print the open tickets of the agent, or the unassigned ones if there is no agent."""
    from ....core.routing.queries import ShowQueue
    from ...output import terminal_width
    from ...width import wrap
    from .queue_view import banner, home_columns

    desk = context.desk()
    agent = context.agent or desk.info.agent
    next_ticket = ""
    if agent is None:
        document = desk.ask(ShowQueue(free=True, limit=10))
    else:
        document = desk.ask(ShowQueue(agent, mine=True, limit=_ALL))
        next_ticket = _next_ticket(desk, agent)
    name = desk.info.name
    context.release()
    rows = document["tickets"]
    for_people = sys.stdout.isatty() and not context.json
    if for_people:
        sys.stdout.write("".join(f"{line}\n" for line in banner(document, terminal_width(), color=context.color)))
        title = f"{name}: {_title(agent, empty=not rows)}"
        sys.stdout.write("".join(f"{line}\n" for line in wrap(visible(title), terminal_width())))
        sys.stdout.write("\n" if rows else "")
    context.emit(rows, home_columns(mine=agent is not None), empty="")
    if for_people and next_ticket:
        sys.stdout.write("\n" + "".join(f"{line}\n" for line in wrap(visible(next_ticket), terminal_width())))
    return 0


def _title(agent: str | None, *, empty: bool) -> str:
    if agent is not None:
        return _("no open tickets of {agent}", agent=agent) if empty else _("open tickets of {agent}", agent=agent)
    title = _("no unassigned tickets") if empty else _("unassigned tickets")
    hint = _("set DESKCTL_AGENT or pass --as AGENT to list your own")
    return f"{title} ({hint})"


def _next_ticket(desk: Desk, agent: str) -> str:
    """Return a line on the ticket that `deskctl next` would take, or the error that it would report."""
    from ....core.tickets.commands import Next
    from ....core.tickets.queries import ShowTicket
    from ...times import age, now

    try:
        (number,) = desk.execute(Next(), agent=agent, dry_run=True).tickets
        ticket = desk.ask(ShowTicket(number))
    except DeskctlError as error:
        return shown(error.what)
    facts = [ticket["priority"]]
    if ticket["waiting_since"]:
        facts.append(_("waiting {age}", age=age(ticket["waiting_since"], now())))
    if ticket["due_at"]:
        facts.append(_("due {time}", time=age(ticket["due_at"], now())))
    return _("next: #{number} {subject} ({facts})", number=number, subject=ticket["subject"], facts=", ".join(facts))
