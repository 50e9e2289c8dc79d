"""`deskctl plugin`."""

from __future__ import annotations

import click

from ..context import CliContext
from ..options import columns
from ..output import Column, field
from .plugin_project import check, new

COLUMNS = (
    field("name"),
    field("version"),
    field("source", least=10),
    Column(
        "enabled",
        lambda row: row["enabled"],
        shown=lambda row: "on" if row["enabled"] else "failed" if row["error"] else "off",
        style=lambda row: "green" if row["enabled"] else "red" if row["error"] else "dim",
        heading="state",
    ),
    field("channels"),
    field("hooks", extra=True),
    field("error", least=16),
)


@click.group("plugin")
def plugin() -> None:
    """Plugins: what is installed and what it brings."""


@plugin.command("list")
@columns(COLUMNS)
@click.pass_obj
def list_(context: CliContext) -> None:
    """List plugins, and why one is off.

    $DESKCTL_PLUGINS and the table [plugins] limit what loads.

    \b
    Example:
      deskctl plugin list
    """
    context.emit(context.desk().call("plugins"), COLUMNS)


plugin.add_command(new)
plugin.add_command(check)
