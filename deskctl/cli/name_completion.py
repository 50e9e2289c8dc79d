"""Shell completion of names that the desk has. Completion reports no errors: without a desk it offers nothing."""

from __future__ import annotations

from typing import Any

import click


def complete_names(ctx: click.Context, kind: str, incomplete: str) -> list[Any]:
    """Return the names of a kind that begin with `incomplete`.

    `kind` is ticket, agent, team, tag, channel or another kind of `Completions`.
    """
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

    # The shell inserts the name into the command line, so leave out names with control characters.
    return [CompletionItem(sign + word) for word in found if visible(word) == word]


def completer(*kinds: str) -> Any:
    """Return the `shell_complete` of an option or argument that takes a name of one of these kinds."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        return [item for kind in kinds for item in complete_names(ctx, kind, incomplete)]

    return complete
