"""`deskctl sla`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import click

from ...context import CliContext
from ...name_completion import completes
from ...options import columns, dry_run
from ...options import limit as limit_option
from ...output import Column, field
from ...remarking import set_up
from ...style import of_clock, of_priority
from ...ticket_arguments import TICKET
from ...times import age, now

F = TypeVar("F", bound=Callable[..., Any])

#: Rows of `sla due` that a terminal gets without `--limit`.
PAGE = 200

_METRICS = {
    "first_response": "From the customer's first message to the first public answer of a person.",
    "next_response": "From the oldest unanswered message to the next answer.",
    "update": "From one answer to the next.",
    "resolution": "From the beginning until it is solved, without waiting for the customer.",
    "work": "The same, without waiting for third parties, too.",
}

POLICIES = (
    field("place", heading="#", right=True),
    field("name"),
    field("when", least=12),
    field("calendar"),
    Column("targets", lambda row: _targets(row["targets"]), least=24),
    field("warnings", extra=True),
    Column("steps", lambda row: _steps(row["steps"]), extra=True),
    field("problems", extra=True),
    field("version", right=True, extra=True),
    field("since", extra=True),
)


def due_at(at: datetime) -> tuple[Column, ...]:
    """The columns of what is due, as of a moment."""
    return (
        field("ticket", heading="#", right=True),
        Column("metric", lambda row: row["metric"], shown=lambda row: row["metric"].replace("_", " ")),
        Column(
            "due",
            lambda row: row["due"],
            shown=lambda row: age(row["due"], at),
            style=lambda row: of_clock(row["state"]),
        ),
        field("state", style=lambda row: of_clock(row["state"])),
        field("priority", style=lambda row: of_priority(row["priority"])),
        field("subject", least=16),
        field("assignee", least=6),
        field("team", extra=True),
        field("policy", extra=True),
        field("instance", right=True, extra=True),
    )


DUE = due_at(now())
CANDIDATES = (
    field("policy"),
    Column("taken", lambda row: row["taken"], shown=lambda row: "→ this one" if row["taken"] else ""),
    field("why", least=20),
)


def targets(function: F) -> F:
    """One option a metric."""
    for name, text in reversed(_METRICS.items()):
        option = click.option(
            f"--{name.replace('_', '-')}", name, metavar="[PRIORITY=]LENGTH", multiple=True, help=text
        )
        function = option(function)
    return function


_NOW = click.option("--now", metavar="MOMENT", help="Compute as if it were this moment.")
_WARN = click.option("--warn", metavar="70%|30m", multiple=True, help="Tell whoever has the ticket; may be repeated.")
_WHEN = click.option(
    "--when",
    metavar="TERMS",
    help='Whom it is for, as in "contact.tier:vip team:support": all must hold; "" is everybody.',
)
_CALENDAR = click.option("--calendar", metavar="NAME", shell_complete=completes("calendar"), help="In whose hours.")


@click.group("sla")
def sla() -> None:
    """Service levels: what was promised to whom, and by when.

    Policies are tried in order, and the first that is for a ticket is taken. Lengths of time take s, m, h, d and w, and
    are open time of the policy's calendar.
    """


@sla.command("add")
@click.argument("name")
@_WHEN
@_CALENDAR
@targets
@_WARN
@dry_run
@click.pass_obj
def add(
    context: CliContext, /, name: str, when: str | None, calendar: str | None, warn: tuple[str, ...], **metrics: Any
) -> None:
    """Add a policy, after those there are.

    \b
    Example:
      deskctl sla add gold --when "contact.tier:vip" --first-response urgent=15m --first-response 4h --warn 70%
    """
    from ....core.sla.commands import AddPolicy

    set_up(context, AddPolicy(name, when or "", calendar or "24x7", _given(metrics), warn))


@sla.command("edit")
@click.argument("name", shell_complete=completes("policy"))
@_WHEN
@_CALENDAR
@targets
@_WARN
@click.option("--no-warn", is_flag=True, help="No warnings any more.")
@click.option("--forget-step", "forget", metavar="LEVEL", multiple=True, help="Take the steps at this level away.")
@dry_run
@click.pass_obj
def edit(
    context: CliContext,
    /,
    name: str,
    when: str | None,
    calendar: str | None,
    warn: tuple[str, ...],
    no_warn: bool,
    forget: tuple[str, ...],
    **metrics: Any,
) -> None:
    """Change a policy from now on.

    What has been counted until now stays; running clocks follow the new version. A target without a length goes:
    --update normal=

    \b
    Examples:
      deskctl sla edit gold --first-response urgent=10m
      deskctl sla edit gold --calendar 24x7 --forget-step 90%
    """
    from ....core.sla.commands import ChangePolicy
    from ....errors import UsageError

    if no_warn and warn:
        raise UsageError("--no-warn and --warn exclude each other", "--warn replaces the warnings there were")
    warnings = () if no_warn else warn or None
    set_up(context, ChangePolicy(name, when, calendar, _given(metrics), warnings, forget))


@sla.command("step")
@click.argument("name", shell_complete=completes("policy"))
@click.option("--at", required=True, metavar="LEVEL", help="As in 90%, 30m (before the end), breach or breach+2h.")
@click.option("--then", "then", required=True, multiple=True, metavar="WHAT=VALUE", help="May be repeated.")
@dry_run
@click.pass_obj
def step(context: CliContext, name: str, at: str, then: tuple[str, ...]) -> None:
    """Say what is done when a clock comes so far.

    \b
    What can be done:
      notify=owner|team|AGENT|TEAM|TIER   priority=PRIORITY   escalate=next|AGENT|TEAM|TIER
      assign=AGENT|TEAM   team=TEAM   tag=+TAG   tag=-TAG   note=TEXT   reply=TEXT

    `escalate` takes a ticket up, never down, and leaves it with whoever is high enough already. `reply` is word to the
    customer by the desk itself, which keeps no promise; {number}, {subject} and {desk} stand for the ticket's.

    \b
    Examples:
      deskctl sla step gold --at 90% --then notify=lead
      deskctl sla step gold --at breach --then priority=urgent --then escalate=senior
      deskctl sla step gold --at breach+1h --then escalate=next --then reply="We are still working on #{number}."
    """
    from ....core.sla.commands import AddStep

    set_up(context, AddStep(name, at, then))


@sla.command("list")
@columns(POLICIES)
@click.pass_obj
def list_(context: CliContext) -> None:
    """List policies in the order in which they are tried.

    \b
    Example:
      deskctl sla list
    """
    from ....core.sla.queries import ListPolicies

    rows = context.ask(ListPolicies())
    context.emit(rows, POLICIES, empty="no SLA policies; deskctl sla add NAME adds one")
    _problems(context, [problem for row in rows for problem in row["problems"]])


@sla.command("show")
@click.argument("name", shell_complete=completes("policy"))
@click.pass_obj
def show(context: CliContext, name: str) -> None:
    """Show a policy whole.

    \b
    Example:
      deskctl sla show gold
    """
    from ....core.sla.queries import ShowPolicy

    row = context.ask(ShowPolicy(name))
    context.release()
    if context.json:
        context.document(row)
        return
    context.say(f"{row['name']}: place {row['place']}, version {row['version']}")
    context.say(f"  for        {row['when'] or 'everybody'}")
    context.say(f"  calendar   {row['calendar']}")
    for metric, by_priority in row["targets"].items():
        context.say(f"  {metric.replace('_', ' '):<14} {_of(by_priority)}")
    if row["warnings"]:
        context.say(f"  warns at   {', '.join(row['warnings'])}")
    for each in row["steps"]:
        context.say(f"  at {each['at']:<10} {', '.join(each['then'])}")
    _problems(context, row["problems"])


@sla.command("move")
@click.argument("name", shell_complete=completes("policy"))
@click.argument("place", type=click.IntRange(min=1))
@dry_run
@click.pass_obj
def move(context: CliContext, name: str, place: int) -> None:
    """Give a policy another place; the first is tried first.

    \b
    Example:
      deskctl sla move gold 1
    """
    from ....core.sla.commands import MovePolicy

    set_up(context, MovePolicy(name, place))


@sla.command("remove")
@click.argument("name", shell_complete=completes("policy"))
@dry_run
@click.pass_obj
def remove(context: CliContext, name: str) -> None:
    """Remove a policy. Tickets get what the next policy promises; what was measured stays.

    \b
    Example:
      deskctl sla remove gold
    """
    from ....core.sla.commands import RemovePolicy

    set_up(context, RemovePolicy(name))


@sla.command("test")
@click.argument("ticket", type=TICKET)
@_NOW
@click.pass_obj
def test(context: CliContext, ticket: int, now: str | None) -> int:
    """Say which policy is for a ticket, why the others are not, and what its clocks would say.

    Exits with 1 when none is.

    \b
    Example:
      deskctl sla test 42
    """
    import sys

    from ....core.sla.queries import TestPolicies
    from ...output import terminal_width
    from .clock_view import told

    answer = context.ask(TestPolicies(ticket, now))
    timezone = context.desk().info.timezone
    context.release()
    if context.json:
        context.document(answer)
    else:
        context.say(f"ticket {ticket}: {answer['policy'] or 'no policy'}")
        for row in answer["candidates"]:
            context.say(f"  {'→' if row['taken'] else ' '} {row['policy']}: {row['why']}")
        if answer["clocks"]:
            sys.stdout.write("\n")
            sys.stdout.write(told(ticket, answer["clocks"], timezone, width=terminal_width(), color=context.color))
    return 0 if answer["policy"] else 1


@sla.command("due")
@click.option("--within", metavar="LENGTH", help="Only what is overdue or due within this time, as in 2h.")
@click.option("--team", metavar="TEAM", shell_complete=completes("team"), help="Only this team's.")
@limit_option(PAGE)
@click.option("--exit-code", is_flag=True, help="Exit with 1 when there is none.")
@_NOW
@columns(DUE)
@click.pass_obj
def due(
    context: CliContext, within: str | None, team: str | None, limit: int | None, exit_code: bool, now: str | None
) -> int:
    """List running clocks, the first due first.

    \b
    Examples:
      deskctl sla due --within 2h
      deskctl sla due --json | jq -r .ticket
    """
    from ....core.sla.queries import ListDue

    size = context.page_size(limit, PAGE)
    found = context.ask(ListDue(within, team, size + 1, now))
    rows = found[:size]
    shown = DUE if now is None else due_at(context.moment(now))
    context.emit(rows, shown, empty="no clock is running" if within is None else f"nothing is due within {within}")
    context.say_rest(len(rows), len(rows) if rows == found else None, size)
    return 1 if exit_code and not rows else 0


def _given(metrics: dict[str, tuple[str, ...]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, text) for name in _METRICS for text in metrics[name])


def _problems(context: CliContext, problems: list[str]) -> None:
    import sys

    from ....safe import visible

    for problem in dict.fromkeys(problems) if not context.json else ():
        sys.stderr.write(f"note: {visible(problem)}\n")


def _targets(targets: dict[str, dict[str, int]]) -> str:
    return "; ".join(f"{metric.replace('_', ' ')} {_of(by_priority)}" for metric, by_priority in targets.items())


def _of(by_priority: dict[str, int]) -> str:
    """`urgent 15m, normal 4h`; one length where all are alike."""
    from datetime import timedelta

    from ....core.values.durations import written

    lengths = {priority: written(timedelta(seconds=seconds)) for priority, seconds in by_priority.items()}
    if len(lengths) == 4 and len(set(lengths.values())) == 1:
        return next(iter(lengths.values()))
    return ", ".join(f"{priority} {length}" for priority, length in lengths.items())


def _steps(steps: list[dict[str, Any]]) -> str:
    return "; ".join(f"{step['at']}: {', '.join(step['then'])}" for step in steps)
