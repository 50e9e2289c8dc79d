"""Ticket numbers on the command line: `42`, `#42`, `[#42]`, several, or `-` to read them from standard input."""

from __future__ import annotations

import re
import sys
from typing import Any

import click

from ..errors import UsageError
from .messages import _
from .name_completion import complete_names

_FULL_WIDTH = str.maketrans("＃［］０１２３４５６７８９", "#[]0123456789")
_NUMBER = re.compile(r"\[#([0-9]{1,18})\]|#?([0-9]{1,18})")


class TicketType(click.ParamType[int]):
    """The type of an option or argument that takes one ticket number."""

    name = "ticket"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        number = parse_number(value)
        if number is None:
            self.fail(_("not a ticket number: {value}; use 42 or #42", value=repr(value)), param, ctx)
        return number

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        return complete_names(ctx, "ticket", incomplete)


TICKET = TicketType()


def parse_number(word: str) -> int | None:
    """Return the number in `42`, `#42` or `[#42]`, also in full-width characters (＃４２), or None. It is below 2⁶³."""
    found = _NUMBER.fullmatch(word.strip().translate(_FULL_WIDTH))
    return int(found[1] or found[2]) if found else None


def collect_numbers(words: tuple[str, ...]) -> list[int]:
    """Return ticket numbers in the given order without duplicates; `-` reads numbers from standard input.

    Raises UsageError if a word is not a number, or if there are no numbers.
    """
    found: dict[int, None] = {}
    for word in words:
        for each in sys.stdin.read().split() if word == "-" else (word,):
            number = parse_number(each)
            if number is None:
                what = _("not a ticket number: {value}", value=repr(each))
                raise UsageError(what, _("use 42 or #42, or - to read numbers from standard input"))
            found[number] = None
    if not found:
        raise missing_tickets()
    return list(found)


def missing_tickets() -> UsageError:
    """Return the error for a command line without ticket numbers."""
    return UsageError(_("missing ticket number"), _("use 42 or #42, several, or - to read numbers from standard input"))


class TicketsArgument(click.Argument):
    """The argument TICKET..., at least one unless `required` is False. Its value is a list of numbers."""

    def __init__(self, param_decls: list[str], **settings: Any) -> None:
        settings.setdefault("metavar", "TICKET...")
        settings.setdefault("required", True)
        super().__init__(param_decls, nargs=-1, **settings)

    def type_cast_value(self, ctx: click.Context, value: Any) -> Any:
        if ctx.resilient_parsing or not value:
            return super().type_cast_value(ctx, value)
        return collect_numbers(tuple(value))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """Complete ticket numbers and the arguments after them, because the number of tickets is not known."""
        others = [p for p in ctx.command.params if isinstance(p, click.Argument) and p is not self]
        found = TICKET.shell_complete(ctx, self, incomplete)
        return found + [item for param in others for item in param.shell_complete(ctx, incomplete)]


def tickets_argument(function: Any) -> Any:
    """Add the argument TICKET... to a command."""
    return click.argument("tickets", cls=TicketsArgument)(function)
