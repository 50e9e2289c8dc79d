"""`deskctl outbox`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ...columns import aged
from ...context import ALL, CliContext
from ...execution import act_on_each
from ...options import columns, dry_run
from ...options import limit as limit_option
from ...output import field
from ...style import of_delivery
from ...ticket_arguments import TICKET

if TYPE_CHECKING:
    from ....core.delivery.views import DeliveryRow, OutboxDocument

COLUMNS = (
    field("id", right=True),
    field("ticket", right=True),
    field("to", least=16),
    field("state", style=lambda row: of_delivery(row["state"])),
    field("attempts", right=True, heading="tries"),
    aged("next_attempt_at", "next try"),
    field("last_error", least=12),
    field("message_id", extra=True),
)

#: Rows that a terminal gets without `--limit`.
PAGE = 1000


@click.group("outbox")
def outbox() -> None:
    """What is to leave the desk.

    queued and retry are sent by the daemon when their time has come; uncertain left, but no answer came: it is
    never sent again unless a person says so.
    """


@outbox.command("list")
@click.option("--all", "all_", is_flag=True, help="What was sent or cancelled, too.")
@click.option("--ticket", type=TICKET, metavar="TICKET", help="Only of this ticket.")
@click.option(
    "--state",
    type=click.Choice(["queued", "claimed", "sending", "sent", "retry", "uncertain", "failed", "cancelled"]),
    help="Only in this state.",
)
@limit_option(PAGE)
@click.option("--exit-code", is_flag=True, help="Exit with 1 when there is none.")
@columns(COLUMNS)
@click.pass_obj
def list_(
    context: CliContext, all_: bool, ticket: int | None, state: str | None, limit: int | None, exit_code: bool
) -> int:
    """List what has not been sent yet.

    \b
    Examples:
      deskctl outbox list
      deskctl outbox list --state failed
      deskctl outbox list --state uncertain --json
    """
    from ....core.delivery.queries import ListOutbox

    size = context.page_size(limit, PAGE)
    found = context.ask(ListOutbox(all=all_, state=state, ticket=ticket, limit=size + 1))
    rows = found[-size:]
    waiting = not (all_ or state)
    context.emit(rows, COLUMNS, empty="nothing waits to be sent; --all shows what was" if waiting else "no messages")
    context.say_rest(len(rows), len(rows) if rows == found else None, size)
    return 1 if exit_code and not rows else 0


@outbox.command("show")
@click.argument("id", type=int)
@click.pass_obj
def show(context: CliContext, id: int) -> None:
    """Show one whole: how often it was tried, when it is tried next, and what came back.

    \b
    Example:
      deskctl outbox show 7
    """
    from ....core.delivery.queries import ShowOutbox
    from ....safe import visible_lines
    from ...output import plain
    from ...pager import page
    from ..tickets.ticket_view import size

    document = context.ask(ShowOutbox(id))
    context.release()
    if context.json:
        context.document(document)
        return
    told = ("text", "attachments", "bounces", "deliveries")
    facts = {name: value for name, value in document.items() if name not in told and value not in (None, [], "")}
    lines = [f"{name.replace('_', ' ')}: {plain(value)}" for name, value in facts.items()]
    lines += _schedule(document)
    lines += [
        f"came back: {each['at']} {'for good' if each['permanent'] else 'only late'} {each['status'] or ''}".rstrip()
        for each in document["bounces"]
    ]
    lines += [_recipient(each) for each in document["deliveries"]]
    lines += [f"attachment: {plain(file['filename'])}, {size(file['size'])}" for file in document["attachments"]]
    page("\n".join([*lines, "", visible_lines(document["text"]).rstrip("\n")]) + "\n")


def _recipient(each: DeliveryRow) -> str:
    """What became of it for one recipient."""
    from ....core.delivery.failure_texts import said, why
    from ...output import plain

    words = [f"recipient: {plain(each['address'])} ({each['field']})", each["state"]]
    if each["reason_class"] is not None:
        words.append(why("en", each["reason_class"]))
    answer = said(each["status"], each["reason"])
    return " · ".join([*words, *([plain(answer)] if answer else [])])


def _schedule(document: OutboxDocument) -> list[str]:
    """How long it waits after each further failure."""
    from ....core.delivery.model import RETRY_AFTER
    from ...times import span

    if document["gives_up_at"] is None:
        return []
    left = RETRY_AFTER[document["attempts"] :] or RETRY_AFTER[-1:]
    waits = [span(wait.total_seconds()) for wait in left]
    return [f"if it fails, tried again after: {', '.join(waits)}, and so on"]


@outbox.command("retry")
@click.argument("ids", type=int, nargs=-1, metavar="ID...")
@click.option("--all", "all_", is_flag=True, help="All that failed or wait for another try; not uncertain ones.")
@dry_run
@click.pass_obj
def retry(context: CliContext, ids: tuple[int, ...], all_: bool) -> int:
    """Send failed, waiting or uncertain messages again, now.

    An uncertain message may have arrived: the customer then gets it twice. That is why --all leaves those out.

    \b
    Examples:
      deskctl outbox retry 7
      deskctl outbox retry --all
    """
    from ....core.delivery.commands import RetryOutbox
    from ....core.delivery.queries import ListOutbox
    from ....errors import UsageError

    if bool(ids) == all_:
        what = "--all and numbers exclude each other" if ids else "no message is named"
        raise UsageError(what, "deskctl outbox retry 7, or --all")
    if all_:
        states = ("failed", "retry")
        rows = [row for state in states for row in context.ask(ListOutbox(state=state, limit=ALL))]
        ids = tuple(sorted(row["id"] for row in rows))
        if not ids:
            context.release()
            context.say("no message failed or waits for another try")
    return act_on_each(context, map(RetryOutbox, ids))


@outbox.command("cancel")
@click.argument("ids", type=int, nargs=-1, required=True, metavar="ID...")
@dry_run
@click.pass_obj
def cancel(context: CliContext, ids: tuple[int, ...]) -> int:
    """Do not send what is still waiting.

    \b
    Example:
      deskctl outbox cancel 7
    """
    from ....core.delivery.commands import CancelOutbox

    return act_on_each(context, map(CancelOutbox, ids))
