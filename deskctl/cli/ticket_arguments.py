"""Ticket numbers as people type them: `42`, `#42`, `[#42]`, several, or `-` for those on standard input."""

from __future__ import annotations

import re
import sys
from typing import Any

import click

from ..errors import UsageError
from .name_completion import complete_names

_FULL_WIDTH = str.maketrans("＃［］０１２３４５６７８９", "#[]0123456789")
_NUMBER = re.compile(r"\[#([0-9]{1,18})\]|#?([0-9]{1,18})")


class TicketType(click.ParamType[int]):
    """One ticket number."""

    name = "ticket"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        number = parse_number(value)
        if number is None:
            self.fail(f"{value!r} is not a ticket number (42 or #42)", param, ctx)
        return number

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        return complete_names(ctx, "ticket", incomplete)


TICKET = TicketType()


def parse_number(word: str) -> int | None:
    """The number in `42`, `#42` or `[#42]`, full-width (＃４２) too; None when it is none of them. It is below 2⁶³."""
    found = _NUMBER.fullmatch(word.strip().translate(_FULL_WIDTH))
    return int(found[1] or found[2]) if found else None


def collect_numbers(given: tuple[str, ...]) -> list[int]:
    """Ticket numbers in the order given, each once; `-` stands for the words on standard input, read now.

    Raises UsageError for what is no number, and when there is none at all.
    """
    found: dict[int, None] = {}
    for word in given:
        for each in sys.stdin.read().split() if word == "-" else (word,):
            number = parse_number(each)
            if number is None:
                raise UsageError(f"{each!r} is not a ticket number", "write 42 or #42; - reads numbers from a pipe")
            found[number] = None
    if not found:
        raise UsageError("no ticket is named", "write 42 or #42, several, or - to read numbers from a pipe")
    return list(found)


class TicketsArgument(click.Argument):
    """The argument TICKETS: at least one unless `required` says otherwise; the command gets a list of numbers."""

    def __init__(self, param_decls: list[str], **settings: Any) -> None:
        settings.setdefault("metavar", "TICKET...")
        settings.setdefault("required", True)
        super().__init__(param_decls, nargs=-1, **settings)

    def type_cast_value(self, ctx: click.Context, value: Any) -> Any:
        if ctx.resilient_parsing or not value:
            return super().type_cast_value(ctx, value)
        return collect_numbers(tuple(value))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """Numbers, and what the arguments after the tickets could be: nobody can tell where the tickets end."""
        others = [p for p in ctx.command.params if isinstance(p, click.Argument) and p is not self]
        found = TICKET.shell_complete(ctx, self, incomplete)
        return found + [item for param in others for item in param.shell_complete(ctx, incomplete)]


def tickets_argument(function: Any) -> Any:
    return click.argument("tickets", cls=TicketsArgument)(function)
