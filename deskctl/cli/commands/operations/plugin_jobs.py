"""`deskctl plugin jobs`."""

from __future__ import annotations

import click

from ...context import CliContext
from ...messages import _
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
@click.option("--retry", metavar="ID", type=int, help="Retry a failed job, with all attempts again.")
@click.option("--drop", metavar="ID", type=int, help="Delete a job without running it.")
@columns(COLUMNS)
@click.pass_obj
def jobs(context: CliContext, retry: int | None, drop: int | None) -> None:
    """List the waiting, running and failed jobs of automations and actions.

    The daemon tries a job five times. A failed job stays until it is retried or dropped.

    \b
    Example:
      deskctl plugin jobs
    """
    from ....errors import UsageError

    if retry is not None and drop is not None:
        raise UsageError(_("--retry and --drop exclude each other"))
    number = retry if retry is not None else drop
    if number is None:
        context.emit(context.desk().call("jobs"), COLUMNS, empty=_("no jobs"))
        return
    done = context.desk().call("job_retry" if retry is not None else "job_drop", job=number)
    context.release()
    if context.json:
        context.document(done)
    elif retry is not None:
        context.say(_("job {number} will be retried", number=number))
    else:
        context.say(_("dropped job {number}", number=number))
