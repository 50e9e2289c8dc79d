"""`deskctl inbox`."""

from __future__ import annotations

import sys

import click

from ....errors import UsageError
from ...columns import age_column
from ...context import CliContext
from ...execution import run_each
from ...messages import _, heading
from ...name_completion import completer
from ...options import columns, dry_run, limit_option
from ...output import field
from ...stored_texts import stored
from ...style import delivery_style

COLUMNS = (
    field("id", right=True),
    field("channel"),
    age_column("received_at", "received"),
    field("from", least=12),
    field("subject", least=12),
    field("state", style=lambda row: delivery_style(row["state"])),
    field("attempts", right=True, heading="tries"),
    field("reason", shown=lambda row: stored(row["reason"]), least=12),
)

#: The number of rows that a terminal gets without `--limit`.
PAGE = 1000


@click.group("inbox")
def inbox() -> None:
    """Manage incoming messages that are not on a ticket yet.

    The desk stores each raw message in the journal before it accepts it from the sender. A message that it cannot
    process is quarantined: it is kept unchanged and listed here.
    """


@inbox.command("list")
@click.option("--all", "all_", is_flag=True, help="Include processed and dropped messages.")
@click.option(
    "--channel", metavar="CHANNEL", shell_complete=completer("channel"), help="Only messages of this channel."
)
@limit_option(PAGE)
@click.option("--exit-code", is_flag=True, help="Exit with 1 if the list is empty.")
@columns(COLUMNS)
@click.pass_obj
def list_(context: CliContext, all_: bool, channel: str | None, limit: int | None, exit_code: bool) -> int:
    """List waiting and quarantined messages.

    \b
    Examples:
      deskctl inbox list
      deskctl inbox list --all --json
    """
    from ....core.intake.queries import ListInbox

    size = context.page_size(limit, PAGE)
    found = context.rows(ListInbox(all=all_, limit=size + 1, channel=channel))
    rows = found if len(found) <= size else list(found)[-size:] if all_ else list(found)[:size]
    if not rows and channel is not None:
        from ....core.search.queries import CheckNames

        context.ask(CheckNames(channel=channel))
    empty = _("no messages") if all_ else _("no messages wait or are quarantined; --all includes processed ones")
    context.emit(rows, COLUMNS, empty=empty)
    context.say_rest(len(rows), len(rows) if len(rows) == len(found) else None, size)
    return 1 if exit_code and not rows else 0


@inbox.command("show")
@click.argument("id", type=int)
@click.option("--raw", is_flag=True, help="Write the raw bytes to a file or pipe.")
@click.pass_obj
def show(context: CliContext, id: int, raw: bool) -> None:
    """Show a message with its envelope and raw content.

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
        hint = _("redirect the output: deskctl inbox show {id} --raw > FILE", id=id)
        raise UsageError(_("refused to print raw bytes to a terminal"), hint)
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
    facts["reason"] = stored(document["row"].get("reason"))
    shown = {name: value for name, value in facts.items() if value not in (None, [], {}, "")}
    lines = [f"{heading(name.replace('_', ' '))}: {plain(value)}" for name, value in shown.items()]
    page("\n".join([*lines, "", visible_lines(content.decode("utf-8", "replace")).rstrip("\n")]) + "\n")


@inbox.command("retry")
@click.argument("ids", type=int, nargs=-1, required=True, metavar="ID...")
@dry_run
@click.pass_obj
def retry(context: CliContext, ids: tuple[int, ...]) -> int:
    """Process quarantined messages again.

    \b
    Example:
      deskctl inbox retry 7
    """
    from ....core.intake.commands import RetryIntake

    return run_each(context, map(RetryIntake, ids))


@inbox.command("drop")
@click.argument("ids", type=int, nargs=-1, required=True, metavar="ID...")
@dry_run
@click.pass_obj
def drop(context: CliContext, ids: tuple[int, ...]) -> int:
    """Drop quarantined messages without processing them.

    \b
    Example:
      deskctl inbox drop 7 --dry-run
    """
    from ....core.intake.commands import DropIntake

    return run_each(context, map(DropIntake, ids))
