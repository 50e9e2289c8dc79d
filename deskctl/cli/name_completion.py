"""Words that complete an argument, asked of the desk. Completion never complains: without a desk there are none."""

from __future__ import annotations

from typing import Any

import click


def words(ctx: click.Context, kind: str, incomplete: str) -> list[Any]:
    """`kind` is ticket, agent, team, tag or channel (see `core.search.queries.Completions`)."""
    from ..errors import DeskctlError

    sign = incomplete[:1] if incomplete[:1] in ("#", "+", "-") else ""
    try:
        from ..core.search.queries import Completions

        found = ctx.obj.ask(Completions(kind, incomplete[len(sign) :]))
    except (DeskctlError, OSError):
        return []
    finally:
        ctx.obj.release()
    from click.shell_completion import CompletionItem

    from ..safe import visible

    # A shell types what completes: what would have to be shown with signs is no help.
    return [CompletionItem(sign + word) for word in found if visible(word) == word]


def completes(*kinds: str) -> Any:
    """A `shell_complete` for an option or argument that names one of these."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        return [item for kind in kinds for item in words(ctx, kind, incomplete)]

    return complete
