"""`deskctl outbox`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ...columns import age_column
from ...context import ALL, CliContext
from ...execution import run_each
from ...messages import _, heading
from ...options import columns, dry_run, limit_option
from ...output import field
from ...stored_texts import stored
from ...style import delivery_style
from ...ticket_arguments import TICKET

if TYPE_CHECKING:
    from ....core.delivery.views import DeliveryRow, OutboxDocument

COLUMNS = (
    field("id", right=True),
    field("ticket", right=True),
    field("to", least=16),
    field("state", style=lambda row: delivery_style(row["state"])),
    field("attempts", right=True, heading="tries"),
    age_column("next_attempt_at", "next try"),
    field("last_error", shown=lambda row: stored(row["last_error"]), least=12),
    field("message_id", extra=True),
)

#: The number of rows that a terminal gets without `--limit`.
PAGE = 1000


@click.group("outbox")
def outbox() -> None:
    """Manage outgoing messages.

    The daemon sends messages in the states queued and retry when they are due. An uncertain message was sent, but the
    server did not answer; only `outbox retry` sends it again.
    """


@outbox.command("list")
@click.option("--all", "all_", is_flag=True, help="Include sent and cancelled messages.")
@click.option("--ticket", type=TICKET, metavar="TICKET", help="Only messages of this ticket.")
@click.option(
    "--state",
    type=click.Choice(["queued", "claimed", "sending", "sent", "retry", "uncertain", "failed", "cancelled"]),
    help="Only messages in this state.",
)
@limit_option(PAGE)
@click.option("--exit-code", is_flag=True, help="Exit with 1 if the list is empty.")
@columns(COLUMNS)
@click.pass_obj
def list_(
    context: CliContext, all_: bool, ticket: int | None, state: str | None, limit: int | None, exit_code: bool
) -> int:
    """List messages that have not been sent.

    \b
    Examples:
      deskctl outbox list
      deskctl outbox list --state failed
      deskctl outbox list --state uncertain --json
    """
    from ....core.delivery.queries import ListOutbox

    size = context.page_size(limit, PAGE)
    found = context.rows(ListOutbox(all=all_, state=state, ticket=ticket, limit=size + 1))
    rows = found if len(found) <= size else list(found)[-size:]
    waiting = not (all_ or state)
    empty = _("no messages wait; --all includes sent ones") if waiting else _("no messages")
    context.emit(rows, COLUMNS, empty=empty)
    context.say_rest(len(rows), len(rows) if len(rows) == len(found) else None, size)
    return 1 if exit_code and not rows else 0


@outbox.command("show")
@click.argument("id", type=int)
@click.pass_obj
def show(context: CliContext, id: int) -> None:
    """Show a message with its delivery attempts, retry times and bounces.

    \b
    Example:
      deskctl outbox show 7
    """
    from ....core.delivery.queries import ShowOutbox
    from ....safe import visible_lines
    from ...output import plain
    from ...pager import page
    from ...screen import format_size

    document = context.ask(ShowOutbox(id))
    context.release()
    if context.json:
        context.document(document)
        return
    separate = ("text", "attachments", "bounces", "deliveries")
    facts = {name: value for name, value in document.items() if name not in separate and value not in (None, [], "")}
    if document["last_error"]:
        facts["last_error"] = stored(document["last_error"])
    lines = [f"{heading(name.replace('_', ' '))}: {plain(value)}" for name, value in facts.items()]
    lines += _retry_schedule(document)
    for bounce in document["bounces"]:
        status = f" {bounce['status']}" if bounce["status"] else ""
        kind = _("permanent failure") if bounce["permanent"] else _("delay")
        lines.append(_("bounce: {time} {kind}", time=bounce["at"], kind=kind) + status)
    lines += [_recipient(each) for each in document["deliveries"]]
    lines += [
        _("attachment: {file}, {size}", file=plain(file["filename"]), size=format_size(file["size"]))
        for file in document["attachments"]
    ]
    page("\n".join([*lines, "", visible_lines(document["text"]).rstrip("\n")]) + "\n")


def _recipient(each: DeliveryRow) -> str:
    """Return a line on the delivery to one recipient."""
    from ....core.delivery.failure_texts import reason_text, server_answer
    from ....i18n import preferred, shell_languages
    from ...output import plain

    facts = [_("recipient: {address} ({field})", address=plain(each["address"]), field=each["field"]), each["state"]]
    if each["reason_class"] is not None:
        facts.append(reason_text(preferred(*shell_languages()), each["reason_class"]))
    answer = server_answer(each["status"], each["reason"])
    return " · ".join([*facts, *([plain(answer)] if answer else [])])


def _retry_schedule(document: OutboxDocument) -> list[str]:
    """Return a line with the waiting times after further failures, if there are any."""
    from ....core.delivery.model import RETRY_AFTER
    from ...times import format_duration

    if document["gives_up_at"] is None:
        return []
    left = RETRY_AFTER[document["attempts"] :] or RETRY_AFTER[-1:]
    waits = ", ".join(format_duration(wait.total_seconds()) for wait in left)
    return [_("after a failure, retried in: {times}, …", times=waits)]


@outbox.command("retry")
@click.argument("ids", type=int, nargs=-1, metavar="ID...")
@click.option("--all", "all_", is_flag=True, help="Retry all failed and waiting messages, but not uncertain ones.")
@dry_run
@click.pass_obj
def retry(context: CliContext, ids: tuple[int, ...], all_: bool) -> int:
    """Send failed, waiting or uncertain messages again now.

    An uncertain message may have arrived, and the customer would get it twice. --all therefore leaves these out.

    \b
    Examples:
      deskctl outbox retry 7
      deskctl outbox retry --all
    """
    from ....core.delivery.commands import RetryOutbox
    from ....core.delivery.queries import ListOutbox
    from ....errors import UsageError

    if bool(ids) == all_:
        what = _("ids and --all exclude each other") if ids else _("missing message id")
        raise UsageError(what, _("pass ids from deskctl outbox list, or --all"))
    if all_:
        states = ("failed", "retry")
        rows = [row for state in states for row in context.ask(ListOutbox(state=state, limit=ALL))]
        ids = tuple(sorted(row["id"] for row in rows))
        if not ids:
            context.release()
            context.say(_("no failed or waiting messages"))
    return run_each(context, map(RetryOutbox, ids))


@outbox.command("cancel")
@click.argument("ids", type=int, nargs=-1, required=True, metavar="ID...")
@dry_run
@click.pass_obj
def cancel(context: CliContext, ids: tuple[int, ...]) -> int:
    """Cancel messages that have not been sent.

    \b
    Example:
      deskctl outbox cancel 7
    """
    from ....core.delivery.commands import CancelOutbox

    return run_each(context, map(CancelOutbox, ids))
