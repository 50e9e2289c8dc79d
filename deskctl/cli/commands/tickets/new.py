"""`deskctl new`."""

from __future__ import annotations

from dataclasses import replace

import click

from ...context import CliContext
from ...execution import report
from ...name_completion import completes
from ...options import dry_run
from ...text_input import given, text_options
from ..messages.composition import author
from ..messages.editor import checked, needs_terminal


@click.command("new")
@text_options
@click.option("--from", "sender", required=True, metavar="ADDRESS", help="The customer's address or phone number.")
@click.option("--name", "sender_name", metavar="NAME", help="The customer's name.")
@click.option("--subject", default="", metavar="TEXT", help="What it is about.  [default: the first line]")
@click.option(
    "--channel",
    metavar="CHANNEL",
    shell_complete=completes("channel"),
    help="How they reached you: a configured channel, phone or manual.  [default: manual]",
)
@click.option("--direction", type=click.Choice(["in", "out"]), help="Of a call: who called.  [default: in]")
@click.option("--duration", metavar="LENGTH", help="Of a call: how long it took, as in 4m or 1h30m.")
@click.option("--callback", metavar="MOMENT", help="When you promised to call, as in +2h or “tomorrow 10:00”.")
@click.option("--team", metavar="TEAM", shell_complete=completes("team"), help="Whose queue it enters.")
@click.option("--priority", type=click.Choice(["low", "normal", "high", "urgent"]), help="How urgent it is.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", shell_complete=completes("tag"), help="May be repeated.")
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
) -> None:
    """Write down what a customer said elsewhere.

    Their words become the first message of a new ticket; nothing is sent. The text comes from -m, a file, standard
    input (-), or your editor. What was said when you called is your answer: the ticket is yours and waits for them.
    A promised call is a reminder for whoever has the ticket then, or its team.

    \b
    Examples:
      echo "Where is my parcel?" | deskctl new --from customer@example.org --subject "at the desk" -
      deskctl new --channel phone --from +82-2-555-0101 --duration 4m --callback "tomorrow 10:00" -m "Card refused."
    """
    from ....core.tickets.commands import Create

    called = direction is not None or duration is not None
    with author(context, "new") as writing:
        if writing.again is None or message is not None or file is not None:
            writing.text = given(message, file)
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
        )
        if writing.text is None:
            from ..messages.editor import compose

            needs_terminal()
            checked(context, command)
            writing.text = compose(f"From: {sender}\nSubject: {subject}", writing)
        outcome = context.execute(replace(command, text=writing.text))
    context.release()
    report(context, outcome)


def _seconds(duration: str) -> int:
    """Raises UsageError."""
    from ....config.durations import duration as parsed
    from ....config.problems import Invalid
    from ....errors import UsageError

    try:
        return int(parsed(duration).total_seconds())
    except Invalid as problem:
        raise UsageError(str(problem)) from None
