"""`deskctl new`."""

from __future__ import annotations

import click

from ..acting import act
from ..completing import completes
from ..context import CliContext
from ..options import dry_run
from ..words import given, text_options


@click.command("new")
@text_options
@click.option("--from", "sender", required=True, metavar="ADDRESS", help="The customer's address or phone number.")
@click.option("--name", "sender_name", metavar="NAME", help="The customer's name.")
@click.option("--subject", required=True, metavar="TEXT", help="What it is about.")
@click.option(
    "--channel",
    default="manual",
    show_default=True,
    metavar="CHANNEL",
    shell_complete=completes("channel"),
    help="How they reached you: a configured channel, phone or manual.",
)
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
    channel: str,
    team: str | None,
    priority: str | None,
    tags: tuple[str, ...],
) -> None:
    """Write down what a customer said elsewhere.

    Their words become the first message of a new ticket; nothing is sent. The text comes from -m, a file, standard
    input (-), or your editor.

    \b
    Example:
      echo "Where is my parcel?" | deskctl new --from customer@example.org --subject "by phone" --channel phone -
    """
    from ...core.commands.tickets import Create

    text = given(message, file)
    if text is None:
        from ..editor import compose

        text = compose(f"From: {sender}\nSubject: {subject}")
    act(
        context,
        Create(
            sender=sender,
            subject=subject,
            text=text,
            channel=channel,
            sender_name=sender_name,
            team=team,
            priority=priority,
            tags=tags,
        ),
    )
