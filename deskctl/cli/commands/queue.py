"""`deskctl queue`."""

from __future__ import annotations

import sys
from datetime import datetime

import click

from ..completing import completes
from ..context import CliContext
from ..options import columns
from ..waiting import QUEUE, queued


@click.command("queue")
@click.option("--team", metavar="TEAM", shell_complete=completes("team"), help="Everything that this team has to do.")
@click.option("--mine", is_flag=True, help="Only what is yours.")
@click.option("--limit", type=click.IntRange(1), default=25, show_default=True, metavar="N", help="At most so many.")
@click.option("--now", metavar="MOMENT", help="What would be due at this moment.")
@columns(QUEUE)
@click.pass_obj
def queue(context: CliContext, team: str | None, mine: bool, limit: int, now: str | None) -> None:
    """Show what is to be done next, in the order in which it is due.

    That is what is yours, and what is nobody's in your teams or in none: the earliest due moment comes first; what has
    none is due after an hour, four hours, a day or three days, by its priority, so that nothing waits for ever.

    \b
    Examples:
      deskctl queue
      deskctl queue --team support --limit 50
    """
    from ...core.queries.shifts import ShowQueue
    from ...errors import UsageError

    reader = context.agent or context.desk().info.agent
    if mine and reader is None:
        raise UsageError("whose queue?", "--as AGENT says who you are")
    document = context.ask(ShowQueue(reader, team, mine, limit=limit, now=now))
    context.release()
    people = sys.stdout.isatty() and not context.json
    if people:
        from ..output import terminal_width
        from ..waiting import above

        sys.stdout.write("".join(f"{line}\n" for line in above(document, terminal_width(), color=context.color)))
    context.emit(document["tickets"], queued(datetime.fromisoformat(document["now"])))
    if people and not document["tickets"]:
        context.say("nothing waits")
    elif people and document["more"]:
        context.say(f"… and {document['more']} more; --limit shows them")
