"""`deskctl plugin new` and `deskctl plugin check`, for developers of plugins."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ...context import CliContext
from ...messages import _
from ...output import Column, field

CHECKS = (
    field("check"),
    Column(
        "ok",
        lambda row: row["ok"],
        shown=lambda row: {True: "ok", False: "not ok", None: "-"}[row["ok"]],
        style=lambda row: {True: "green", False: "red", None: "dim"}[row["ok"]],
    ),
    Column("detail", lambda row: row["detail"], shown=lambda row: row["detail"], least=24),
)


@click.command("new")
@click.argument("name")
@click.option(
    "--kind",
    type=click.Choice(["channel", "automation", "action"]),
    default="channel",
    show_default=True,
    help="Kind of plugin to create.",
)
@click.option(
    "--dir", "folder", type=click.Path(path_type=Path), help="Folder of the project.  [default: ./deskctl-NAME]"
)
@click.pass_obj
def new(context: CliContext, name: str, kind: str, folder: Path | None) -> None:
    """Create a plugin project with tests that pass.

    The project contains a typed package with a small working plugin, a README, and the contract tests for plugins.

    \b
    Example:
      deskctl plugin new my-channel
      deskctl plugin new vip-tagger --kind automation --dir plugins/vip
    """
    from importlib.metadata import entry_points

    from .... import __version__
    from ...project.create import create
    from ...project.names import parse_name

    taken = {"console": "deskctl itself"}
    taken |= {entry.name: entry.dist.name if entry.dist else entry.value for entry in entry_points(group="deskctl")}
    names = parse_name(name, taken)
    target = folder or Path(names.distribution)
    files = create(kind, names, target, __version__)
    if context.json:
        context.document({"plugin": names.plugin, "folder": str(target), "files": [str(file) for file in files]})
        return
    context.say(
        _(
            "created {kind} {name} in {folder}: {count} files",
            kind=kind,
            name=names.plugin,
            folder=target,
            count=len(files),
        )
    )
    context.say(_("next steps:"))
    for command in (f"cd {target}", "python -m pytest", "deskctl plugin check .", "pip install -e ."):
        context.say(f"  {command}")


@click.command("check")
@click.argument("plugin", metavar="PATH|NAME")
@click.pass_obj
def check(context: CliContext, plugin: str) -> int:
    """Check a plugin: packaging, imports, hooks and the plugin contract.

    PATH is the folder of a project or a single-file plugin, NAME an installed plugin. The code and the tests of the
    plugin run in separate processes. Exits with 1 if a check fails.

    \b
    Example:
      deskctl plugin check .
    """
    from ....i18n import joined
    from ...project.check import check_plugin

    ok = True
    for report in check_plugin(plugin):
        ok = ok and report["ok"]
        if context.json:
            context.document(report)
            continue
        context.emit(report["checks"], CHECKS)
        sys.stdout.flush()
        for row in report["checks"]:
            if row["hint"] and not row["ok"]:
                context.warn(joined(": ", (row["check"], row["hint"])))
    return 0 if ok else 1
