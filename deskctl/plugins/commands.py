"""The interface of commands of plugins: click commands in the entry-point group `deskctl.commands`.

    import click
    from deskctl.plugins.commands import CommandContext, pass_context

    @click.command()
    @pass_context
    def pigeons(context: CommandContext) -> None:
        "Count the pigeons."
        context.emit([{"pigeons": 3}], ["pigeons"])

`--config`, `--as`, `--json` and `--debug` are added automatically, before and after the command. If a command returns
an int, it is the exit code. Raise errors as `deskctl.plugins.DeskctlError`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast

import click

from ..i18n import shell_languages, translate

P = ParamSpec("P")
R = TypeVar("R")


class CommandDesk(Protocol):
    """The desk as a command of a plugin can use it. The methods raise DeskctlError."""

    def request(self, name: str, /, *, agent: str | None = None, dry_run: bool = False, **params: Any) -> Any:
        """Run a request of a plugin (`deskctl.plugins.requests`) and return its JSON document.

        `agent` is the agent to act as.
        """
        ...

    def call(self, request: str, *, agent: str | None = None, **params: Any) -> Any:
        """Make a call (`deskctl.desk.calls`). `agent`: act as this agent."""
        ...


class CommandContext(Protocol):
    """The context of a command. `json`: True with `--json`. `dry_run`: True with `--dry-run`, which a command offers
    with `dry_run_option` and which `request` passes to the desk.
    """

    @property
    def json(self) -> bool: ...
    @property
    def dry_run(self) -> bool: ...

    def request(self, name: str, /, **params: Any) -> Any:
        """Run a request of a plugin as the agent of `--as`, without changes with `--dry-run`. Raises DeskctlError."""
        ...

    def config_path(self) -> Path:
        """Return the path of the configuration. Raises ConfigError."""
        ...

    def desk(self) -> CommandDesk:
        """Return the desk, opened on the first call. Raises ConfigError and Unavailable.

        Read standard input before you open the desk, and call `release` before you wait for a person.
        """
        ...

    def release(self) -> None:
        """Close the desk."""
        ...

    def emit(self, rows: Iterable[Any], columns: Sequence[Any]) -> None:
        """Print rows (mappings): a table on a terminal, tab-separated values in a pipe, JSON Lines with `--json`.

        `columns` are the keys to print. A column `(key, 20)` may shrink to 20 cells on a narrow terminal.
        """
        ...

    def document(self, document: Any) -> None:
        """Print one JSON document on a separate line."""
        ...

    def say(self, line: str) -> None:
        """Print one line, made safe for a terminal. Prints nothing with `--json`."""
        ...

    def warn(self, line: str) -> None:
        """Print one line to standard error, made safe for a terminal. Prints with `--json` too."""
        ...


def shown(text: str) -> str:
    """Return a message in the language of the shell, for text that a command prints itself, such as a prompt."""
    return translate(text, shell_languages())


def pass_context(function: Callable[Concatenate[CommandContext, P], R]) -> Callable[P, R]:
    """Pass the CommandContext to the command as its first argument."""
    return cast("Callable[P, R]", click.pass_obj(function))


def dry_run_option(function: Callable[P, R]) -> Callable[P, R]:
    """Add the option `--dry-run`, which `CommandContext.request` passes to the desk."""

    def keep(context: click.Context, _: click.Parameter, value: bool) -> None:
        if value:
            context.obj.dry_run = True

    words = "Show what would change; change nothing."
    return click.option("--dry-run", is_flag=True, expose_value=False, callback=keep, help=words)(function)
