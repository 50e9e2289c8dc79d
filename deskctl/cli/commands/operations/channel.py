"""`deskctl channel`."""

from __future__ import annotations

import click

from ...context import CliContext
from ...messages import _, shown
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
        shown=lambda row: "ok" if row["ok"] else "failed",
        style=lambda row: "green" if row["ok"] else "red",
        heading="result",
    ),
    field("detail", least=20),
)


@click.group("channel")
def channel() -> None:
    """List and test channels.

    Each channel has a table [channels.NAME] in config.toml.
    """


@channel.command("list")
@columns(COLUMNS)
@click.pass_obj
def list_(context: CliContext) -> None:
    """List channels with their state; off if no daemon runs.

    \b
    Example:
      deskctl channel list
    """
    context.emit(
        context.desk().call("channels"),
        COLUMNS,
        empty=_("no channels; add a table [channels.NAME] to the configuration"),
    )


@channel.command("test")
@click.argument("name", shell_complete=completer("channel"))
@click.pass_obj
def test(context: CliContext, name: str) -> int:
    """Test each configured part of a channel.

    Creates no tickets. Exits with 1 if a test fails.

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
                text = f"{visible(part['name'])}: {visible(shown(part['hint']))}"
                click.echo(_("hint: {hint}", hint=text), err=True)
    return 0 if report["ok"] else 1
