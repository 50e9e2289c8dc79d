"""`deskctl doctor`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from ....safe import visible
from ...context import CliContext
from ...messages import shown
from ...output import GAP, Column, field, terminal_width
from ...width import wrap

if TYPE_CHECKING:
    from .checks import Finding

_STYLE = {"fine": "green", "note": "yellow", "finding": "red", "": ""}

COLUMNS = (
    field("check"),
    Column("state", lambda row: row["state"], style=lambda row: _STYLE[row["state"]]),
    field("detail", least=24),
)


def _wrapped(rows: Sequence[Finding]) -> Iterator[Finding]:
    """Yield the rows with long details split over several rows, so that no finding is cut."""
    before = sum(max(len(row[key]) for row in rows) + len(GAP) for key in ("check", "state"))
    for row in rows:
        first, *more = list(wrap(visible(shown(row["detail"])), max(terminal_width() - before, 24))) or [""]
        yield {**row, "detail": first}
        for line in more:
            yield {**row, "check": "", "state": "", "detail": line}


@click.command("doctor")
@click.option("--offline", is_flag=True, help="Skip tests that connect to mail servers and other services.")
@click.pass_obj
def doctor(context: CliContext, offline: bool) -> int:
    """Find problems and show the command that repairs each.

    Checks the configuration, permissions, plugins, the store, the daemon, waiting mail, disk space and the clock, and
    tests the connections of each channel. Changes nothing. Exits with 1 if there is a finding; notes do not count.

    \b
    Examples:
      deskctl doctor
      deskctl doctor --offline --json
    """
    from .checks import run_checks

    rows = run_checks(context, offline=offline)
    context.release()
    findings = [row for row in rows if row["state"] == "finding"]
    if context.json:
        for row in rows:
            context.document(row)
        return 1 if findings else 0
    context.emit(list(_wrapped(rows)) if sys.stdout.isatty() else rows, COLUMNS)
    sys.stdout.flush()
    for row in rows:
        if row["state"] != "fine" and row["mend"]:
            sys.stderr.write(f"{visible(row['check'])}: {visible(shown(row['mend']))}\n")
    return 1 if findings else 0
