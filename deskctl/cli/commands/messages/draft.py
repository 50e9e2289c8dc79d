"""`deskctl draft`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ...columns import age_column
from ...context import CliContext
from ...messages import _
from ...output import field

if TYPE_CHECKING:
    from .draft_files import Draft

COLUMNS = (
    field("number", right=True, heading="#"),
    field("command"),
    field("ticket", right=True),
    age_column("at", "written"),
    field("text", least=16),
    field("why", least=12),
    field("desk", extra=True),
)


@click.group("draft")
def draft() -> None:
    """Manage drafts: texts that were not sent.

    When a reply, a note or a new ticket fails, is refused or is interrupted, its text is kept as a draft. Drafts are
    files on this machine in $XDG_STATE_HOME/deskctl/drafts (default ~/.local/state) that only you can read.
    """


@draft.command("list")
@click.option("--all", "all_", is_flag=True, help="Include drafts for other desks.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if the list is empty.")
@click.pass_obj
def list_(context: CliContext, all_: bool, exit_code: bool) -> int:
    """List drafts, oldest first.

    \b
    Example:
      deskctl draft list
    """
    import sys

    from .draft_files import interrupted_texts, load_all

    here = None if all_ else _desk(context)
    found = [each for each in load_all() if here is None or each.desk in ("", here)]
    if context.json:
        for each in found:
            context.document(_document(each))
    elif found or not _terminal():
        context.emit([{**_document(each), "text": _first_line(each.text)} for each in found], COLUMNS)
    else:
        context.say(_("no drafts"))
    for path in interrupted_texts():
        text = _("an editor was interrupted; its text is in {file}", file=path)
        sys.stderr.write(_("note: {text}", text=text) + "\n")
    return 1 if exit_code and not found else 0


@draft.command("show")
@click.argument("number", type=click.IntRange(min=1))
@click.pass_obj
def show(context: CliContext, number: int) -> None:
    """Print the text of a draft.

    \b
    Examples:
      deskctl draft show 3
      deskctl draft show 3 > answer.txt
      deskctl draft show 3 --json
    """
    from ....safe import visible_lines
    from .draft_files import load

    found = load(number)
    if context.json:
        context.document(_document(found))
        return
    import sys

    text = visible_lines(found.text) if _terminal() else found.text.encode("utf-8", "replace").decode()
    if _terminal():
        context.say(_summary(found))
        sys.stdout.write("\n")
    sys.stdout.write(text.rstrip("\n") + "\n")


@draft.command("send", context_settings={"ignore_unknown_options": True})
@click.argument("number", type=click.IntRange(min=1))
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[OPTIONS]...")
@click.pass_context
def send(ctx: click.Context, number: int, options: tuple[str, ...]) -> Any:
    """Send a draft: send the reply, add the note, or create the ticket.

    Uses the options of the original command; OPTIONS override them. Deletes the draft on success. A reply is refused if
    a customer or colleague has written since then and you have not seen it.

    \b
    Examples:
      deskctl draft send 3
      deskctl draft send 3 --force
      deskctl draft send 3 --cc boss@example.org --via support
    """
    from ....errors import Refused
    from .draft_files import load

    context: CliContext = ctx.obj
    found = load(number)
    mine = _desk(context)
    if mine is not None and found.desk not in ("", mine):
        raise Refused(
            _("draft {number} is for another desk", number=number),
            _("use deskctl --config {file} draft send {number}", file=found.desk, number=number),
        )
    command = _command(found)
    params, typed = _params(ctx, command, found, options)
    if found.whole and not typed & {"message", "file"}:
        raise Refused(
            _("draft {number} still contains the thread that the editor showed; it was not sent", number=number),
            _(
                "deskctl draft show {number} > text; remove the thread from text; deskctl draft send {number} text",
                number=number,
            ),
        )
    if context.claim is None and found.agent is not None:
        context.claim = found.agent
    context.draft = found
    assert command.callback is not None
    with click.Context(command, info_name=found.command, parent=ctx, obj=context) as inner:
        inner.params = params
        return inner.invoke(command.callback, **params)


@draft.command("drop")
@click.argument("numbers", type=click.IntRange(min=1), nargs=-1, required=True, metavar="NUMBER...")
@click.pass_obj
def drop(context: CliContext, numbers: tuple[int, ...]) -> None:
    """Delete drafts.

    \b
    Example:
      deskctl draft drop 3
    """
    from .draft_files import delete, load

    for number in numbers:
        load(number)
    for number in numbers:
        delete(number)
        context.say(_("deleted draft {number}", number=number))


def _command(found: Draft) -> click.Command:
    from ....errors import UsageError
    from .. import COMMANDS

    if found.command not in ("reply", "note", "new"):
        what = _(
            "draft {number} is for {command}, which this version cannot send",
            number=found.number,
            command=found.command,
        )
        raise UsageError(what)
    from ...lazy import load

    return load(COMMANDS[found.command].target, found.command)


def _params(
    ctx: click.Context, command: click.Command, found: Draft, options: tuple[str, ...]
) -> tuple[dict[str, Any], set[str]]:
    """Return the parameters of the command, from `options` or else the draft, and the names of those in `options`."""
    words = [str(found.ticket)] if found.ticket is not None else []
    for param in command.params:
        stored = found.options.get(param.name or "")
        if isinstance(param, click.Option) and param.required and stored is not None:
            words += [param.opts[0], str(stored)]
    with command.make_context(found.command, [*words, *options], parent=ctx, obj=ctx.obj) as inner:
        line = click.core.ParameterSource.COMMANDLINE
        typed = {name for name in inner.params if inner.get_parameter_source(name) is line}
        params = dict(inner.params)
    for param in command.params:
        name = param.name or ""
        if name in params and name not in typed and name in found.options:
            value = found.options[name]
            params[name] = tuple(value) if isinstance(value, list) else value
    return params, typed


def _document(each: Draft) -> dict[str, Any]:
    from dataclasses import asdict
    from datetime import UTC, datetime

    at = datetime.fromtimestamp(each.at, UTC)
    return {**asdict(each), "at": at.isoformat().replace("+00:00", "Z")}


def _summary(each: Draft) -> str:
    """Return one line with the number, command, options and reason of a draft."""
    options = " ".join(f"{name}={value}" for name, value in each.options.items())
    command = f"{each.command} {each.ticket}" if each.ticket is not None else each.command
    title = _("draft {number}: {command}", number=each.number, command=command)
    return " · ".join(part for part in (title, options, each.why) if part)


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def _desk(context: CliContext) -> str | None:
    """Return the configuration of the desk whose drafts to list, None (all desks) if there is no configuration."""
    from ....errors import DeskctlError

    try:
        return str(context.config_path().absolute())
    except (DeskctlError, OSError):
        return None


def _terminal() -> bool:
    import sys

    return sys.stdout is not None and sys.stdout.isatty()
