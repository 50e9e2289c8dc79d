"""`deskctl escalate`."""

from __future__ import annotations

import click

from ...context import CliContext
from ...execution import act_on_each
from ...name_completion import completes
from ...options import dry_run
from ...ticket_arguments import tickets_argument


@click.command("escalate")
@tickets_argument
@click.option(
    "--to",
    metavar="AGENT|TEAM|TIER",
    shell_complete=completes("agent", "team", "tier"),
    help="To whom; without it, to the next tier of the ticket's team.",
)
@click.option("--for", "purpose", type=click.Choice(["approval"]), help="Ask somebody of a higher tier to allow it.")
@click.option("--reason", required=True, metavar="TEXT", help="Why; it becomes a note on the ticket.")
@dry_run
@click.pass_obj
def escalate(context: CliContext, tickets: list[int], to: str | None, purpose: str | None, reason: str) -> int:
    """Hand tickets to someone who can do more, or ask them to allow something.

    The owner until now stays on as a follower. A bare name means an agent first, then a team, then a tier;
    `agent:NAME`, `team:NAME` and `tier:NAME` are exact. With --for approval the ticket stays where it is.

    \b
    Examples:
      deskctl escalate 42 --reason "needs access to the router"
      deskctl escalate 42 --to senior --reason "third call about it"
      deskctl escalate 42 --for approval --reason "refund over limit"
    """
    from ....core.tickets.commands import AskApproval, Escalate
    from ....errors import UsageError
    from ...text_input import wanted

    reason = wanted(reason, "say why with --reason TEXT")
    if purpose is not None:
        if to is not None:
            raise UsageError("--to and --for do not go together", "whoever may allow it is asked")
        return act_on_each(context, (AskApproval(ticket, reason) for ticket in tickets))
    return act_on_each(context, (Escalate(ticket, to, reason) for ticket in tickets))
