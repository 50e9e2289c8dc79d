"""`deskctl channel`."""

from __future__ import annotations

import click

from ...context import CliContext
from ...name_completion import completer
from ...options import columns
from ...output import Column, field

COLUMNS = (
    field("name"),
    field("kind"),
    field("address", least=12),
    field("team"),
    field("receives"),
    field("sends"),
    field(
        "state", style=lambda row: {"running": "green", "backoff": "yellow", "stopped": "red"}.get(row["state"], "dim")
    ),
)

PARTS = (
    field("name", heading="part"),
    Column(
        "ok",
        lambda row: row["ok"],
        shown=lambda row: "fine" if row["ok"] else "fails",
        style=lambda row: "green" if row["ok"] else "red",
        heading="result",
    ),
    field("detail", least=20),
)


@click.group("channel")
def channel() -> None:
    """Channels: how customers reach the desk.

    They are configured in config.toml, each in a table [channels.NAME].
    """


@channel.command("list")
@columns(COLUMNS)
@click.pass_obj
def list_(context: CliContext) -> None:
    """List channels and how they are; off when no daemon runs.

    \b
    Example:
      deskctl channel list
    """
    context.emit(
        context.desk().call("channels"),
        COLUMNS,
        empty="no channels are configured; add a [channels.NAME] table to the configuration",
    )


@channel.command("test")
@click.argument("name", shell_complete=completer("channel"))
@click.pass_obj
def test(context: CliContext, name: str) -> int:
    """Try each configured part of a channel, and say which fails.

    Never makes a ticket. Exits with 1 when something fails.

    \b
    Example:
      deskctl channel test support
    """
    from ....safe import visible

    report = context.desk().call("channel_test", name=name)
    context.release()
    if context.json:
        context.document(report)
    else:
        context.emit(report["parts"], PARTS)
        for part in report["parts"]:
            if part["hint"] and not part["ok"]:
                click.echo(f"hint: {visible(part['name'])}: {visible(part['hint'])}", err=True)
    return 0 if report["ok"] else 1
