"""Commands whose arguments are a query."""

from __future__ import annotations

import re
from typing import ClassVar

import click

_CONDITION = re.compile(r"-([^\W\d][\w.]*:.*)", re.DOTALL)
#: A condition, a text in quotes, a group, a view, or a word that cannot be a short option.
_TERM = re.compile(rf"{_CONDITION.pattern[:-1]}|[\"(@].*|[^\x00-\x7f].*)", re.DOTALL)


class SearchCommand(click.Command):
    """A command that reads `-tag:spam` as `NOT tag:spam`; click would read the short options -t, -a and so on."""

    excluded: ClassVar[re.Pattern[str]] = _CONDITION

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, [self._without_sign(word) for word in args])

    def _without_sign(self, word: str) -> str:
        found = self.excluded.fullmatch(word)
        return word if found is None else f"NOT {found[1]}"


class QueryCommand(SearchCommand):
    """A command that also reads `-"broken link"`, `-(a OR b)` and `-@view` in this way."""

    excluded = _TERM
