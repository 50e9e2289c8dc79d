"""`deskctl agent`."""

from __future__ import annotations

from typing import Any

import click

from ...context import CliContext
from ...execution import run_command, run_with_notes
from ...messages import _
from ...name_completion import completer
from ...options import columns, dry_run
from ...output import Column, field
from ...text_input import SIGNATURE_HELP, with_newlines

_PRESENCE = {"online": "green", "away": "yellow", "offline": "dim"}


def _load(row: Any) -> str:
    """Return the number of new and open tickets and the capacity, by channel: `email 3/20, phone 0/1`."""
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
    """Manage agents, the people who work at the desk."""


@agent.command("add")
@click.argument("handle")
@click.option("--name", required=True, metavar="NAME", help="Full name, as shown to customers.")
@click.option("--email", required=True, metavar="ADDRESS", help="Mail address for notifications.")
@click.option(
    "--team",
    "teams",
    multiple=True,
    metavar="TEAM",
    shell_complete=completer("team"),
    help="Add to this team, which is created if it does not exist; may be repeated.",
)
@click.option("--login", metavar="USER", help="User account on this system whose commands count as this agent's.")
@dry_run
@click.pass_obj
def add(context: CliContext, handle: str, name: str, email: str, teams: tuple[str, ...], login: str | None) -> None:
    """Add an agent.

    \b
    Example:
      deskctl agent add agent1 --name "Agent One" --email agent1@acme.test --team support
    """
    from ....core.agents.commands import AddAgent

    run_command(context, AddAgent(handle, name, email, teams, login))


@agent.command("list")
@click.option("--all", "all_", is_flag=True, help="Include inactive agents.")
@columns(COLUMNS)
@click.pass_obj
def list_(context: CliContext, all_: bool) -> None:
    """List agents with their teams and number of open tickets.

    \b
    Example:
      deskctl agent list
    """
    from ....core.agents.queries import ListAgents

    context.emit(
        context.ask(ListAgents(all=all_)), COLUMNS, empty=_("no agents; add one with deskctl agent add HANDLE")
    )


@agent.command("set")
@click.argument("handle", shell_complete=completer("agent"))
@click.option("--name", metavar="NAME", help="Full name, as shown to customers.")
@click.option("--email", metavar="ADDRESS", help="Mail address for notifications.")
@click.option("--login", metavar="USER", help='User account on this system; "" removes it.')
@click.option("--signature", metavar="TEXT", help=f"Signature below replies. {SIGNATURE_HELP}")
@click.option(
    "--join", multiple=True, metavar="TEAM", shell_complete=completer("team"), help="Join a team; repeatable."
)
@click.option(
    "--leave", multiple=True, metavar="TEAM", shell_complete=completer("team"), help="Leave a team; may be repeated."
)
@click.option("--active/--inactive", default=None, help="Activate or deactivate the agent.")
@click.option(
    "--tier", metavar="TIER", shell_complete=completer("tier"), help='Tier, for example senior; "" removes it.'
)
@click.option("--skills", metavar="A,B,…", help="Skills and languages, for example ko,billing.")
@click.option(
    "--channels",
    metavar="A,B,…",
    help='Channels or channel types to work on, for example email,phone; "" means all.',
)
@click.option(
    "--capacity",
    multiple=True,
    metavar="[CHANNEL=]NUMBER",
    help="Maximum number of open tickets, 10 by default; may be repeated.",
)
@click.option("--surge", type=click.Choice(["yes", "no"]), help="Allow routing to move the agent to a busy channel.")
@click.option("--notify", metavar="CHANNEL:ADDRESS", help="Preferred channel for notifications; default is mail.")
@click.option(
    "--quiet",
    metavar="HOURS",
    help='Quiet hours without notifications, for example "22:00-07:00; sat-sun"; none removes them.',
)
@click.option("--timezone", metavar="ZONE", help='Time zone of the quiet hours; "" means that of the desk.')
@click.option(
    "--urgent-anyway",
    type=click.Choice(["yes", "no"]),
    help="Send notifications of breaches and escalations in quiet hours, too.",
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
    signature = with_newlines(signature)
    run_with_notes(context, ChangeAgent(handle, name, email, login, join, leave, active, signature, *seat, *reach))


def _add_presence_command(name: str, text: str, until: str | None) -> None:
    """Add the command `agent NAME`, which sets the presence NAME. `until` is the help of `--until`, None without it."""

    def set_presence(context: CliContext, handle: str | None, until: str | None = None) -> None:
        from ....core.routing.commands import SetPresence

        run_command(context, SetPresence(name, handle or context.agent or context.desk().info.agent, until))

    command = dry_run(click.pass_obj(set_presence))
    if until is not None:
        command = click.option("--until", metavar="MOMENT", help=until)(command)
    command = click.argument("handle", required=False, shell_complete=completer("agent"))(command)
    agent.command(name, help=text, short_help=text.partition("\n")[0])(command)


_add_presence_command(
    "online",
    """Set yourself online: routing gives you tickets.

With HANDLE, set another agent online.

\b
Examples:
  deskctl agent online
  deskctl agent online agent1 --until 18:00""",
    "Go offline at this time.",
)
_add_presence_command(
    "away",
    """Set yourself away: you keep your tickets and get no new ones.

With HANDLE, set another agent away.

\b
Example:
  deskctl agent away --until 13:00""",
    "Go online again at this time.",
)
_add_presence_command(
    "offline",
    """Set yourself offline: you get no new tickets.

With HANDLE, set another agent offline.

\b
Example:
  deskctl agent offline""",
    None,
)
