"""`deskctl staffing`."""

from __future__ import annotations

import sys

import click

from ...context import CliContext
from ...name_completion import completes
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
@click.option("--team", metavar="TEAM", shell_complete=completes("team"), help="Only what this team is asked.")
@click.option("--target", metavar="SHARE/TIME", required=True, help="What is to be reached, as in 80%/20s.")
@click.option("--channel", metavar="CHANNEL", shell_complete=completes("channel"), help="One, or a kind: phone, chat.")
@click.option("--aht", metavar="LENGTH", help="How long one takes; without it, what calls took, or 6m.")
@click.option("--shrinkage", metavar="SHARE", help="How much of people's time goes to something else, as in 30%.")
@click.option("--at-once", type=int, default=1, metavar="N", help="How many chats one person has at the same time.")
@click.option("--timezone", metavar="ZONE", help="Another time zone than the desk's.")
@click.option("--now", metavar="MOMENT", help="Compute as if it were this moment.")
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
    """Say how many people which hour of the week needs, and how many the rota has.

    What usually arrives in an hour is the average of the last weeks, at most twelve: calls that came in, and tickets of
    chats; on other channels nobody waits on the line. Erlang C then says how many it takes to answer the wanted share
    in time. The rota is that of the seven days to come.

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
        from .rota_view import arrivals_drawn
        from .staffing_view import drawn

        sys.stdout.write(drawn(document, terminal_width(), color=context.color))
        sys.stdout.write(arrivals_drawn(document, color=context.color))
    else:
        from .rota_view import noted

        context.emit(document["hours"], COLUMNS)
        sys.stderr.write(noted(document["remarks"]))
