"""`deskctl team`."""

from __future__ import annotations

import click

from ...context import CliContext
from ...execution import act
from ...name_completion import completes
from ...options import columns, dry_run
from ...output import field
from ...remarking import set_up
from ...text_input import SIGNATURE, lines

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
    """Teams of agents."""


@team.command("add")
@click.argument("handle")
@click.option("--name", metavar="NAME", help="Its name for people.")
@dry_run
@click.pass_obj
def add(context: CliContext, handle: str, name: str | None) -> None:
    """Add a team.

    \b
    Example:
      deskctl team add billing --name "Billing and refunds"
    """
    from ....core.agents.commands import AddTeam

    act(context, AddTeam(handle, name))


@team.command("list")
@columns(COLUMNS)
@click.pass_obj
def list_(context: CliContext) -> None:
    """List teams, who is in them, and how many open tickets they have.

    \b
    Example:
      deskctl team list
    """
    from ....core.agents.queries import ListTeams

    context.emit(context.ask(ListTeams()), COLUMNS, empty="no teams; deskctl agent add HANDLE --team TEAM makes one")


@team.command("set")
@click.argument("handle", shell_complete=completes("team"))
@click.option("--name", metavar="NAME", help="Its name for people.")
@click.option("--signature", metavar="TEXT", help=f"Below the answers of those who have none of their own. {SIGNATURE}")
@click.option(
    "--route",
    metavar="STRATEGY",
    shell_complete=lambda ctx, param, incomplete: [s for s in _STRATEGIES if s.startswith(incomplete)],
    help="How tickets find their agent: manual, round_robin, least_loaded or skill.",
)
@click.option("--tiers", metavar="A,B,…", help='The lowest first, as in frontline,senior,lead; "" for these.')
@click.option("--model", metavar="MODEL", help="shared: agents work on all their channels; dedicated: on their first.")
@click.option("--cap-per-tick", type=int, metavar="NUMBER", help="How many tickets an agent is given in a tick (5).")
@click.option("--tick", metavar="LENGTH", help="As in 1m.")
@click.option("--relax-after", metavar="LENGTH", help="When a ticket goes without the skills it needs (10m), or never.")
@click.option("--weight", "weights", multiple=True, metavar="CHANNEL=NUMBER", help="What a ticket of it weighs (1).")
@click.option(
    "--surge-queue",
    multiple=True,
    metavar="[CHANNEL=]NUMBER",
    help="A channel is too busy when more wait; agents who allow it are moved there, and back.",
)
@click.option(
    "--surge-wait", multiple=True, metavar="[CHANNEL=]LENGTH", help="A channel is too busy when one waits longer."
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

    A weight or a limit without a value goes: --surge-queue phone=

    \b
    Examples:
      deskctl team set billing --signature "{agent}\\n{desk}, billing"
      deskctl team set support --route least_loaded --tiers frontline,senior,lead
      deskctl team set support --cap-per-tick 3 --relax-after 10m --surge-queue phone=5
    """
    from ....core.agents.commands import ChangeTeam

    plan = (route, tiers, model, cap_per_tick, tick, relax_after)
    by_channel = (weights or None, surge_queue or None, surge_wait or None)
    set_up(context, ChangeTeam(handle, name, lines(signature), *plan, *by_channel))
