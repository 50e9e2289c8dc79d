"""`deskctl plugin new` and `deskctl plugin check`: for those who write plugins."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ...context import CliContext
from ...output import Column, field

CHECKS = (
    field("check"),
    Column(
        "ok",
        lambda row: row["ok"],
        shown=lambda row: {True: "ok", False: "not ok", None: "-"}[row["ok"]],
        style=lambda row: {True: "green", False: "red", None: "dim"}[row["ok"]],
    ),
    field("detail", least=24),
)


@click.command("new")
@click.argument("name")
@click.option("--kind", type=click.Choice(["channel", "automation"]), default="channel", show_default=True)
@click.option("--dir", "folder", type=click.Path(path_type=Path), help="Where to; else deskctl-NAME, here.")
@click.pass_obj
def new(context: CliContext, name: str, kind: str, folder: Path | None) -> None:
    """Make a new plugin: a whole project with tests that pass.

    It has a package with types, a README and the tests of the plugin contract; what it does is little, but real.

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
    where = folder or Path(names.distribution)
    files = create(kind, names, where, __version__)
    if context.json:
        context.document({"plugin": names.plugin, "folder": str(where), "files": [str(file) for file in files]})
        return
    context.say(f"Made the {kind} {names.plugin} in {where}: {len(files)} files.")
    context.say(f"Next:  cd {where} && python -m pytest")
    context.say("Then:  deskctl plugin check .   and   pip install -e .")


@click.command("check")
@click.argument("plugin", metavar="PATH|NAME")
@click.pass_obj
def check(context: CliContext, plugin: str) -> int:
    """Judge a plugin: packaging, imports, hooks, and the contract it has to keep.

    PATH is a project's folder or a one-file plugin, NAME a plugin that is installed. Its code and its tests are
    run, each in a process of its own. Exits with 1 when something is not ok.

    \b
    Example:
      deskctl plugin check .
    """
    from ....safe import visible
    from ...project.check import check_plugin

    sound = True
    for judgement in check_plugin(plugin):
        sound = sound and judgement["ok"]
        if context.json:
            context.document(judgement)
            continue
        context.emit(judgement["checks"], CHECKS)
        sys.stdout.flush()
        for row in judgement["checks"]:
            if row["hint"] and not row["ok"]:
                sys.stderr.write(f"{visible(row['check'])}: {visible(row['hint'])}\n")
    return 0 if sound else 1
