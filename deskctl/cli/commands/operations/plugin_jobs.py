"""`deskctl plugin jobs`."""

from __future__ import annotations

import click

from ...context import CliContext
from ...options import columns
from ...output import Column, field

_STYLES = {"waiting": "dim", "running": "green", "failed": "red"}

COLUMNS = (
    field("id"),
    field("automation"),
    field("ticket"),
    field("kind", heading="event"),
    Column("state", lambda row: row["state"], style=lambda row: _STYLES[row["state"]]),
    field("attempts"),
    field("due_at", extra=True),
    field("claimed_at", extra=True),
    field("plugin", extra=True),
    field("event", extra=True),
    field("last_error", least=16),
)


@click.command("jobs")
@click.option("--retry", "again", metavar="ID", type=int, help="Try this job again from the beginning.")
@click.option("--drop", metavar="ID", type=int, help="Let this job go without being done.")
@columns(COLUMNS)
@click.pass_obj
def jobs(context: CliContext, again: int | None, drop: int | None) -> None:
    """List work for automations that waits, runs or has failed.

    A job is tried five times; what failed stays until it is tried again or dropped.

    \b
    Example:
      deskctl plugin jobs
    """
    from ....errors import UsageError

    if again is not None and drop is not None:
        raise UsageError("--retry and --drop at once", "give one of them")
    number = again if again is not None else drop
    if number is None:
        context.emit(context.desk().call("jobs"), COLUMNS, empty="no jobs wait or failed")
        return
    done = context.desk().call("job_retry" if again is not None else "job_drop", job=number)
    context.release()
    if context.json:
        context.document(done)
    else:
        context.say(f"job {number} is tried again" if again is not None else f"job {number} is dropped")
