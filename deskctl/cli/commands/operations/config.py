"""`deskctl config`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from ...context import CliContext

if TYPE_CHECKING:
    from ....config.loader import Report
    from ....config.problems import Problem


@click.group("config")
def config() -> None:
    """Check the configuration and find it."""


@config.command("check")
@click.pass_obj
def check(context: CliContext) -> int:
    """Say everything that is wrong with the configuration, at once.

    One line for each place: file:line: path: what. Exits with 0 when it is fine, 1 when there are only warnings,
    5 when there are errors. Whether teams have members is checked if the desk can be asked.

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
    problems += [("warning", p) for p in (*report.warnings, *_unmanned(context, report))]
    if context.json:
        for kind, problem in problems:
            context.document(
                {"kind": kind, "file": problem.file, "line": problem.line, "path": problem.path, "what": problem.what}
            )
        return report.exit_code
    for kind, problem in problems:
        mark = "" if kind == "error" else "warning: "
        sys.stdout.write(f"{mark}{visible(str(problem))}\n")
    if not problems:
        context.say(f"{path} is fine")
    return report.exit_code if report.errors or not problems else 1


def _unmanned(context: CliContext, report: Report) -> Iterator[Problem]:
    """Teams of channels that have no active member, if there is a desk that can be asked."""
    from ....config.positions import Positions
    from ....config.problems import Problem
    from ....errors import DeskctlError
    from .connection_checks import unmanned

    if report.config is None:
        return
    try:
        found = list(unmanned(context.desk(), report.config))
    except DeskctlError:
        return  # no store yet, or somebody else has it
    finally:
        context.release()
    path = report.config.path
    positions = Positions(path.read_text(encoding="utf-8", errors="replace"))
    for channel, team in found:
        what = f"team {team} has no active member: deskctl agent set HANDLE --join {team}"
        line = positions.line(("channels", channel, "team"))
        yield Problem(str(path), line, f"channels.{channel}.team", what)


@config.command("path")
@click.pass_obj
def path(context: CliContext) -> None:
    """Print which configuration is used.

    \b
    Example:
      $EDITOR "$(deskctl config path)"
    """
    found = str(context.config_path())
    if context.json:
        context.document({"path": found})
    else:
        context.say(found)
