"""Options that stand before the verb or after it, and those that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from .messages import LocalisedContext

F = TypeVar("F", bound=Callable[..., Any])


def _keep(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    """Remember what was given in the context that all commands share; what was not given changes nothing."""
    if value is not None and value is not False and ctx.obj is not None:
        setattr(ctx.obj, param.name, value)
    return value


def _complete_agent(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from .name_completion import words

    return words(ctx, "agent", incomplete)


def common_options(hidden: bool) -> list[click.Option]:
    """Fresh options; `hidden` leaves them out of a command's help, where one line names them."""

    def option(*names: str, **settings: Any) -> click.Option:
        return click.Option(names, expose_value=False, callback=_keep, hidden=hidden, **settings)

    return [
        option("--config", "config", metavar="FILE", help="The desk's config.toml.", type=click.Path()),
        option("--as", "claim", metavar="AGENT", help="Act as this agent.", shell_complete=_complete_agent),
        option("--json", "json", is_flag=True, help="Print JSON, one object a line."),
        option("--no-color", "no_color", is_flag=True, help="No colours; so does NO_COLOR."),
        option("--debug", "debug", is_flag=True, help="Show the traceback of an unexpected error."),
    ]


EPILOG = "Every command also takes --config FILE, --as AGENT, --json, --no-color and --debug."


def equip(command: click.Command) -> click.Command:
    """Give a command, and every command of a group, the common options that it lacks."""
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
    """`--dry-run`: say what would change, and change nothing."""
    return click.option(
        "--dry-run", is_flag=True, expose_value=False, callback=_keep, help="Say what would change; change nothing."
    )(function)


def columns(known: tuple[Any, ...]) -> Callable[[F], F]:
    """`--columns`: which columns to print, and in which order."""
    names = ", ".join(column.name for column in known)

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
        before, comma, last = incomplete.rpartition(",")
        return [before + comma + column.name for column in known if column.name.startswith(last)]

    return click.option(
        "--columns",
        metavar="A,B,…",
        expose_value=False,
        callback=_keep,
        shell_complete=complete,
        help=f"Print these columns: {names}.",
    )


def limit(default: int) -> Callable[[F], F]:
    """`--limit N`: None when it is not given; `CliContext.page_size` says what that means."""
    return click.option(
        "--limit",
        type=click.IntRange(min=1),
        metavar="N",
        help=f"List at most N; without it {default} on a terminal and all in a pipe or with --json.",
    )
