"""`deskctl agent`."""

from __future__ import annotations

from typing import Any

import click

from ...context import CliContext
from ...execution import act
from ...name_completion import completes
from ...options import columns, dry_run
from ...output import Column, field
from ...remarking import set_up
from ...text_input import SIGNATURE, lines

_PRESENCE = {"online": "green", "away": "yellow", "offline": "dim"}


def _load(row: Any) -> str:
    """New and open tickets of what they can take, by channel: `email 3/20, phone 0/1`."""
    named = {**dict.fromkeys((name for name in row["capacity"] if name != "any"), 0), **row["load"]}
    most = {name: row["capacity"].get(name, row["capacity"].get("any")) for name in named}
    return ", ".join(f"{name} {count}" + (f"/{most[name]}" if most[name] else "") for name, count in named.items())


COLUMNS = (
    field("handle"),
    field("name", least=10),
    field("email", least=12),
    field("teams", least=8),
    field("login"),
    field("active", extra=True),
    field("tier"),
    field("skills", least=8),
    field("presence", style=lambda row: _PRESENCE[row["presence"]]),
    Column("load", lambda row: row["load"], shown=_load, least=8),
    field("open", right=True),
    field("channels", extra=True),
    field("capacity", extra=True),
    field("surge", extra=True),
    field("moved", extra=True),
    field("until", extra=True),
    field("signature", extra=True),
    field("notify", extra=True),
    field("quiet", extra=True),
    field("timezone", extra=True),
    field("urgent_anyway", extra=True),
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
    from ....core.agents.commands import AddAgent

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
    from ....core.agents.queries import ListAgents

    context.emit(context.ask(ListAgents(all=all_)), COLUMNS, empty="no agents; deskctl agent add HANDLE adds one")


@agent.command("set")
@click.argument("handle", shell_complete=completes("agent"))
@click.option("--name", metavar="NAME", help="Their full name.")
@click.option("--email", metavar="ADDRESS", help="Where they are told of tickets.")
@click.option("--login", metavar="USER", help='Their user on this system; "" for none.')
@click.option("--signature", metavar="TEXT", help=f"Below their answers. {SIGNATURE}")
@click.option("--join", multiple=True, metavar="TEAM", shell_complete=completes("team"), help="May be repeated.")
@click.option("--leave", multiple=True, metavar="TEAM", shell_complete=completes("team"), help="May be repeated.")
@click.option("--active/--inactive", default=None, help="Whether they work here.")
@click.option("--tier", metavar="TIER", shell_complete=completes("tier"), help='As in senior; "" for none.')
@click.option("--skills", metavar="A,B,…", help="What they know, languages too, as in ko,billing.")
@click.option(
    "--channels", metavar="A,B,…", help='Where they work, names or kinds, as in email,phone; "" is everywhere.'
)
@click.option(
    "--capacity",
    multiple=True,
    metavar="[CHANNEL=]NUMBER",
    help="How many open tickets at once (10, if nothing is said); may be repeated.",
)
@click.option(
    "--surge", type=click.Choice(["yes", "no"]), help="Whether they may be moved to a channel that is too busy."
)
@click.option("--notify", metavar="CHANNEL:ADDRESS", help="Where they are told things first; mail is their address.")
@click.option(
    "--quiet", metavar="HOURS", help='When they are told nothing, as in "22:00-07:00; sat-sun"; none is never.'
)
@click.option("--timezone", metavar="ZONE", help='Of their quiet hours; "" is the desk\'s.')
@click.option(
    "--urgent-anyway",
    type=click.Choice(["yes", "no"]),
    help="Whether quiet hours let through what is overdue or escalated to them.",
)
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
    tier: str | None,
    skills: str | None,
    channels: str | None,
    capacity: tuple[str, ...],
    surge: str | None,
    notify: str | None,
    quiet: str | None,
    timezone: str | None,
    urgent_anyway: str | None,
) -> None:
    """Change an agent.

    \b
    Examples:
      deskctl agent set agent1 --login ana --join billing
      deskctl agent set agent2 --inactive
      deskctl agent set agent1 --tier senior --skills ko,billing --channels email,phone
      deskctl agent set agent1 --capacity email=20 --capacity phone=1
      deskctl agent set agent1 --quiet "22:00-07:00; sat-sun" --timezone Asia/Seoul
      deskctl agent set agent1 --notify tg:123456
      deskctl agent set agent1 --signature "Kind regards, {agent}"
    """
    from ....core.agents.commands import ChangeAgent

    seat = (tier, skills, channels, capacity or None, None if surge is None else surge == "yes")
    reach = (notify, quiet, timezone, None if urgent_anyway is None else urgent_anyway == "yes")
    set_up(context, ChangeAgent(handle, name, email, login, join, leave, active, lines(signature), *seat, *reach))


def _present(name: str, text: str, until: str | None) -> None:
    """`online`, `away` and `offline` are one command under three names; the first two may have an end."""

    def present(context: CliContext, handle: str | None, until: str | None = None) -> None:
        from ....core.routing.commands import SetPresence

        act(context, SetPresence(name, handle or context.agent or context.desk().info.agent, until))

    command = dry_run(click.pass_obj(present))
    if until is not None:
        command = click.option("--until", metavar="MOMENT", help=until)(command)
    command = click.argument("handle", required=False, shell_complete=completes("agent"))(command)
    agent.command(name, help=text, short_help=text.partition("\n")[0])(command)


_present(
    "online",
    """Be there: from now on you are given tickets.

Without a name you are meant.

\b
Examples:
  deskctl agent online
  deskctl agent online agent1 --until 18:00""",
    "Until when; then you are offline.",
)
_present(
    "away",
    """Be away for a while: what you have stays yours, and nothing new comes.

Without a name you are meant.

\b
Example:
  deskctl agent away --until 13:00""",
    "Until when; then you are online again.",
)
_present(
    "offline",
    """Be gone: nothing new comes.

Without a name you are meant.

\b
Example:
  deskctl agent offline""",
    None,
)
