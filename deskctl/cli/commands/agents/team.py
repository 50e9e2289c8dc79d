"""`deskctl team`."""

from __future__ import annotations

import click

from ...context import CliContext
from ...execution import run_command, run_with_notes
from ...messages import _
from ...name_completion import completer
from ...options import columns, dry_run
from ...output import field
from ...text_input import SIGNATURE_HELP, with_newlines

COLUMNS = (
    field("handle"),
    field("name", least=10),
    field("agents", least=12),
    field("route"),
    field("tiers", least=8),
    field("model", extra=True),
    field("cap_per_tick", right=True, extra=True),
    field("tick", right=True, extra=True),
    field("relax_after", right=True, extra=True),
    field("weights", extra=True),
    field("surge_queue", extra=True),
    field("surge_wait", extra=True),
    field("signature", extra=True),
    field("open", right=True),
)


_STRATEGIES = ("manual", "round_robin", "least_loaded", "skill")


@click.group("team")
def team() -> None:
    """Manage teams of agents."""


@team.command("add")
@click.argument("handle")
@click.option("--name", metavar="NAME", help="Display name.")
@dry_run
@click.pass_obj
def add(context: CliContext, handle: str, name: str | None) -> None:
    """Add a team.

    \b
    Example:
      deskctl team add billing --name "Billing and refunds"
    """
    from ....core.agents.commands import AddTeam

    run_command(context, AddTeam(handle, name))


@team.command("list")
@columns(COLUMNS)
@click.pass_obj
def list_(context: CliContext) -> None:
    """List teams with their members and number of open tickets.

    \b
    Example:
      deskctl team list
    """
    from ....core.agents.queries import ListTeams

    empty = _("no teams; create one with deskctl agent add HANDLE --team TEAM")
    context.emit(context.ask(ListTeams()), COLUMNS, empty=empty)


@team.command("set")
@click.argument("handle", shell_complete=completer("team"))
@click.option("--name", metavar="NAME", help="Display name.")
@click.option("--signature", metavar="TEXT", help=f"Signature for members who have none. {SIGNATURE_HELP}")
@click.option(
    "--route",
    metavar="STRATEGY",
    shell_complete=lambda ctx, param, incomplete: [s for s in _STRATEGIES if s.startswith(incomplete)],
    help="Routing strategy: manual, round_robin, least_loaded or skill.",
)
@click.option(
    "--tiers", metavar="A,B,…", help='Tiers, lowest first; default frontline,senior,lead; "" restores the default.'
)
@click.option(
    "--model",
    metavar="MODEL",
    help="shared: agents work on all their channels; dedicated: on the first of them.",
)
@click.option(
    "--cap-per-tick", type=int, metavar="NUMBER", help="Maximum number of tickets an agent gets in one tick; default 5."
)
@click.option("--tick", metavar="LENGTH", help="Length of a tick, for example 1m.")
@click.option(
    "--relax-after",
    metavar="LENGTH",
    help="Ignore required skills when a ticket waits this long; default 10m; never keeps them.",
)
@click.option(
    "--weight",
    "weights",
    multiple=True,
    metavar="CHANNEL=NUMBER",
    help="Weight of a ticket on a channel in an agent's load; default 1.",
)
@click.option(
    "--surge-queue",
    multiple=True,
    metavar="[CHANNEL=]NUMBER",
    help="Queue length above which a channel is busy. Routing then moves agents with --surge yes to it.",
)
@click.option(
    "--surge-wait",
    multiple=True,
    metavar="[CHANNEL=]LENGTH",
    help="Waiting time above which a channel is busy.",
)
@dry_run
@click.pass_obj
def set_(
    context: CliContext,
    handle: str,
    name: str | None,
    signature: str | None,
    route: str | None,
    tiers: str | None,
    model: str | None,
    cap_per_tick: int | None,
    tick: str | None,
    relax_after: str | None,
    weights: tuple[str, ...],
    surge_queue: tuple[str, ...],
    surge_wait: tuple[str, ...],
) -> None:
    """Change a team.

    A weight or limit without a value is removed: --surge-queue phone=

    \b
    Examples:
      deskctl team set billing --signature "{agent}\\n{desk}, billing"
      deskctl team set support --route least_loaded --tiers frontline,senior,lead
      deskctl team set support --cap-per-tick 3 --relax-after 10m --surge-queue phone=5
    """
    from ....core.agents.commands import ChangeTeam

    plan = (route, tiers, model, cap_per_tick, tick, relax_after)
    by_channel = (weights or None, surge_queue or None, surge_wait or None)
    run_with_notes(context, ChangeTeam(handle, name, with_newlines(signature), *plan, *by_channel))
