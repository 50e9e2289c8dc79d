"""Commands whose arguments are a query."""

from __future__ import annotations

import re

import click

_EXCLUDED = re.compile(r"-([^\W\d][\w.]*:.*)", re.DOTALL)


class QueryCommand(click.Command):
    """A command that reads `-tag:spam` as `NOT tag:spam`; click would read the short options -t, -a and so on."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, [_EXCLUDED.sub(r"NOT \1", word) for word in args])
