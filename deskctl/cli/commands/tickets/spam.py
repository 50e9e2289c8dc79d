"""`deskctl spam` and `deskctl unspam`."""

from __future__ import annotations

import click

from ...context import CliContext
from ...execution import act_on_each
from ...options import dry_run
from ...ticket_arguments import tickets_argument


@click.command("spam")
@tickets_argument
@click.option(
    "--block",
    type=click.Choice(["sender", "domain"]),
    help="Later mail from its sender, or from everybody at their domain, is spam, too.",
)
@dry_run
@click.pass_obj
def spam(context: CliContext, tickets: list[int], block: str | None) -> int:
    """Close tickets as spam.

    Spam is never answered and in no list but `list --spam` and `list --all`. What it said is forgotten after a while
    (keep_spam in config.toml).

    \b
    Examples:
      deskctl spam 42
      deskctl spam 42 43 --block sender
    """
    from ....core.messages.commands import MarkSpam

    return act_on_each(context, (MarkSpam(number, block) for number in tickets))


@click.command("unspam")
@tickets_argument
@dry_run
@click.pass_obj
def unspam(context: CliContext, tickets: list[int]) -> int:
    """Open tickets that are no spam after all.

    Their senders are no longer blocked.

    \b
    Example:
      deskctl unspam 42
    """
    from ....core.messages.commands import UnmarkSpam

    return act_on_each(context, map(UnmarkSpam, tickets))
