"""`deskctl agent`."""

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
    field("email", least=12),
    field("teams", least=8),
    field("login"),
    field("active"),
    field("signature", extra=True),
    field("open", right=True),
)


@click.group("agent")
def agent() -> None:
    """Agents: the people who work at the desk."""


@agent.command("add")
@click.argument("handle")
@click.option("--name", required=True, metavar="NAME", help="Their full name; customers see it.")
@click.option("--email", required=True, metavar="ADDRESS", help="Where they are told of tickets.")
@click.option(
    "--team",
    "teams",
    multiple=True,
    metavar="TEAM",
    shell_complete=completes("team"),
    help="Their team, created if there is none of that name; may be repeated.",
)
@click.option("--login", metavar="USER", help="Their user on this system: what it types, they do.")
@dry_run
@click.pass_obj
def add(context: CliContext, handle: str, name: str, email: str, teams: tuple[str, ...], login: str | None) -> None:
    """Add an agent.

    \b
    Example:
      deskctl agent add agent1 --name "Agent One" --email agent1@acme.test --team support
    """
    from ...core.commands.admin import AddAgent

    act(context, AddAgent(handle, name, email, teams, login))


@agent.command("list")
@click.option("--all", "all_", is_flag=True, help="Those who are not active, too.")
@columns(COLUMNS)
@click.pass_obj
def list_(context: CliContext, all_: bool) -> None:
    """List agents, their teams, and how many open tickets they have.

    \b
    Example:
      deskctl agent list
    """
    from ...core.queries.admin import ListAgents

    context.emit(context.ask(ListAgents(all=all_)), COLUMNS)


@agent.command("set")
@click.argument("handle", shell_complete=completes("agent"))
@click.option("--name", metavar="NAME", help="Their full name.")
@click.option("--email", metavar="ADDRESS", help="Where they are told of tickets.")
@click.option("--login", metavar="USER", help='Their user on this system; "" for none.')
@click.option("--signature", metavar="TEXT", help=f"Below their answers. {SIGNATURE}")
@click.option("--join", multiple=True, metavar="TEAM", shell_complete=completes("team"), help="May be repeated.")
@click.option("--leave", multiple=True, metavar="TEAM", shell_complete=completes("team"), help="May be repeated.")
@click.option("--active/--inactive", default=None, help="Whether they work here.")
@dry_run
@click.pass_obj
def set_(
    context: CliContext,
    handle: str,
    name: str | None,
    email: str | None,
    login: str | None,
    signature: str | None,
    join: tuple[str, ...],
    leave: tuple[str, ...],
    active: bool | None,
) -> None:
    """Change an agent.

    \b
    Examples:
      deskctl agent set agent1 --login ana --join billing
      deskctl agent set agent2 --inactive
      deskctl agent set agent1 --signature "Kind regards, {agent}"
    """
    from ...core.commands.admin import ChangeAgent

    act(context, ChangeAgent(handle, name, email, login, join, leave, active, lines(signature)))
