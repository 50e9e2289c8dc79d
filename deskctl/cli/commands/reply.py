"""`deskctl reply`."""

from __future__ import annotations

import sys

import click

from ...errors import Refused
from ..acting import report
from ..completing import completes
from ..context import CliContext
from ..options import dry_run
from ..tickets import TICKET
from ..words import given, text_options

WAIT = 60  # seconds; how long `--wait` follows an outgoing message


@click.command("reply")
@click.argument("ticket", type=TICKET, metavar="TICKET")
@text_options
@click.option(
    "--status",
    type=click.Choice(["pending", "open", "hold", "solved"]),
    default="pending",
    show_default=True,
    help="The ticket's state from now on.",
)
@click.option(
    "-a",
    "--attach",
    "attach",
    multiple=True,
    metavar="FILE",
    type=click.Path(),
    help="Attach a file; may be repeated. 20 MB in all.",
)
@click.option("--cc", "cc", multiple=True, metavar="ADDRESS", help="Send a copy; may be repeated.")
@click.option("--bcc", "bcc", multiple=True, metavar="ADDRESS", help="Send a blind copy; may be repeated.")
@click.option(
    "--via",
    metavar="CHANNEL",
    shell_complete=completes("channel"),
    help="Answer on another channel; mail then quotes what was said so far.",
)
@click.option("--to", metavar="ADDRESS", help="Which of the customer's addresses gets it.")
@click.option("--insert", multiple=True, metavar="REFERENCE", help="Put in what a plugin has, as in kb:3; repeatable.")
@click.option("--kb", multiple=True, metavar="ARTICLE", help="Put in an article: --kb 3 is --insert kb:3; repeatable.")
@click.option("--wait", is_flag=True, help="Send at once and wait until it is sent; no undo.")
@click.option("--force", is_flag=True, help="Send even if the customer wrote meanwhile.")
@dry_run
@click.pass_obj
def reply(
    context: CliContext,
    ticket: int,
    message: str | None,
    file: str | None,
    status: str,
    attach: tuple[str, ...],
    cc: tuple[str, ...],
    bcc: tuple[str, ...],
    via: str | None,
    to: str | None,
    insert: tuple[str, ...],
    kb: tuple[str, ...],
    wait: bool,
    force: bool,
) -> int:
    """Answer the customer.

    The text comes from -m, a file, standard input (-), or your editor. The answer stays in the outbox for a few
    seconds, during which `deskctl undo` takes it back. If the customer wrote something that you have not been
    shown, nothing is sent and their message is printed.

    It leaves on the channel where the customer wrote last; --via names another one, and the customer's address
    there is found by itself.

    With --wait the exit code is 0 when it was sent, 1 when it failed or nobody knows, and 6 when it still waits in
    the outbox.

    \b
    Examples:
      deskctl reply 42 -m "We are on it." --wait
      deskctl reply 42 answer.txt --status solved
      deskctl reply 42 -m "Here is the form." -a form.pdf --cc boss@example.org
      deskctl reply 42 --via support -m "Continuing by mail."
      deskctl reply 42 --kb 3 -m "This should help:"
      deskctl reply 42
    """
    from ...core.commands.tickets import Reply

    files: tuple[tuple[str, str, str], ...] = ()
    if attach:
        from ..files import attached

        files = attached(attach)
    references = (*insert, *(f"kb:{article}" for article in kb))
    inserts = [_inserted(context, ticket, reference) for reference in references]
    text = "" if inserts and message is None and file is None else given(message, file)
    seen: int | None
    if text is None:
        from ..composing import ticket_in_editor

        text, seen = ticket_in_editor(context, ticket)
    else:
        seen = _seen(context, ticket)
    command = Reply(
        ticket,
        "\n\n".join(part for part in (text.rstrip(), *inserts) if part),
        seen=seen,
        status=status,
        force=force,
        at_once=wait,
        cc=cc,
        bcc=bcc,
        files=files,
        via=via,
        to=to,
        inserted=references,
    )
    try:
        outcome = context.execute(command)
    except Refused:
        _show_newer(context, ticket, seen)
        raise
    if not wait or context.dry_run or outcome["facts"].get("outbox") is None:
        served = context.desk().info.daemon
        context.release()
        report(context, outcome)
        if not context.dry_run:
            context.say(_when(outcome["facts"].get("undo_seconds", 0), served))
        return 0
    from ..following import follow

    row = follow(context, outcome["facts"]["outbox"], WAIT)
    context.release()
    if context.json:
        context.document({**outcome, "delivery": row})
    else:
        report(context, outcome)
    return _judge(context, row)


def _inserted(context: CliContext, ticket: int, reference: str) -> str:
    """The words that a plugin has under a reference. Raises Refused for what is not the customer's to see."""
    found: dict[str, str] = context.desk().call("insert", reference=reference, ticket=ticket)
    return found["text"].strip()


def _when(seconds: float, served: bool) -> str:
    """When the answer leaves, and how long it can be taken back."""
    back = "deskctl undo takes it back"
    if not served:
        return f"no daemon runs: it goes out when deskctl daemon run is started; until then {back}"
    return f"goes out in {seconds:g} s; {back}" if seconds else "goes out now"


def _seen(context: CliContext, ticket: int) -> int | None:
    """The newest customer message that the author knows of: what `show` recorded, else the newest there is now."""
    from ...core.queries.lookups import Seen

    agent = context.agent or context.desk().info.agent
    if agent is None:
        return None
    mark = context.ask(Seen(ticket, agent))
    seen: int = mark["newest"] if mark["seen"] is None else mark["seen"]
    return seen


def _show_newer(context: CliContext, ticket: int, seen: int | None) -> None:
    """What the customer wrote meanwhile, on standard error."""
    from ...core.queries.tickets import ShowTicket
    from ..output import terminal_width
    from ..thread import Screen, body

    desk = context.desk()
    document, timezone = desk.ask(ShowTicket(ticket)), desk.info.timezone
    context.release()
    screen = Screen(width=terminal_width(), timezone=timezone, color=False)
    for message in document["messages"]:
        if seen is not None and message["kind"] == "in" and message["id"] > seen:
            sys.stderr.write(f"── {screen.moment(message['sent_at'])}\n" + "\n".join(body(message, screen)) + "\n\n")


def _judge(context: CliContext, row: dict[str, object]) -> int:
    """Say how the delivery stands; the exit code of `--wait`."""
    from ...safe import visible

    error = visible(str(row["last_error"])) if row["last_error"] else ""
    state = row["state"]
    if state == "sent":
        context.say("sent")
        return 0
    if state in ("failed", "uncertain", "cancelled"):
        because = f": {error}" if error else ""
        sys.stderr.write(f"error: the message is {state}{because}\nhint: deskctl outbox show {row['id']}\n")
        return 1
    because = f" ({error})" if error else ""
    sys.stderr.write(
        f"error: not sent yet{because}; the message waits in the outbox\n"
        f"hint: deskctl daemon run sends it; deskctl outbox show {row['id']} tells how it stands\n"
    )
    return 6
