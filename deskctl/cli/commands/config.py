"""`deskctl config`."""

from __future__ import annotations

import sys

import click

from ..context import CliContext


@click.group("config")
def config() -> None:
    """Check the configuration and find it."""


@config.command("check")
@click.pass_obj
def check(context: CliContext) -> int:
    """Say everything that is wrong with the configuration, at once.

    One line for each place: file:line: path: what. Exits with 0 when it is fine, 1 when there are only warnings,
    5 when there are errors. Takes no lock and opens no store.

    \b
    Example:
      deskctl config check
    """
    from ...config import check as check_config
    from ...config import plugins_table
    from ...plugins import manager
    from ...safe import visible

    path = context.config_path()
    plugins = manager.load(plugins_table(path))
    report = check_config(path, plugins.channel_types, plugins.absent(), plugins.configs)
    problems = [*(("error", p) for p in report.errors), *(("warning", p) for p in report.warnings)]
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
    return report.exit_code


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
