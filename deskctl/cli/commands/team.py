"""`deskctl team`."""

from __future__ import annotations

import click

from ..acting import act
from ..completing import completes
from ..context import CliContext
from ..options import columns, dry_run
from ..output import field
from ..words import SIGNATURE, lines

COLUMNS = (
    field("handle"),
    field("name", least=10),
    field("agents", least=12),
    field("signature", extra=True),
    field("open", right=True),
)


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


@team.command("set")
@click.argument("handle", shell_complete=completes("team"))
@click.option("--name", metavar="NAME", help="Its name for people.")
@click.option("--signature", metavar="TEXT", help=f"Below the answers of those who have none of their own. {SIGNATURE}")
@dry_run
@click.pass_obj
def set_(context: CliContext, handle: str, name: str | None, signature: str | None) -> None:
    """Change a team.

    \b
    Example:
      deskctl team set billing --signature "{agent}\\n{desk}, billing"
    """
    from ...core.commands.admin import ChangeTeam

    act(context, ChangeTeam(handle, name, lines(signature)))
