"""`deskctl list`."""

from __future__ import annotations

import click

from ...columns import TICKET_COLUMNS, ticket_columns
from ...context import CliContext
from ...declared_fields import complete_condition, with_field_columns
from ...execution import missing_agent
from ...messages import _
from ...name_completion import completer
from ...options import columns, limit_option
from ...query_command import QueryCommand

PAGE = 50


@click.command("list", cls=QueryCommand)
@click.argument("query", nargs=-1, metavar="[QUERY]...", shell_complete=completer("query"))
@click.option("--all", "all_", is_flag=True, help="Include solved, closed and merged tickets and spam.")
@limit_option(PAGE)
@click.option("--mine", is_flag=True, help="Only your tickets.")
@click.option(
    "--assignee",
    metavar="AGENT",
    shell_complete=completer("agent"),
    help="Only tickets of this agent; none for unassigned tickets.",
)
@click.option("--team", metavar="TEAM", shell_complete=completer("team"), help="Only tickets of this team.")
@click.option(
    "--status",
    "status",
    multiple=True,
    type=click.Choice(["new", "open", "pending", "hold", "solved", "closed", "merged"]),
    help="Only tickets with this status; may be repeated.",
)
@click.option(
    "--priority", type=click.Choice(["low", "normal", "high", "urgent"]), help="Only tickets of this priority."
)
@click.option(
    "--channel", metavar="CHANNEL", shell_complete=completer("channel"), help="Only tickets from this channel."
)
@click.option(
    "--tag",
    "tags",
    metavar="TAG",
    multiple=True,
    shell_complete=completer("tag"),
    help="Only tickets with this tag; may be repeated.",
)
@click.option(
    "--field",
    "fields",
    metavar="CONDITION",
    multiple=True,
    shell_complete=complete_condition,
    help="Only tickets whose field has this value: NAME=VALUE, or NAME= for no value; numbers and dates also with "
    "<, <=, > and >=, in quotes; may be repeated.",
)
@click.option("--contact", metavar="ADDRESS", help="Only tickets of this customer.")
@click.option(
    "--sla", type=click.Choice(["breached", "warned", "running"]), help="Only tickets with an SLA clock in this state."
)
@click.option("--spam", is_flag=True, help="Only spam.")
@click.option(
    "--sort",
    type=click.Choice(["updated", "created", "due", "waiting", "priority", "number"]),
    default="updated",
    help="Order: newest change, newest ticket, earliest due time, longest wait, highest priority, or highest number.",
)
@click.option("--reverse", is_flag=True, help="Reverse the order.")
@click.option("--now", metavar="MOMENT", help="Calculate due times for this moment instead of now.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if the list is empty.")
@columns(TICKET_COLUMNS, fields=True)
@click.pass_obj
def list_(
    context: CliContext,
    query: tuple[str, ...],
    all_: bool,
    limit: int | None,
    mine: bool,
    assignee: str | None,
    team: str | None,
    status: tuple[str, ...],
    priority: str | None,
    channel: str | None,
    tags: tuple[str, ...],
    fields: tuple[str, ...],
    contact: str | None,
    sla: str | None,
    spam: bool,
    sort: str,
    reverse: bool,
    now: str | None,
    exit_code: bool,
) -> int:
    """List tickets, most recently changed first.

    QUERY selects tickets by conditions and words in the syntax of Lucene; docs/reference/queries.md lists the fields.
    Quote characters that the shell interprets, such as parentheses, > and *. @NAME stands for the query of a saved
    view; "deskctl @NAME" is short for "deskctl list @NAME".

    Without --all, leaves out solved, closed and merged tickets and spam, unless the query has a condition on the
    status. The output is a table on a terminal, tab-separated values in a pipe, and one JSON object per line with
    --json.

    \b
    Examples:
      deskctl list
      deskctl list --mine --status open --status new
      deskctl list --all --json | jq -r .number
      deskctl list --columns number,subject,waiting_since
      deskctl list 'status:open priority:>=high tag:(refund OR billing) waiting:>12h 환불' --sort due
      deskctl list @urgent-vip --mine
      deskctl list --field order_number=4711 --field "amount>=100"
    """
    from dataclasses import asdict

    from ....core.tickets.queries import CountTickets, ListTickets
    from ....errors import UsageError

    if mine:
        agent = context.agent or context.desk().info.agent
        if assignee is not None:
            raise UsageError(_("--mine and --assignee exclude each other"))
        if agent is None:
            raise missing_agent()
        assignee = agent
    size = context.page_size(limit, PAGE)
    wanted = ListTickets(
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
        fields=fields,
        query=" ".join(query),
        sort=sort,
        reverse=reverse,
    )
    rows = context.rows(wanted)
    if not rows and any((team, assignee, channel)):
        from ....core.search.queries import CheckNames

        named_team, named_agent = (None if name == "none" else name for name in (team, assignee))
        context.ask(CheckNames(named_team, named_agent, channel))
    total = context.ask(CountTickets(**asdict(wanted))) if context.at_terminal and len(rows) == size else len(rows)
    known = TICKET_COLUMNS if now is None else ticket_columns(context.moment(now))
    empty = _("no tickets") if all_ else _("no tickets match; --all includes solved and closed tickets")
    context.emit(rows, with_field_columns(context, known), empty=empty)
    context.say_rest(len(rows), total, size)
    return 1 if exit_code and not rows else 0
