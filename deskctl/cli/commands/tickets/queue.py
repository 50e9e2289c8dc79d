"""`deskctl queue`."""

from __future__ import annotations

import sys
from datetime import datetime

import click

from ...context import CliContext
from ...name_completion import completes
from ...options import columns
from ...options import limit as limit_option
from .queue_view import QUEUE, queued

#: Tickets that a terminal gets without `--limit`.
PAGE = 25


@click.command("queue")
@click.option("--team", metavar="TEAM", shell_complete=completes("team"), help="Everything that this team has to do.")
@click.option("--mine", is_flag=True, help="Only what is yours.")
@limit_option(PAGE)
@click.option("--now", metavar="MOMENT", help="What would be due at this moment.")
@columns(QUEUE)
@click.pass_obj
def queue(context: CliContext, team: str | None, mine: bool, limit: int | None, now: str | None) -> None:
    """Show what is to be done next, in the order in which it is due.

    That is what is yours, and what is nobody's in your teams or in none: the earliest due moment comes first; what has
    none is due after an hour, four hours, a day or three days, by its priority, so that nothing waits for ever.

    \b
    Examples:
      deskctl queue
      deskctl queue --team support --limit 50
    """
    from ....core.routing.queries import ShowQueue
    from ....errors import UsageError

    reader = context.agent or context.desk().info.agent
    if mine and reader is None:
        raise UsageError("whose queue?", "--as AGENT says who you are")
    document = context.ask(ShowQueue(reader, team, mine, limit=context.page_size(limit, PAGE), now=now))
    context.release()
    people = sys.stdout.isatty() and not context.json
    if people:
        from ...output import terminal_width
        from .queue_view import above

        sys.stdout.write("".join(f"{line}\n" for line in above(document, terminal_width(), color=context.color)))
    shown = len(document["tickets"])
    context.emit(document["tickets"], queued(datetime.fromisoformat(document["now"])), empty="nothing waits")
    context.say_rest(shown, shown + document["more"], PAGE)
