"""`deskctl sla`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import click

from ...context import CliContext
from ...execution import run_with_notes
from ...messages import _, shown, word
from ...name_completion import completer
from ...options import columns, dry_run, limit_option
from ...output import Column, field
from ...style import clock_style, priority_style
from ...ticket_arguments import TICKET
from ...times import age, now
from ...width import pad, width

F = TypeVar("F", bound=Callable[..., Any])

#: The number of rows of `sla due` that a terminal gets without `--limit`.
PAGE = 200

#: The metrics, and the help of their options.
_METRICS = {
    "first_response": "Target from the first message of the customer to the first public reply of an agent.",
    "next_response": "Target from the oldest unanswered message to the next reply.",
    "update": "Target from one reply to the next.",
    "resolution": "Target from the creation to the solution, without time spent waiting for the customer.",
    "work": "As --resolution, and also without time spent waiting for third parties.",
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
    """Return the columns of `sla due`. Ages are calculated for the moment `at`."""
    return (
        field("ticket", heading="#", right=True),
        Column("metric", lambda row: row["metric"], shown=lambda row: word(row["metric"].replace("_", " "))),
        Column(
            "due",
            lambda row: row["due"],
            shown=lambda row: age(row["due"], at),
            style=lambda row: clock_style(row["state"]),
        ),
        field("state", style=lambda row: clock_style(row["state"])),
        field("priority", style=lambda row: priority_style(row["priority"])),
        field("subject", least=16),
        field("assignee", least=6),
        field("team", extra=True),
        field("policy", extra=True),
        field("instance", right=True, extra=True),
    )


DUE = due_at(now())


def targets(function: F) -> F:
    """Add an option for each metric."""
    for name, text in reversed(_METRICS.items()):
        option = click.option(
            f"--{name.replace('_', '-')}", name, metavar="[PRIORITY=]LENGTH", multiple=True, help=text
        )
        function = option(function)
    return function


_NOW = click.option("--now", metavar="MOMENT", help="Calculate for this moment instead of now.")
_WARN = click.option(
    "--warn", metavar="70%|30m", multiple=True, help="Warn the assignee at this level; may be repeated."
)
_WHEN = click.option(
    "--when",
    metavar="TERMS",
    help='Apply only to tickets that match all terms, for example "contact.tier:vip team:support"; "" matches all.',
)
_CALENDAR = click.option(
    "--calendar", metavar="NAME", shell_complete=completer("calendar"), help="Calendar whose business hours count."
)


@click.group("sla")
def sla() -> None:
    """Manage SLA policies and list due times.

    The first policy in the list that matches a ticket applies to it. Targets have the units s, m, h, d and w and count
    the business hours of the policy's calendar.
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
    """Add a policy at the end of the list.

    \b
    Example:
      deskctl sla add gold --when "contact.tier:vip" --first-response urgent=15m --first-response 4h --warn 70%
    """
    from ....core.sla.commands import AddPolicy

    run_with_notes(context, AddPolicy(name, when or "", calendar or "24x7", _target_options(metrics), warn))


@sla.command("edit")
@click.argument("name", shell_complete=completer("policy"))
@_WHEN
@_CALENDAR
@targets
@_WARN
@click.option("--no-warn", is_flag=True, help="Remove all warnings.")
@click.option(
    "--forget-step", "forget", metavar="LEVEL", multiple=True, help="Remove the steps at this level; may be repeated."
)
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

    Time that was counted until now does not change; running clocks use the new version. A target without a length is
    removed: --update normal=

    \b
    Examples:
      deskctl sla edit gold --first-response urgent=10m
      deskctl sla edit gold --calendar 24x7 --forget-step 90%
    """
    from ....core.sla.commands import ChangePolicy
    from ....errors import UsageError

    if no_warn and warn:
        raise UsageError(_("--no-warn and --warn exclude each other"), _("--warn replaces the existing warnings"))
    warnings = () if no_warn else warn or None
    run_with_notes(context, ChangePolicy(name, when, calendar, _target_options(metrics), warnings, forget))


@sla.command("step")
@click.argument("name", shell_complete=completer("policy"))
@click.option(
    "--at", required=True, metavar="LEVEL", help="Level: 90%, 30m (before the due time), breach or breach+2h."
)
@click.option(
    "--then",
    "then",
    required=True,
    multiple=True,
    metavar="ACTION=VALUE",
    shell_complete=completer("action"),
    help="Add this action; may be repeated.",
)
@dry_run
@click.pass_obj
def step(context: CliContext, name: str, at: str, then: tuple[str, ...]) -> None:
    """Add an action at an SLA threshold.

    \b
    Actions:
      notify=owner|team|AGENT|TEAM|TIER   priority=PRIORITY   escalate=next|AGENT|TEAM|TIER
      assign=AGENT|TEAM   team=TEAM   tag=+TAG   tag=-TAG   note=TEXT   reply=TEXT

    `escalate` never moves a ticket to a lower tier, and does nothing if the assignee is in a high enough tier. `reply`
    sends the customer an automatic message, which does not stop the clocks. It replaces {number}, {subject} and {desk}.

    Plugins can add actions, written PLUGIN.ACTION=VALUE; deskctl plugin show PLUGIN lists them.

    \b
    Examples:
      deskctl sla step gold --at 90% --then notify=lead
      deskctl sla step gold --at breach --then priority=urgent --then escalate=senior
      deskctl sla step gold --at breach+1h --then escalate=next --then reply="We are still working on #{number}."
    """
    from ....core.sla.commands import AddStep

    run_with_notes(context, AddStep(name, at, then))


@sla.command("list")
@columns(POLICIES)
@click.pass_obj
def list_(context: CliContext) -> None:
    """List policies in the order in which they apply.

    \b
    Example:
      deskctl sla list
    """
    from ....core.sla.queries import ListPolicies

    rows = context.ask(ListPolicies())
    context.emit(rows, POLICIES, empty=_("no SLA policies; add one with deskctl sla add NAME"))
    _print_problems(context, [problem for row in rows for problem in row["problems"]])


@sla.command("show")
@click.argument("name", shell_complete=completer("policy"))
@click.pass_obj
def show(context: CliContext, name: str) -> None:
    """Show a policy with targets, warnings and steps.

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
    context.say(
        _("{name}: place {place}, version {version}", name=row["name"], place=row["place"], version=row["version"])
    )
    facts = [(_("applies to"), row["when"] or _("all tickets")), (_("calendar"), row["calendar"])]
    facts += [(word(metric.replace("_", " ")), _lengths(target)) for metric, target in row["targets"].items()]
    facts += [(_("warns at"), ", ".join(row["warnings"]))] if row["warnings"] else []
    facts += [(_("at {level}", level=each["at"]), ", ".join(each["then"])) for each in row["steps"]]
    label = max(width(name) for name, _value in facts)
    for name, value in facts:
        context.say(f"  {pad(name, label)}  {value}")
    _print_problems(context, row["problems"])


@sla.command("move")
@click.argument("name", shell_complete=completer("policy"))
@click.argument("place", type=click.IntRange(min=1))
@dry_run
@click.pass_obj
def move(context: CliContext, name: str, place: int) -> None:
    """Move a policy to another place in the list; 1 is the first.

    \b
    Example:
      deskctl sla move gold 1
    """
    from ....core.sla.commands import MovePolicy

    run_with_notes(context, MovePolicy(name, place))


@sla.command("remove")
@click.argument("name", shell_complete=completer("policy"))
@dry_run
@click.pass_obj
def remove(context: CliContext, name: str) -> None:
    """Remove a policy.

    The next matching policy applies to its tickets. Measured times stay.

    \b
    Example:
      deskctl sla remove gold
    """
    from ....core.sla.commands import RemovePolicy

    run_with_notes(context, RemovePolicy(name))


@sla.command("test")
@click.argument("ticket", type=TICKET)
@_NOW
@click.pass_obj
def test(context: CliContext, ticket: int, now: str | None) -> int:
    """Show which policy applies to a ticket, why the others do not, and the resulting clocks.

    Exits with 1 if no policy applies.

    \b
    Example:
      deskctl sla test 42
    """
    import sys

    from ....core.sla.queries import TestPolicies
    from ...output import terminal_width
    from .clock_view import render_clocks

    answer = context.ask(TestPolicies(ticket, now))
    timezone = context.desk().info.timezone
    context.release()
    if context.json:
        context.document(answer)
    else:
        context.say(_("ticket {number}: {policy}", number=ticket, policy=answer["policy"] or _("no policy")))
        for row in answer["candidates"]:
            context.say(f"  {'→' if row['taken'] else ' '} {row['policy']}: {shown(row['why'])}")
        if answer["clocks"]:
            text = render_clocks(ticket, answer["clocks"], timezone, width=terminal_width(), color=context.color)
            sys.stdout.write(f"\n{text}")
    return 0 if answer["policy"] else 1


@sla.command("due")
@click.option("--within", metavar="LENGTH", help="Only overdue clocks and clocks due within this time, for example 2h.")
@click.option("--team", metavar="TEAM", shell_complete=completer("team"), help="Only tickets of this team.")
@limit_option(PAGE)
@click.option("--exit-code", is_flag=True, help="Exit with 1 if the list is empty.")
@_NOW
@columns(DUE)
@click.pass_obj
def due(
    context: CliContext, within: str | None, team: str | None, limit: int | None, exit_code: bool, now: str | None
) -> int:
    """List running clocks by due time.

    \b
    Examples:
      deskctl sla due --within 2h
      deskctl sla due --json | jq -r .ticket
    """
    from ....core.sla.queries import ListDue

    size = context.page_size(limit, PAGE)
    found = context.rows(ListDue(within, team, size + 1, now))
    rows = found if len(found) <= size else list(found)[:size]
    known = DUE if now is None else due_at(context.moment(now))
    empty = _("no running clocks") if within is None else _("nothing is due within {time}", time=within)
    context.emit(rows, known, empty=empty)
    context.say_rest(len(rows), len(rows) if len(rows) == len(found) else None, size)
    return 1 if exit_code and not rows else 0


def _target_options(metrics: dict[str, tuple[str, ...]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, text) for name in _METRICS for text in metrics[name])


def _print_problems(context: CliContext, problems: list[str]) -> None:
    """Print the problems of policies as notes to standard error."""
    import sys

    from ....safe import visible

    for problem in dict.fromkeys(problems) if not context.json else ():
        sys.stderr.write(_("note: {text}", text=visible(shown(problem))) + "\n")


def _targets(targets: dict[str, dict[str, int]]) -> str:
    return "; ".join(f"{metric.replace('_', ' ')} {_lengths(target)}" for metric, target in targets.items())


def _lengths(by_priority: dict[str, int]) -> str:
    """Return `urgent 15m, normal 4h`, or one length if all priorities have the same."""
    from datetime import timedelta

    from ....core.values.durations import written

    lengths = {priority: written(timedelta(seconds=seconds)) for priority, seconds in by_priority.items()}
    if len(lengths) == 4 and len(set(lengths.values())) == 1:
        return next(iter(lengths.values()))
    return ", ".join(f"{priority} {length}" for priority, length in lengths.items())


def _steps(steps: list[dict[str, Any]]) -> str:
    return "; ".join(f"{step['at']}: {', '.join(step['then'])}" for step in steps)
