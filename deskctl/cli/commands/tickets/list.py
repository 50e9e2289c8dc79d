"""`deskctl list`."""

from __future__ import annotations

import click

from ...columns import TICKETS, tickets
from ...context import CliContext
from ...name_completion import completes
from ...options import columns
from ...options import limit as limit_option

PAGE = 50


@click.command("list")
@click.option("--all", "all_", is_flag=True, help="Solved, closed and merged tickets and spam, too.")
@limit_option(PAGE)
@click.option("--mine", is_flag=True, help="Only yours.")
@click.option(
    "--assignee", metavar="AGENT", shell_complete=completes("agent"), help="Only this agent's; \"none\": nobody's."
)
@click.option("--team", metavar="TEAM", shell_complete=completes("team"), help="Only this team's.")
@click.option(
    "--status",
    "status",
    multiple=True,
    type=click.Choice(["new", "open", "pending", "hold", "solved", "closed", "merged"]),
    help="Only in this state; may be repeated.",
)
@click.option("--priority", type=click.Choice(["low", "normal", "high", "urgent"]), help="Only of this priority.")
@click.option("--channel", metavar="CHANNEL", shell_complete=completes("channel"), help="Only from this channel.")
@click.option(
    "--tag",
    "tags",
    metavar="TAG",
    multiple=True,
    shell_complete=completes("tag"),
    help="Only with this tag; may be repeated.",
)
@click.option("--contact", metavar="ADDRESS", help="Only from this customer.")
@click.option("--sla", type=click.Choice(["breached", "warned", "running"]), help="Only with such a clock.")
@click.option("--spam", is_flag=True, help="Nothing but spam.")
@click.option("--now", metavar="MOMENT", help="What would be overdue at this moment.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 when there is none.")
@columns(TICKETS)
@click.pass_obj
def list_(
    context: CliContext,
    all_: bool,
    limit: int | None,
    mine: bool,
    assignee: str | None,
    team: str | None,
    status: tuple[str, ...],
    priority: str | None,
    channel: str | None,
    tags: tuple[str, ...],
    contact: str | None,
    sla: str | None,
    spam: bool,
    now: str | None,
    exit_code: bool,
) -> int:
    """List tickets, newest change first.

    Lists tickets that are not solved or closed: a table on a terminal, tab-separated values in a pipe, one JSON
    object a line with --json.

    \b
    Examples:
      deskctl list
      deskctl list --mine --status open --status new
      deskctl list --all --json | jq -r .number
      deskctl list --columns number,subject,waiting_since
    """
    from dataclasses import asdict

    from ....core.tickets.queries import CountTickets, ListTickets
    from ....errors import UsageError

    if mine:
        agent = context.agent or context.desk().info.agent
        if assignee is not None or agent is None:
            raise UsageError(
                "--mine needs to know who you are" if agent is None else "--mine and --assignee exclude each other",
                "set DESKCTL_AGENT or use --as AGENT" if agent is None else "",
            )
        assignee = agent
    size = context.page_size(limit, PAGE)
    query = ListTickets(
        all=all_,
        limit=size,
        status=status,
        assignee=assignee,
        team=team,
        channel=channel,
        priority=priority,
        tags=tags,
        contact=contact,
        spam=spam,
        sla=sla,
        now=now,
    )
    rows = context.ask(query)
    if not rows and any((team, assignee, channel)):
        from ....core.search.queries import CheckNames

        named_team, named_agent = (None if name == "none" else name for name in (team, assignee))
        context.ask(CheckNames(named_team, named_agent, channel))
    total = context.ask(CountTickets(**asdict(query))) if context.at_terminal and len(rows) == size else len(rows)
    shown = TICKETS if now is None else tickets(context.moment(now))
    context.emit(rows, shown, empty="no tickets" if all_ else "no tickets match; --all includes solved and closed ones")
    context.say_rest(len(rows), total, size)
    return 1 if exit_code and not rows else 0
