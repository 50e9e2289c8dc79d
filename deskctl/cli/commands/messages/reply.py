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
from ...messages import _, shown
from ...name_completion import completer
from ...options import dry_run
from ...text_input import read_text, text_options
from ...ticket_arguments import TICKET
from .editor import dry_run_command, require_terminal
from .recipients import EditedRecipients, confirm_recipients
from .seen import SeenState, print_unseen
from .text_command import TextCommand

if TYPE_CHECKING:
    from ....core.messages.commands import Reply

#: Replaces the text while a dry run checks the other options, before the editor opens.
_PLACEHOLDER = "text"
#: The maximum time in seconds that `--wait` waits for the delivery.
MAX_WAIT = 60


@click.command("reply", cls=TextCommand)
@click.argument("ticket", type=TICKET, metavar="TICKET")
@text_options
@click.option(
    "--status",
    type=click.Choice(["pending", "open", "hold", "solved"]),
    help="New status of the ticket.  [default: pending; unchanged if the customer gets no mail]",
)
@click.option(
    "-a",
    "--attach",
    "attach",
    multiple=True,
    metavar="FILE",
    type=click.Path(),
    help="Attach a file; may be repeated. Maximum 20 MB in total.",
)
@click.option("--to", multiple=True, metavar="ADDRESS", help="Send only to this address; may be repeated.")
@click.option("--cc", "cc", multiple=True, metavar="ADDRESS", help="Send a copy; may be repeated.")
@click.option("--bcc", "bcc", multiple=True, metavar="ADDRESS", help="Send a blind copy; may be repeated.")
@click.option(
    "--via",
    metavar="CHANNEL",
    shell_complete=completer("channel"),
    help="Reply on another channel; a reply by mail then quotes the conversation.",
)
@click.option("--no-cc", is_flag=True, help="Send no copies except those of --cc.")
@click.option("--accept-recipients", is_flag=True, help="Accept the new Reply-To and Cc that `show` warns about.")
@click.option(
    "--insert", multiple=True, metavar="REFERENCE", help="Insert a text of a plugin, for example kb:3; may be repeated."
)
@click.option(
    "--kb", multiple=True, metavar="ARTICLE", help="Insert an article: --kb 3 is --insert kb:3; may be repeated."
)
@click.option("--wait", is_flag=True, help="Send immediately and wait for the delivery; undo is not possible.")
@click.option("--force", is_flag=True, help="Send even if there are messages that you have not seen.")
@click.option("--yes", is_flag=True, help="Skip the confirmation of recipients who are new since the last reply.")
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
    """Reply to the customer.

    The text comes from -m, a file, standard input (-), or your editor. The reply stays in the outbox for a few seconds,
    during which `deskctl undo` withdraws it.

    If the customer wrote or edited a message, or a colleague replied, and you have not seen it, nothing is sent and the
    command prints the new messages. Messages that `deskctl show` or the editor has shown you count as seen; if you have
    never seen the ticket, those at the start of the command do. --force sends the reply anyway.

    A text that is not sent is kept as a draft; see `deskctl draft`.

    The reply goes to the channel where the customer wrote last. --via selects another channel and finds the customer's
    address there.

    `deskctl show` shows the recipients. The editor has them in To: and Cc: lines above the text, where you can change
    them. On a terminal the command asks for confirmation before it sends to someone who did not get the last reply.
    With --to, only that address gets the reply; the customer still waits, and the status does not change.

    With --wait the exit code is 0 if the reply is sent, 1 if it failed or its delivery is uncertain, and 6 if it still
    waits in the outbox.

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
    from .composition import keep_draft_on_failure
    from .ticket_editor import edit_with_thread, print_other_composers

    with keep_draft_on_failure(context, "reply", ticket) as composition:
        seen = SeenState.load(context, ticket, message, file)
        if composition.draft is None or message is not None or file is not None:
            composition.text = read_text(message, file)
        seen.check()
        files: tuple[tuple[str, str, str], ...] = ()
        if attach:
            from .attachment_files import read_attachments

            files = read_attachments(attach)
        references = (*insert, *(f"kb:{article}" for article in kb))
        inserts = [_inserted(context, ticket, reference) for reference in references]
        command = Reply(
            ticket,
            _PLACEHOLDER,
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
        if composition.text is None and not inserts:
            require_terminal()
            facts = dry_run_command(context, replace(command, force=True)).facts
            recipients = (facts["to"], facts["cc"]) if facts["mail"] else None
            try:
                composition.text = edit_with_thread(context, ticket, composition, reply=True, recipients=recipients)
            finally:
                command = _with_recipients(command, composition.recipients)
        else:
            composition.known = seen.known_versions(composition.draft)
            print_other_composers(seen.composing, seen.agent, seen.timezone)
        text = "\n\n".join(part for part in ((composition.text or "").rstrip(), *inserts) if part)
        try:
            final = confirm_recipients(context, replace(command, text=text, known=composition.known), yes=yes)
            outcome = context.execute(final)
        except (CustomerWrote, ColleagueReplied):
            print_unseen(context, ticket, seen.agent, dict(composition.known or ()))
            raise
    for warning in () if context.json else outcome.facts.get("warnings", ()):
        sys.stderr.write(_("warning: {text}", text=visible(shown(warning))) + "\n")
    if not wait or context.dry_run or outcome.facts.get("outbox") is None:
        has_daemon = context.desk().info.daemon
        context.release()
        report(context, outcome)
        if not context.dry_run:
            context.say(_send_time(outcome.facts.get("undo_seconds", 0), has_daemon))
        return 0
    from ..delivery.delivery_wait import wait_for_delivery

    row = wait_for_delivery(context, outcome.facts["outbox"], MAX_WAIT)
    context.release()
    if context.json:
        context.document({**outcome.document(), "delivery": row})
    else:
        report(context, outcome)
    return _report_delivery(context, row)


def _with_recipients(command: Reply, edited: EditedRecipients | None) -> Reply:
    """Return the reply with the recipients edited above its text. A draft of the reply gets them, too."""
    if edited is None:
        return command
    options = click.get_current_context().params
    options["to"], options["cc"] = (edited.to,), (edited.cc,) if edited.cc else ()
    return replace(command, to=options["to"], cc=options["cc"])


def _inserted(context: CliContext, ticket: int, reference: str) -> str:
    """Return the text of a plugin for a reference. Raises Refused if customers may not see it."""
    found: dict[str, str] = context.desk().call("insert", reference=reference, ticket=ticket)
    return found["text"].strip()


def _send_time(seconds: float, has_daemon: bool) -> str:
    """Return a line that says when the reply is sent and until when it can be undone."""
    if not has_daemon:
        return _("no daemon runs: the reply is sent after deskctl daemon run; until then deskctl undo withdraws it")
    if seconds:
        return _("the reply is sent in {seconds} s; until then deskctl undo withdraws it", seconds=f"{seconds:g}")
    return _("the reply is sent now")


def _report_delivery(context: CliContext, row: dict[str, object]) -> int:
    """Print the state of the delivery, and return the exit code of `--wait`."""
    from ...stored_texts import stored

    reason = visible(stored(str(row["last_error"]))) if row["last_error"] else ""
    state = row["state"]
    if state == "sent":
        context.say(_("sent"))
        return 0
    if state in ("failed", "uncertain", "cancelled"):
        what = {
            "failed": _("the message could not be sent"),
            "uncertain": _("the message may not have been sent"),
            "cancelled": _("the message was cancelled"),
        }[str(state)]
        hint = _("see deskctl outbox show {id}", id=row["id"])
        code = 1
    else:
        what = _("not sent yet; the message waits in the outbox")
        hint = _("deskctl daemon run sends it; deskctl outbox show {id} shows its state", id=row["id"])
        code = 6
    what = f"{what}: {reason}" if reason else what
    sys.stderr.write(_("error: {what}", what=what) + "\n" + _("hint: {hint}", hint=hint) + "\n")
    return code
