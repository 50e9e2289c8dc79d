"""`deskctl queue`."""

from __future__ import annotations

import sys
from datetime import datetime

import click

from ...context import CliContext
from ...declared_fields import with_field_columns
from ...execution import missing_agent
from ...messages import _
from ...name_completion import completer
from ...options import columns, limit_option
from .queue_view import QUEUE_COLUMNS, queue_columns

#: The number of tickets that a terminal gets without `--limit`.
PAGE = 25


@click.command("queue")
@click.option("--team", metavar="TEAM", shell_complete=completer("team"), help="List all tickets of this team.")
@click.option("--mine", is_flag=True, help="Only your tickets.")
@limit_option(PAGE)
@click.option("--now", metavar="MOMENT", help="Calculate due times for this moment instead of now.")
@columns(QUEUE_COLUMNS, fields=True)
@click.pass_obj
def queue(context: CliContext, team: str | None, mine: bool, limit: int | None, now: str | None) -> None:
    """List the tickets to work on next, ordered by due time.

    Lists your tickets and the unassigned tickets of your teams or of no team. A ticket without a due time is ordered as
    if it were due one hour (urgent), four hours (high), one day (normal) or three days (low) after it started to wait.

    \b
    Examples:
      deskctl queue
      deskctl queue --team support --limit 50
    """
    from ....core.routing.queries import ShowQueue

    reader = context.agent or context.desk().info.agent
    if mine and reader is None:
        raise missing_agent()
    document = context.ask(ShowQueue(reader, team, mine, limit=context.page_size(limit, PAGE), now=now))
    known = with_field_columns(context, queue_columns(datetime.fromisoformat(document["now"])))
    context.release()
    if context.at_terminal:
        from ...output import terminal_width
        from .queue_view import banner

        sys.stdout.write("".join(f"{line}\n" for line in banner(document, terminal_width(), color=context.color)))
    count = len(document["tickets"])
    context.emit(document["tickets"], known, empty=_("the queue is empty"))
    context.say_rest(count, None if document["more"] is None else count + document["more"], PAGE)
