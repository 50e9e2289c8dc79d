"""`deskctl doctor`."""

from __future__ import annotations

import sys

import click

from ..context import CliContext
from ..output import Column, field

_STYLE = {"fine": "green", "note": "yellow", "finding": "red"}

COLUMNS = (
    field("check"),
    Column("state", lambda row: row["state"], style=lambda row: _STYLE[row["state"]]),
    field("detail", least=24),
)


@click.command("doctor")
@click.pass_obj
def doctor(context: CliContext) -> int:
    """Say what is wrong, and the command that mends it.

    Looks at the configuration, permissions, plugins, the store, the daemon and its channels, waiting mail, disk and
    clock; changes nothing. Exits with 1 when there is a finding; a note is worth knowing and no fault.

    \b
    Example:
      deskctl doctor
    """
    from ...safe import visible
    from ..examine import examine

    rows = examine(context)
    context.release()
    findings = [row for row in rows if row["state"] == "finding"]
    if context.json:
        for row in rows:
            context.document(row)
        return 1 if findings else 0
    context.emit(rows, COLUMNS)
    sys.stdout.flush()
    for row in rows:
        if row["state"] != "fine" and row["mend"]:
            sys.stderr.write(f"{visible(row['check'])}: {visible(row['mend'])}\n")
    return 1 if findings else 0
