"""`deskctl set`."""

from __future__ import annotations

from typing import Any

import click

from ...context import CliContext
from ...execution import act_on_each
from ...name_completion import words as complete_words
from ...options import dry_run
from ...ticket_arguments import collect

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
    return [CompletionItem(value) for value in values] or complete_words(ctx, "ticket", incomplete)


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
      requester=ADDRESS      (whose ticket it is: a mail address, a telephone number, or #CONTACT)
      callback=MOMENT|none   (when you promised to call)
      due=MOMENT|none        (of the resolution; due.first_response=… and so on of other clocks)

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
        raise UsageError("nothing is set", f"deskctl set 42 priority=high; fields: {', '.join(_VALUES)}")
    tickets = collect(tuple(word for word in words if "=" not in word))
    return act_on_each(context, (Set(ticket, values) for ticket in tickets))
