"""Commands whose arguments are a query."""

from __future__ import annotations

import re

import click

#: A condition, a text in quotes, a group, a view, or a word that cannot be a short option.
_EXCLUDED = re.compile(r"-([^\W\d][\w.]*:.*|[\"(@].*|[^\x00-\x7f].*)", re.DOTALL)


class QueryCommand(click.Command):
    """A command that reads `-tag:spam` as `NOT tag:spam`; click would read the short options -t, -a and so on."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, [_without_sign(word) for word in args])


def _without_sign(word: str) -> str:
    found = _EXCLUDED.fullmatch(word)
    return word if found is None else f"NOT {found[1]}"
