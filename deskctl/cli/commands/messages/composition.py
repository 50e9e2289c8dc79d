"""Write with a net: whatever comes between an agent's text and the desk, the text is kept as a draft."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from ....errors import DeskctlError
from ...context import CliContext

if TYPE_CHECKING:
    from .draft_files import Draft
    from .recipients import Edited

#: Options that say how the text was given, not what is to be done with it.
_HOW = ("message", "file", "ticket")


@dataclass(slots=True)
class Author:
    """Who writes. `text` is None until there is something to lose; `known` what was shown, as `Reply.known`.

    `edited`: the text was written in an editor and stands nowhere else. `addressed` are the recipients above it, None
    if they were left as they were. `again` is the draft that is being sent.
    """

    text: str | None = None
    known: tuple[tuple[int, int], ...] | None = None
    whole: bool = False
    edited: bool = False
    addressed: Edited | None = None
    again: Draft | None = None


@contextlib.contextmanager
def author(context: CliContext, command: str, ticket: int | None = None) -> Iterator[Author]:
    """What is written in this block is kept as a draft if the block fails or is interrupted; the error says so.

    Nothing is kept where nothing was lost: a dry run of a text that stands on the command line or in a file.
    """
    writing = Author(again=context.draft)
    if writing.again is not None:
        writing.text = writing.again.text
    try:
        yield writing
    except BaseException as error:
        if writing.text is None or not writing.text.strip() or (context.dry_run and not writing.edited):
            raise
        if isinstance(error, GeneratorExit):
            raise
        _keep(context, command, ticket, writing, error)
        raise
    if writing.edited and context.dry_run:
        from .draft_files import rescue

        context.say(rescue(_draft(context, command, ticket, writing, "dry run")))
    elif writing.again is not None and not context.dry_run:
        from .draft_files import drop

        with contextlib.suppress(DeskctlError, OSError):
            drop(writing.again.number)


def _keep(context: CliContext, command: str, ticket: int | None, writing: Author, error: BaseException) -> None:
    """Keep the draft; the error's hint, or a line of its own, says where."""
    import sys

    from .draft_files import rescue

    why = _reason(error)
    hint = rescue(_draft(context, command, ticket, writing, why))
    if isinstance(error, DeskctlError):
        error.hint = f"{error.hint}; {hint}" if error.hint else hint
    else:
        with contextlib.suppress(OSError, ValueError, AttributeError):
            sys.stderr.write(f"{hint}\n")


def _reason(error: BaseException) -> str:
    if isinstance(error, DeskctlError):
        return error.what
    return "the command was interrupted" if isinstance(error, KeyboardInterrupt) else type(error).__name__


def _draft(context: CliContext, command: str, ticket: int | None, writing: Author, why: str) -> Draft:
    from .draft_files import Draft

    known = None if writing.known is None else [list(pair) for pair in writing.known]
    made = Draft(
        command=command,
        text=writing.text or "",
        desk=_desk(context),
        agent=context.agent,
        ticket=ticket,
        options=options(),
        known=known,
        whole=writing.whole,
        why=why,
    )
    return made if writing.again is None else replace(made, number=writing.again.number, whole=writing.again.whole)


def _desk(context: CliContext) -> str:
    try:
        return str(context.config_path().absolute())
    except (DeskctlError, OSError):
        return ""


def options() -> dict[str, object]:
    """The options that the running command was given, by name; files by their absolute path."""
    from pathlib import Path

    ctx = click.get_current_context()
    given: dict[str, object] = {}
    for name, value in ctx.params.items():
        if name in _HOW or value in (None, (), False, ""):
            continue
        if name == "attach":
            with contextlib.suppress(OSError):
                value = [str(Path(path).absolute()) for path in value]
        given[name] = list(value) if isinstance(value, tuple) else value
    return given
