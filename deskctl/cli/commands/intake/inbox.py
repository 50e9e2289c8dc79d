"""`deskctl inbox`."""

from __future__ import annotations

import sys

import click

from ....errors import UsageError
from ...columns import aged
from ...context import CliContext
from ...execution import act_on_each
from ...name_completion import completes
from ...options import columns, dry_run
from ...options import limit as limit_option
from ...output import field
from ...style import of_delivery

COLUMNS = (
    field("id", right=True),
    field("channel"),
    aged("received_at", "received"),
    field("from", least=12),
    field("subject", least=12),
    field("state", style=lambda row: of_delivery(row["state"])),
    field("attempts", right=True, heading="tries"),
    field("reason", least=12),
)

#: Rows that a terminal gets without `--limit`.
PAGE = 1000


@click.group("inbox")
def inbox() -> None:
    """What came in and is not a message on a ticket yet.

    Every raw message is in the journal before anybody is told that the desk has it. What cannot be read is
    quarantined: kept whole, and listed here.
    """


@inbox.command("list")
@click.option("--all", "all_", is_flag=True, help="What is done or dropped, too.")
@click.option("--channel", metavar="CHANNEL", shell_complete=completes("channel"), help="Only from this channel.")
@limit_option(PAGE)
@click.option("--exit-code", is_flag=True, help="Exit with 1 when there is none.")
@columns(COLUMNS)
@click.pass_obj
def list_(context: CliContext, all_: bool, channel: str | None, limit: int | None, exit_code: bool) -> int:
    """List what waits or is quarantined.

    \b
    Examples:
      deskctl inbox list
      deskctl inbox list --all --json
    """
    from ....core.intake.queries import ListInbox

    size = context.page_size(limit, PAGE)
    found = context.ask(ListInbox(all=all_, limit=size + 1, channel=channel))
    rows = found[-size:] if all_ else found[:size]
    if not rows and channel is not None:
        from ....core.search.queries import CheckNames

        context.ask(CheckNames(channel=channel))
    context.emit(rows, COLUMNS, empty="no mail" if all_ else "no mail waits or is quarantined; --all shows the rest")
    context.say_rest(len(rows), len(rows) if rows == found else None, size)
    return 1 if exit_code and not rows else 0


@inbox.command("show")
@click.argument("id", type=int)
@click.option("--raw", is_flag=True, help="The raw bytes as they came, for a file or a pipe.")
@click.pass_obj
def show(context: CliContext, id: int, raw: bool) -> None:
    """Show one, with its envelope and its raw bytes.

    \b
    Examples:
      deskctl inbox show 7
      deskctl inbox show 7 --raw > broken.eml
    """
    import base64

    from ....core.intake.queries import ShowInbox
    from ....safe import visible_lines
    from ...output import plain
    from ...pager import page

    if raw and not context.json and sys.stdout.isatty():
        raise UsageError("raw bytes are not for a terminal", f"deskctl inbox show {id} --raw > file")
    document = context.ask(ShowInbox(id))
    context.release()
    content = base64.b64decode(document["raw_base64"])
    if raw and not context.json:
        sys.stdout.buffer.write(content)
        return
    if context.json:
        context.document({**document["row"], "envelope": document["envelope"], "raw_base64": document["raw_base64"]})
        return
    facts = {**document["row"], **{f"envelope {k}": v for k, v in document["envelope"].items()}}
    lines = [f"{name}: {plain(value)}" for name, value in facts.items() if value not in (None, [], {}, "")]
    page("\n".join([*lines, "", visible_lines(content.decode("utf-8", "replace")).rstrip("\n")]) + "\n")


@inbox.command("retry")
@click.argument("ids", type=int, nargs=-1, required=True, metavar="ID...")
@dry_run
@click.pass_obj
def retry(context: CliContext, ids: tuple[int, ...]) -> int:
    """Put quarantined messages back in line.

    \b
    Example:
      deskctl inbox retry 7
    """
    from ....core.intake.commands import RetryIntake

    return act_on_each(context, map(RetryIntake, ids))


@inbox.command("drop")
@click.argument("ids", type=int, nargs=-1, required=True, metavar="ID...")
@dry_run
@click.pass_obj
def drop(context: CliContext, ids: tuple[int, ...]) -> int:
    """Give quarantined messages up.

    \b
    Example:
      deskctl inbox drop 7 --dry-run
    """
    from ....core.intake.commands import DropIntake

    return act_on_each(context, map(DropIntake, ids))
