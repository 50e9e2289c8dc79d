"""What a plugin's command is given. Commands are click commands of the entry-point group `deskctl.commands`.

    import click
    from deskctl.plugins.commands import CommandContext, pass_context

    @click.command()
    @pass_context
    def pigeons(context: CommandContext) -> None:
        "Count the pigeons."
        context.emit([{"pigeons": 3}], ["pigeons"])

`--config`, `--as`, `--json` and `--debug` come by themselves, before the command and after it. A command's answer
is its exit code when it is an int. Errors are raised as `deskctl.plugins.DeskctlError`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast

import click

P = ParamSpec("P")
R = TypeVar("R")


class CommandDesk(Protocol):
    """The desk as a plugin's command may use it. Raises DeskctlError."""

    def request(self, name: str, /, *, agent: str | None = None, dry_run: bool = False, **params: Any) -> Any:
        """A request of a plugin (`deskctl.plugins.requests`): its JSON document. `agent`: whoever the caller is."""
        ...

    def call(self, request: str, *, agent: str | None = None, **params: Any) -> Any:
        """See `deskctl.desk.requests`. `agent`: whoever the caller is."""
        ...


class CommandContext(Protocol):
    """`json`: the caller asked for JSON. `dry_run`: to see what would change; a command that offers it has the option
    `--dry-run` and passes it on by `request`."""

    @property
    def json(self) -> bool: ...
    @property
    def dry_run(self) -> bool: ...

    def request(self, name: str, /, **params: Any) -> Any:
        """A request of a plugin, as whoever `--as` names, tried only with `--dry-run`. Raises DeskctlError."""
        ...

    def config_path(self) -> Path:
        """The configuration in use. Raises ConfigError."""
        ...

    def desk(self) -> CommandDesk:
        """The desk, opened when it is first needed. Finish with standard input before, and `release` it before
        anything that waits for a person. Raises ConfigError and Unavailable."""
        ...

    def release(self) -> None:
        """Let go of the desk."""
        ...

    def emit(self, rows: Iterable[Any], columns: Sequence[Any]) -> None:
        """Print rows (mappings): a table on a terminal, tab-separated values in a pipe, JSON Lines with `--json`.
        `columns` are the keys to print; `(key, 20)` is one that gives way on a narrow terminal, down to 20 cells."""
        ...

    def document(self, document: Any) -> None:
        """Print one JSON document on a line of its own."""
        ...

    def say(self, line: str) -> None:
        """Print one line for people, made safe for a terminal; nothing with `--json`."""
        ...

    def warn(self, line: str) -> None:
        """Print one line to standard error, made safe for a terminal, also with `--json`."""
        ...


def pass_context(function: Callable[Concatenate[CommandContext, P], R]) -> Callable[P, R]:
    """Give the command its CommandContext as first argument."""
    return cast("Callable[P, R]", click.pass_obj(function))


def dry_run_option(function: Callable[P, R]) -> Callable[P, R]:
    """Give the command `--dry-run`, which `CommandContext.request` passes on."""

    def keep(context: click.Context, _: click.Parameter, value: bool) -> None:
        if value:
            context.obj.dry_run = True

    words = "Say what would change; change nothing."
    return click.option("--dry-run", is_flag=True, expose_value=False, callback=keep, help=words)(function)
