"""`deskctl config`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from .... import i18n
from ...context import CliContext
from ...messages import _

if TYPE_CHECKING:
    from ....config.loader import Report
    from ....config.problems import Problem


@click.group("config")
def config() -> None:
    """Check and locate the configuration."""


@config.command("check")
@click.pass_obj
def check(context: CliContext) -> int:
    """Report all errors and warnings in the configuration.

    Prints a line FILE:LINE: KEY: MESSAGE for each. Exits with 0 if there are none, 1 if there are only warnings, and 5
    if there are errors. If the desk can be opened, also checks that the teams of channels have active members.

    \b
    Example:
      deskctl config check
    """
    from ....config import check as check_config
    from ....config import plugins_table
    from ....plugins import manager
    from ....safe import visible

    path = context.config_path()
    plugins = manager.load(plugins_table(path))
    report = check_config(path, plugins.channel_types, plugins.disabled_reasons(), plugins.configs)
    problems: list[tuple[str, Any]] = [("error", p) for p in report.errors]
    problems += [("warning", p) for p in (*report.warnings, *_empty_teams(context, report))]
    if context.json:
        for kind, problem in problems:
            context.document(
                {"kind": kind, "file": problem.file, "line": problem.line, "path": problem.path, "what": problem.what}
            )
        return report.exit_code
    for kind, problem in problems:
        line = visible(str(problem))
        sys.stdout.write((line if kind == "error" else _("warning: {text}", text=line)) + "\n")
    if not problems:
        context.say(_("{file}: no problems found", file=path))
    return report.exit_code if report.errors or not problems else 1


def _empty_teams(context: CliContext, report: Report) -> Iterator[Problem]:
    """Yield a problem for each channel whose team has no active member, if the desk can be opened."""
    from ....config.positions import Positions
    from ....config.problems import Problem
    from ....errors import DeskctlError
    from .connection_checks import empty_teams

    if report.config is None:
        return
    try:
        found = list(empty_teams(context.desk(), report.config))
    except DeskctlError:
        return  # no store yet, or another process has locked it
    finally:
        context.release()
    path = report.config.path
    positions = Positions(path.read_text(encoding="utf-8", errors="replace"))
    for channel, team in found:
        what = i18n._(
            "team {team} has no active member; add one with deskctl agent set HANDLE --join {team}", team=team
        )
        line = positions.line(("channels", channel, "team"))
        yield Problem(str(path), line, f"channels.{channel}.team", what)


@config.command("path")
@click.pass_obj
def path(context: CliContext) -> None:
    """Print the path of the configuration in use.

    \b
    Example:
      $EDITOR "$(deskctl config path)"
    """
    found = str(context.config_path())
    if context.json:
        context.document({"path": found})
    else:
        context.say(found)
