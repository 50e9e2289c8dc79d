"""Keep the text of a reply, note or new ticket as a draft if the command fails."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from ....errors import DeskctlError
from ...context import CliContext
from ...messages import _, shown

if TYPE_CHECKING:
    from .draft_files import Draft
    from .recipients import EditedRecipients

#: Parameters with the text and the ticket, which a draft stores in separate fields.
OWN_FIELDS = ("message", "file", "ticket")


@dataclass(slots=True)
class Composition:
    """A text that an agent is writing.

    `text` is None as long as there is nothing to lose. `known` are the message versions that the author saw, as in
    `Reply.known`. `with_thread`: the text still contains the thread that the editor showed. `from_editor`: the text
    exists nowhere else. `recipients` are those edited above the text, None if unchanged. `draft` is the draft that is
    being sent.
    """

    text: str | None = None
    known: tuple[tuple[int, int], ...] | None = None
    with_thread: bool = False
    from_editor: bool = False
    recipients: EditedRecipients | None = None
    draft: Draft | None = None


@contextlib.contextmanager
def keep_draft_on_failure(context: CliContext, command: str, ticket: int | None = None) -> Iterator[Composition]:
    """Keep the text as a draft if the block fails or is interrupted; the hint of the error names the draft.

    A dry run keeps only texts from the editor, because other texts are not lost. Success deletes the draft that was
    sent.
    """
    composition = Composition(draft=context.draft)
    if composition.draft is not None:
        composition.text = composition.draft.text
    try:
        yield composition
    except BaseException as error:
        empty = composition.text is None or not composition.text.strip()
        if empty or (context.dry_run and not composition.from_editor) or isinstance(error, GeneratorExit):
            raise
        _keep(context, command, ticket, composition, error)
        raise
    if composition.from_editor and context.dry_run:
        from .draft_files import save_or_print

        context.say(save_or_print(_draft(context, command, ticket, composition, _("dry run"))))
    elif composition.draft is not None and not context.dry_run:
        from .draft_files import delete

        with contextlib.suppress(DeskctlError, OSError):
            delete(composition.draft.number)


def _keep(
    context: CliContext, command: str, ticket: int | None, composition: Composition, error: BaseException
) -> None:
    """Save the draft, and name it in the hint of the error or on a separate line."""
    import sys

    from .draft_files import save_or_print

    hint = save_or_print(_draft(context, command, ticket, composition, _reason(error)))
    if isinstance(error, DeskctlError):
        error.hint = f"{shown(error.hint)}; {hint}" if error.hint else hint
    else:
        with contextlib.suppress(OSError, ValueError, AttributeError):
            sys.stderr.write(f"{hint}\n")


def _reason(error: BaseException) -> str:
    if isinstance(error, DeskctlError):
        return error.what
    return _("the command was interrupted") if isinstance(error, KeyboardInterrupt) else type(error).__name__


def _draft(context: CliContext, command: str, ticket: int | None, composition: Composition, reason: str) -> Draft:
    from .draft_files import Draft

    known = None if composition.known is None else [list(pair) for pair in composition.known]
    draft = Draft(
        command=command,
        text=composition.text or "",
        desk=desk_path(context),
        agent=context.agent,
        ticket=ticket,
        options=draft_options(click.get_current_context().params),
        known=known,
        whole=composition.with_thread,
        why=reason,
    )
    sent = composition.draft
    return draft if sent is None else replace(draft, number=sent.number, whole=sent.whole)


def desk_path(context: CliContext) -> str:
    """Return the path of the desk's configuration, "" if there is none."""
    try:
        return str(context.config_path().absolute())
    except (DeskctlError, OSError):
        return ""


def draft_options(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the given options of a command by name, with files as absolute paths."""
    from pathlib import Path

    options: dict[str, Any] = {}
    for name, value in params.items():
        if name in OWN_FIELDS or value in (None, (), False, ""):
            continue
        if name == "attach":
            with contextlib.suppress(OSError):
                value = [str(Path(path).absolute()) for path in value]
        options[name] = list(value) if isinstance(value, tuple) else value
    return options
