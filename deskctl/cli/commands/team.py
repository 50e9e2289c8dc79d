"""`deskctl team`."""

from __future__ import annotations

import click

from ..acting import act
from ..context import CliContext
from ..options import columns, dry_run
from ..output import field

COLUMNS = (field("handle"), field("name", least=10), field("agents", least=12), field("open", right=True))


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
    from ...core.commands.admin import AddTeam

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
    from ...core.queries.admin import ListTeams

    context.emit(context.ask(ListTeams()), COLUMNS)
