"""`deskctl tag`."""

from __future__ import annotations

import re
from typing import Any

import click

from ...context import CliContext
from ...execution import run_each
from ...messages import _
from ...name_completion import complete_names, completer
from ...options import dry_run
from ...ticket_arguments import collect_numbers

_REMOVED = re.compile(r"-[^-].*", re.DOTALL)


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    return complete_names(ctx, "tag" if incomplete.startswith(("+", "-")) else "ticket", incomplete)


class _TagCommand(click.Command):
    """A command that reads `-spam` as `--remove spam`; click would read the short options -s, -p, -a and -m."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        end = args.index("--") if "--" in args else len(args)
        short = {name for param in self.get_params(ctx) for name in param.opts if len(name) == 2}
        converted = [
            f"--remove={word[1:]}" if _REMOVED.fullmatch(word) and word not in short else word for word in args[:end]
        ]
        return super().parse_args(ctx, converted + args[end:])


@click.command("tag", cls=_TagCommand)
@click.argument("words", nargs=-1, required=True, metavar="TICKET... [+TAG | -TAG]...", shell_complete=_complete)
@click.option("--add", multiple=True, metavar="TAG", shell_complete=completer("tag"), help="Add a tag (same as +TAG).")
@click.option(
    "--remove", multiple=True, metavar="TAG", shell_complete=completer("tag"), help="Remove a tag (same as -TAG)."
)
@dry_run
@click.pass_obj
def tag(context: CliContext, words: tuple[str, ...], add: tuple[str, ...], remove: tuple[str, ...]) -> int:
    """Add and remove tags.

    \b
    Examples:
      deskctl tag 42 +refund -spam
      deskctl tag 42 43 +refund +vip
      deskctl tag 42 --remove spam
    """
    from ....core.tickets.commands import Tag
    from ....errors import UsageError

    # "-" alone is not a tag: it reads ticket numbers from the standard input.
    added = (*(word[1:] for word in words if word.startswith("+")), *add)
    removed = (*(word[1:] for word in words if word.startswith("-") and word != "-"), *remove)
    if not added and not removed:
        raise UsageError(_("missing +TAG or -TAG"), _("for example {command}", command="deskctl tag 42 +refund -spam"))
    tickets = collect_numbers(tuple(word for word in words if word == "-" or word[:1] not in ("+", "-")))
    return run_each(context, (Tag(ticket, added, removed) for ticket in tickets))
