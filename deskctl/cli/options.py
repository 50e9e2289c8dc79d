"""Options that all commands have, before or after the command name, and options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from ..i18n import _
from .messages import LocalisedContext, help_text

F = TypeVar("F", bound=Callable[..., Any])


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    """Store the value of a given option in the shared context. An option that is not given changes nothing."""
    if value is not None and value is not False and ctx.obj is not None:
        setattr(ctx.obj, param.name, value)
    return value


def _complete_agent(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from .name_completion import complete_names

    return complete_names(ctx, "agent", incomplete)


def common_options(hidden: bool) -> list[click.Option]:
    """Return new options that all commands have. `hidden` leaves them out of the help, where the epilog names them."""

    def option(*names: str, **settings: Any) -> click.Option:
        return click.Option(names, expose_value=False, callback=_keep, hidden=hidden, **settings)

    return [
        option("--config", "config", metavar="FILE", help="Use this config.toml.", type=click.Path(readable=False)),
        option("--as", "claim", metavar="AGENT", help="Act as this agent.", shell_complete=_complete_agent),
        option("--json", "json", is_flag=True, help="Print JSON, one object per line."),
        option("--no-color", "no_color", is_flag=True, help="Print no colours, as the variable NO_COLOR does."),
        option("--debug", "debug", is_flag=True, help="Print the traceback of an error."),
    ]


EPILOG = "Every command also takes --config FILE, --as AGENT, --json, --no-color and --debug."


def equip(command: click.Command) -> click.Command:
    """Add the common options to a command and to all commands of a group, and return it."""
    names = {name for param in command.params for name in param.opts}
    added = [option for option in common_options(hidden=True) if not names.intersection(option.opts)]
    command.params.extend(added)
    command.context_class = LocalisedContext
    if added and command.epilog is None:
        command.epilog = EPILOG
    if isinstance(command, click.Group):
        for child in command.commands.values():
            equip(child)
    return command


def dry_run(function: F) -> F:
    """Add `--dry-run`."""
    return click.option(
        "--dry-run", is_flag=True, expose_value=False, callback=_keep, help="Show what would change; change nothing."
    )(function)


def columns(known: tuple[Any, ...], *, fields: bool = False) -> Callable[[F], F]:
    """Return a decorator that adds `--columns`, which selects and orders the columns of a list.

    `fields`: the list also has columns of the declared ticket fields.
    """
    names = ", ".join(column.name for column in known)

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
        from .declared_fields import declared_fields

        before, comma, last = incomplete.rpartition(",")
        found = [column.name for column in known]
        if fields:
            found += [row["name"] for row in declared_fields(ctx)]
        return [before + comma + name for name in found if name.startswith(last)]

    return click.option(
        "--columns",
        metavar="A,B,…",
        expose_value=False,
        callback=_keep,
        shell_complete=complete,
        help=help_text(_("Print these columns: {names}.", names=names)),
    )


def limit_option(default: int) -> Callable[[F], F]:
    """Return a decorator that adds `--limit N`. Without it the value is None; see `CliContext.page_size`."""
    return click.option(
        "--limit",
        type=click.IntRange(min=1),
        metavar="N",
        help=help_text(
            _("List at most N entries. [default: {n} on a terminal; all in a pipe or with --json]", n=default)
        ),
    )
