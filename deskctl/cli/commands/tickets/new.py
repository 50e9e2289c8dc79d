"""`deskctl new`."""

from __future__ import annotations

from dataclasses import replace

import click

from ...context import CliContext
from ...declared_fields import complete_condition
from ...execution import report
from ...messages import _
from ...name_completion import completer
from ...options import dry_run
from ...text_input import read_text, text_options
from ..messages.composition import keep_draft_on_failure
from ..messages.editor import dry_run_command, require_terminal
from ..messages.text_command import TextCommand


@click.command("new", cls=TextCommand)
@text_options
@click.option("--from", "sender", required=True, metavar="ADDRESS", help="Address or phone number of the customer.")
@click.option("--name", "sender_name", metavar="NAME", help="Name of the customer.")
@click.option("--subject", default="", metavar="TEXT", help="Subject.  [default: the first line]")
@click.option(
    "--channel",
    metavar="CHANNEL",
    shell_complete=completer("channel"),
    help="Channel of the request: a configured channel, phone or manual.  [default: manual]",
)
@click.option(
    "--direction",
    type=click.Choice(["in", "out"]),
    help="Direction of a call: the customer called (in) or you called (out).  [default: in]",
)
@click.option("--duration", metavar="LENGTH", help="Duration of a call, for example 4m or 1h30m.")
@click.option("--callback", metavar="MOMENT", help='Time of a promised callback, for example +2h or "tomorrow 10:00".')
@click.option("--team", metavar="TEAM", shell_complete=completer("team"), help="Team of the ticket.")
@click.option("--priority", type=click.Choice(["low", "normal", "high", "urgent"]), help="Priority of the ticket.")
@click.option(
    "--tag", "tags", multiple=True, metavar="TAG", shell_complete=completer("tag"), help="Add a tag; may be repeated."
)
@click.option(
    "--field",
    "fields",
    multiple=True,
    metavar="NAME=VALUE",
    shell_complete=complete_condition,
    help="Set a custom field, for example order_number=4711; may be repeated.",
)
@dry_run
@click.pass_obj
def new(
    context: CliContext,
    message: str | None,
    file: str | None,
    sender: str,
    sender_name: str | None,
    subject: str,
    channel: str | None,
    direction: str | None,
    duration: str | None,
    callback: str | None,
    team: str | None,
    priority: str | None,
    tags: tuple[str, ...],
    fields: tuple[str, ...],
) -> None:
    """Create a ticket for a request received outside the desk.

    The text becomes the first message of the ticket; nothing is sent. It comes from -m, a file, standard input (-), or
    your editor. With --direction out it is your message to the customer: the ticket is assigned to you and waits for
    their answer. --callback reminds the assignee, or the team of an unassigned ticket, of the promised call.

    \b
    Examples:
      echo "Where is my parcel?" | deskctl new --from customer@example.org --subject "at the desk" -
      deskctl new --channel phone --from +82-2-555-0101 --duration 4m --callback "tomorrow 10:00" -m "Card refused."
    """
    from ....core.tickets.commands import Create

    called = direction is not None or duration is not None
    with keep_draft_on_failure(context, "new") as composition:
        if composition.draft is None or message is not None or file is not None:
            composition.text = read_text(message, file)
        command = Create(
            sender=sender,
            subject=subject,
            text="text",
            channel=channel or ("phone" if called else "manual"),
            sender_name=sender_name,
            team=team,
            priority=priority,
            tags=tags,
            direction=direction,
            seconds=None if duration is None else _seconds(duration),
            callback=callback,
            fields=tuple(_field(text) for text in fields),
        )
        if composition.text is None:
            from ..messages.editor import edit_text

            require_terminal()
            dry_run_command(context, command)
            composition.text = edit_text(f"From: {sender}\nSubject: {subject}", composition)
        outcome = context.execute(replace(command, text=composition.text))
    context.release()
    report(context, outcome)


def _field(text: str) -> tuple[str, str]:
    """Return the name and the value of a field. Raises UsageError."""
    from ....errors import UsageError

    name, sign, value = text.partition("=")
    if not sign:
        raise UsageError(
            _('--field: not NAME=VALUE: "{text}"', text=text), _("use for example --field order_number=4711")
        )
    return name.strip(), value


def _seconds(duration: str) -> int:
    """Return a duration in seconds. Raises UsageError."""
    from ....config.durations import duration as parsed
    from ....config.problems import Invalid
    from ....errors import UsageError

    try:
        return int(parsed(duration).total_seconds())
    except Invalid as problem:
        raise UsageError(str(problem)) from None
