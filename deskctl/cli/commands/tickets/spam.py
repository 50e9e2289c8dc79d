"""`deskctl spam` and `deskctl unspam`."""

from __future__ import annotations

import click

from ...context import CliContext
from ...execution import run_each
from ...options import dry_run
from ...ticket_arguments import tickets_argument


@click.command("spam")
@tickets_argument
@click.option(
    "--block",
    type=click.Choice(["sender", "domain"]),
    help="Also mark later mail from the sender, or from the sender's domain, as spam.",
)
@dry_run
@click.pass_obj
def spam(context: CliContext, tickets: list[int], block: str | None) -> int:
    """Mark tickets as spam.

    Spam is closed, gets no automatic replies, and appears only in `list --spam` and `list --all`. Its contents are
    deleted after the time keep_spam in config.toml.

    \b
    Examples:
      deskctl spam 42
      deskctl spam 42 43 --block sender
    """
    from ....core.messages.commands import MarkSpam

    return run_each(context, (MarkSpam(number, block) for number in tickets))


@click.command("unspam")
@tickets_argument
@dry_run
@click.pass_obj
def unspam(context: CliContext, tickets: list[int]) -> int:
    """Restore tickets that were marked as spam.

    Also unblocks their senders.

    \b
    Example:
      deskctl unspam 42
    """
    from ....core.messages.commands import UnmarkSpam

    return run_each(context, map(UnmarkSpam, tickets))
