"""`deskctl reply`."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from ....errors import ColleagueReplied, CustomerWrote
from ....safe import visible
from ...context import CliContext
from ...execution import report
from ...name_completion import completes
from ...options import dry_run
from ...text_input import given, text_options
from ...ticket_arguments import TICKET
from .editor import checked, needs_terminal
from .recipients import Edited, confirmed
from .seen import Start, show_unseen

if TYPE_CHECKING:
    from ....core.messages.commands import Reply

#: Stands for the text while everything else is checked, before an editor is opened.
_VALID = "text"
WAIT = 60  # seconds; how long `--wait` follows an outgoing message


@click.command("reply")
@click.argument("ticket", type=TICKET, metavar="TICKET")
@text_options
@click.option(
    "--status",
    type=click.Choice(["pending", "open", "hold", "solved"]),
    help="The ticket's state from now on.  [default: pending; as it is if the customer gets nothing]",
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
@click.option("--to", multiple=True, metavar="ADDRESS", help="Send it to this address alone; may be repeated.")
@click.option("--cc", "cc", multiple=True, metavar="ADDRESS", help="Send a copy; may be repeated.")
@click.option("--bcc", "bcc", multiple=True, metavar="ADDRESS", help="Send a blind copy; may be repeated.")
@click.option(
    "--via",
    metavar="CHANNEL",
    shell_complete=completes("channel"),
    help="Answer on another channel; mail then quotes what was said so far.",
)
@click.option("--no-cc", is_flag=True, help="Send no copies but those of --cc.")
@click.option("--accept-recipients", is_flag=True, help="Accept the new Reply-To and Cc that `show` warns of.")
@click.option("--insert", multiple=True, metavar="REFERENCE", help="Put in what a plugin has, as in kb:3; repeatable.")
@click.option("--kb", multiple=True, metavar="ARTICLE", help="Put in an article: --kb 3 is --insert kb:3; repeatable.")
@click.option("--wait", is_flag=True, help="Send at once and wait until it is sent; no undo.")
@click.option("--force", is_flag=True, help="Send even if you have not seen everything.")
@click.option("--yes", is_flag=True, help="Do not ask about recipients who are new since the last reply.")
@dry_run
@click.pass_obj
def reply(
    context: CliContext,
    ticket: int,
    message: str | None,
    file: str | None,
    status: str | None,
    attach: tuple[str, ...],
    to: tuple[str, ...],
    cc: tuple[str, ...],
    bcc: tuple[str, ...],
    via: str | None,
    no_cc: bool,
    accept_recipients: bool,
    insert: tuple[str, ...],
    kb: tuple[str, ...],
    wait: bool,
    force: bool,
    yes: bool,
) -> int:
    """Answer the customer.

    The text comes from -m, a file, standard input (-), or your editor. The answer stays in the outbox for a few
    seconds, during which `deskctl undo` takes it back.

    Nothing is sent, and the new words are printed, if the customer wrote or changed something, or a colleague replied,
    that you have not seen. What `deskctl show` or the editor showed you counts as seen; if the ticket was never shown
    to you, what was there when the command started does. --force sends it anyway.

    A text that is not sent is kept as a draft: see `deskctl draft`.

    It leaves on the channel where the customer wrote last; --via names another one, and the customer's address
    there is found by itself.

    `deskctl show` says who gets it, and so do the To: and Cc: lines above the text in the editor, where they can be
    changed. At a terminal you are asked before it goes to anyone who did not get the last reply. With --to somebody
    else is answered alone: the customer still waits, and the ticket's state stays.

    With --wait the exit code is 0 when it was sent, 1 when it failed or nobody knows, and 6 when it still waits in
    the outbox.

    \b
    Examples:
      deskctl reply 42 -m "We are on it." --wait
      deskctl reply 42 answer.txt --status solved
      deskctl reply 42 -m "Here is the form." -a form.pdf --cc boss@example.org
      deskctl reply 42 --to supplier@example.net -m "When can you deliver part 7?"
      deskctl reply 42 --via support -m "Continuing by mail."
      deskctl reply 42 --kb 3 -m "This should help:"
      deskctl reply 42
    """
    from ....core.messages.commands import Reply
    from .composition import author
    from .ticket_editor import say_others, ticket_in_editor

    with author(context, "reply", ticket) as writing:
        start = Start.of(context, ticket, message, file)
        if writing.again is None or message is not None or file is not None:
            writing.text = given(message, file)
        start.check()
        files: tuple[tuple[str, str, str], ...] = ()
        if attach:
            from .attachment_files import attached

            files = attached(attach)
        references = (*insert, *(f"kb:{article}" for article in kb))
        inserts = [_inserted(context, ticket, reference) for reference in references]
        command = Reply(
            ticket,
            _VALID,
            status=status,
            force=force,
            at_once=wait,
            cc=cc,
            bcc=bcc,
            files=files,
            via=via,
            to=to or None,
            inserted=references,
            no_cc=no_cc,
            accept_recipients=accept_recipients,
        )
        if writing.text is None and not inserts:
            needs_terminal()
            facts = checked(context, replace(command, force=True))["facts"]
            recipients = (facts["to"], facts["cc"]) if facts["mail"] else None
            try:
                writing.text = ticket_in_editor(context, ticket, writing, reply=True, recipients=recipients)
            finally:
                command = _as_addressed(command, writing.addressed)
        else:
            writing.known = start.known(writing.again)
            say_others(start.composing, start.agent, start.timezone)
        text = "\n\n".join(part for part in ((writing.text or "").rstrip(), *inserts) if part)
        try:
            final = confirmed(context, replace(command, text=text, known=writing.known), yes=yes)
            outcome = context.execute(final)
        except (CustomerWrote, ColleagueReplied):
            show_unseen(context, ticket, start.agent, dict(writing.known or ()))
            raise
    for warning in () if context.json else outcome["facts"].get("warnings", ()):
        sys.stderr.write(f"warning: {visible(warning)}\n")
    if not wait or context.dry_run or outcome["facts"].get("outbox") is None:
        served = context.desk().info.daemon
        context.release()
        report(context, outcome)
        if not context.dry_run:
            context.say(_when(outcome["facts"].get("undo_seconds", 0), served))
        return 0
    from ..delivery.delivery_wait import follow

    row = follow(context, outcome["facts"]["outbox"], WAIT)
    context.release()
    if context.json:
        context.document({**outcome, "delivery": row})
    else:
        report(context, outcome)
    return _judge(context, row)


def _as_addressed(command: Reply, edited: Edited | None) -> Reply:
    """The reply with the recipients that stand above its text, which a draft of it keeps, too."""
    if edited is None:
        return command
    options = click.get_current_context().params
    options["to"], options["cc"] = (edited.to,), (edited.cc,) if edited.cc else ()
    return replace(command, to=options["to"], cc=options["cc"])


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


def _judge(context: CliContext, row: dict[str, object]) -> int:
    """Say how the delivery stands; the exit code of `--wait`."""
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
