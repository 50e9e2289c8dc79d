"""`deskctl set`."""

from __future__ import annotations

from typing import Any

import click

from ...context import CliContext
from ...execution import run_each
from ...messages import _
from ...name_completion import complete_names
from ...options import dry_run
from ...ticket_arguments import collect_numbers

_VALUES = {
    "priority": ("low", "normal", "high", "urgent"),
    "status": ("pending", "hold", "open"),
    "language": (),
    "team": (),
    "subject": (),
    "requester": (),
    "callback": ("none",),
    "due": ("none",),
}


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    from click.shell_completion import CompletionItem

    name, sign, begun = incomplete.partition("=")
    if sign:
        values = [f"{name}={value}" for value in _VALUES.get(name, ()) if value.startswith(begun)]
    else:
        values = [f"{field}=" for field in _VALUES if incomplete and field.startswith(incomplete)]
    return [CompletionItem(value) for value in values] or complete_names(ctx, "ticket", incomplete)


@click.command("set")
@click.argument("words", nargs=-1, required=True, metavar="TICKET... NAME=VALUE...", shell_complete=_complete)
@dry_run
@click.pass_obj
def set_(context: CliContext, words: tuple[str, ...]) -> int:
    """Set fields of tickets.

    \b
    Fields:
      priority=low|normal|high|urgent
      status=pending|hold|open
      language=CODE
      team=TEAM
      subject=TEXT
      requester=ADDRESS      (the customer: a mail address, a phone number, or #CONTACT)
      callback=MOMENT|none   (time of a promised callback)
      due=MOMENT|none        (due time of the resolution; due.first_response=… for other clocks)

    \b
    Examples:
      deskctl set 42 priority=high
      deskctl set 42 43 status=hold language=ko
      deskctl set 42 "callback=tomorrow 10:00"
      deskctl set 42 "subject=Invoice 4711" requester=anna@example.org
    """
    from ....core.tickets.commands import Set
    from ....errors import UsageError

    values = tuple((name, value) for name, sign, value in (word.partition("=") for word in words) if sign)
    if not values:
        hint = _("for example deskctl set 42 priority=high; fields: {fields}", fields=", ".join(_VALUES))
        raise UsageError(_("missing NAME=VALUE"), hint)
    tickets = collect_numbers(tuple(word for word in words if "=" not in word))
    return run_each(context, (Set(ticket, values) for ticket in tickets))
