"""`deskctl staffing`."""

from __future__ import annotations

import sys

import click

from ...context import CliContext
from ...name_completion import completer
from ...options import columns
from ...output import field

COLUMNS = (
    field("weekday"),
    field("hour", right=True),
    field("arrivals", right=True),
    field("load", right=True),
    field("needed", right=True),
    field("on_shift", right=True),
    field("spare", right=True),
    field("level", right=True),
)


@click.command("staffing")
@click.option("--team", metavar="TEAM", shell_complete=completer("team"), help="Only requests to this team.")
@click.option(
    "--target", metavar="SHARE/TIME", required=True, help="Service level: share answered within a time, as in 80%/20s."
)
@click.option(
    "--channel", metavar="CHANNEL", shell_complete=completer("channel"), help="Channel, or channel type: phone, chat."
)
@click.option("--aht", metavar="LENGTH", help="Average handling time.  [default: average of the calls, or 6m]")
@click.option("--shrinkage", metavar="SHARE", help="Share of paid time that agents are not available, as in 30%.")
@click.option("--at-once", type=int, default=1, metavar="N", help="Number of chats that an agent handles at a time.")
@click.option("--timezone", metavar="ZONE", help="Time zone of the hours.  [default: that of the desk]")
@click.option("--now", metavar="MOMENT", help="Calculate for this moment instead of now.")
@columns(COLUMNS)
@click.pass_obj
def staffing(
    context: CliContext,
    team: str | None,
    target: str,
    channel: str | None,
    aht: str | None,
    shrinkage: str | None,
    at_once: int,
    timezone: str | None,
    now: str | None,
) -> None:
    """Calculate how many agents each hour of the week needs.

    The demand is the average of at most the last twelve weeks: incoming calls, and tickets on chat channels. Erlang C
    gives the number of agents who reach the target. The result is compared with the shifts of the next seven days.

    \b
    Examples:
      deskctl staffing --team support --target 80%/20s
      deskctl staffing --channel phone --target 90%/30s --shrinkage 30%
      deskctl staffing --channel chat --target 80%/1m --aht 8m --at-once 3
    """
    from ....core.shifts.queries import PlanStaffing

    document = context.ask(PlanStaffing(target, team, channel, aht, shrinkage, at_once, timezone, now))
    context.release()
    if context.json:
        context.document(document)
    elif sys.stdout.isatty() and context.columns is None:
        from ...output import terminal_width
        from .rota_view import render_arrivals
        from .staffing_view import render_staffing

        sys.stdout.write(render_staffing(document, terminal_width(), color=context.color))
        sys.stdout.write(render_arrivals(document, color=context.color))
    else:
        from .rota_view import note_lines

        context.emit(document["hours"], COLUMNS)
        sys.stderr.write(note_lines(document["remarks"]))
