"""`deskctl escalate`."""

from __future__ import annotations

import click

from ...context import CliContext
from ...execution import run_each
from ...messages import _
from ...name_completion import completer
from ...options import dry_run
from ...ticket_arguments import tickets_argument


@click.command("escalate")
@tickets_argument
@click.option(
    "--to",
    metavar="AGENT|TEAM|TIER",
    shell_complete=completer("agent", "team", "tier"),
    help="Escalate to this agent, team or tier; default is the next tier of the ticket's team.",
)
@click.option("--for", "purpose", type=click.Choice(["approval"]), help="Ask an agent of a higher tier for approval.")
@click.option("--reason", required=True, metavar="TEXT", help="Reason, added to the ticket as an internal note.")
@dry_run
@click.pass_obj
def escalate(context: CliContext, tickets: list[int], to: str | None, purpose: str | None, reason: str) -> int:
    """Escalate tickets, or ask for approval.

    The previous assignee becomes a follower. A name means an agent, else a team, else a tier; `agent:NAME`, `team:NAME`
    and `tier:NAME` are unambiguous. With --for approval the assignee does not change.

    \b
    Examples:
      deskctl escalate 42 --reason "needs access to the router"
      deskctl escalate 42 --to senior --reason "third call about it"
      deskctl escalate 42 --for approval --reason "refund over limit"
    """
    from ....core.tickets.commands import AskApproval, Escalate
    from ....errors import UsageError
    from ...text_input import require_text

    reason = require_text(reason, _("pass --reason TEXT"))
    if purpose is not None:
        if to is not None:
            hint = _("--for approval asks all agents who may approve")
            raise UsageError(_("--to and --for exclude each other"), hint)
        return run_each(context, (AskApproval(ticket, reason) for ticket in tickets))
    return run_each(context, (Escalate(ticket, to, reason) for ticket in tickets))
