"""`deskctl attachment`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...context import CliContext
from ...messages import _, shown
from ...options import columns
from ...output import Column, field
from ...screen import format_size
from ...ticket_arguments import TICKET, tickets_argument

if TYPE_CHECKING:
    from ....core.messages.views import FileContent

COLUMNS = (
    field("id", right=True),
    field("ticket", right=True),
    field("filename", least=16),
    field("content_type", least=12, heading="type"),
    Column("size", lambda row: row["size"], shown=lambda row: format_size(row["size"]), right=True),
    field("sha256", extra=True),
)


@click.group("attachment")
def attachment() -> None:
    """List and save attachments."""


@attachment.command("list")
@tickets_argument
@columns(COLUMNS)
@click.pass_obj
def list_(context: CliContext, tickets: list[int]) -> None:
    """List the attachments of tickets.

    \b
    Example:
      deskctl attachment list 42
    """
    from ....core.tickets.queries import ShowTicket

    rows = [
        {**file, "ticket": number}
        for number in tickets
        for message in context.ask(ShowTicket(number))["messages"]
        for file in message["attachments"]
    ]
    context.emit(rows, COLUMNS, empty=_("no attachments"))


@attachment.command("save")
@click.argument("ids", type=click.IntRange(min=1), nargs=-1, metavar="[ID]...")
@click.option("--all", "ticket", type=TICKET, metavar="TICKET", help="Save all attachments of this ticket.")
@click.option(
    "-o",
    "--output",
    metavar="FILE|DIR",
    type=click.Path(allow_dash=True),
    help="Save to this file or folder, or to standard output with -.",
)
@click.option("--force", is_flag=True, help="Overwrite existing files.")
@click.pass_obj
def save(context: CliContext, ids: tuple[int, ...], ticket: int | None, output: str | None, force: bool) -> None:
    """Save attachments in the current folder under their own names.

    Names are made safe: folders, control characters and leading dots and dashes are removed. Existing files are
    overwritten only with --force.

    \b
    Examples:
      deskctl attachment save 3
      deskctl attachment save --all 42 -o folder
      deskctl attachment save 3 -o - | file -
    """
    from ....core.messages.queries import GetAttachment
    from ....core.tickets.queries import ShowTicket
    from ....errors import UsageError

    if (ticket is None) is (not ids):
        what = _("missing attachment id") if ticket is None else _("ids and --all exclude each other")
        raise UsageError(what, _("pass ids from deskctl attachment list TICKET, or --all TICKET"))
    if ticket is not None:
        messages = context.ask(ShowTicket(ticket))["messages"]
        ids = tuple(file["id"] for message in messages for file in message["attachments"])
    if len(ids) > 1 and output is not None and not Path(output).is_dir():
        hint = _("several attachments need a folder; create it first")
        raise UsageError(_("not a folder: {folder}", folder=output), hint)
    if output == "-" and sys.stdout.isatty():
        hint = _("save it with -o FILE, or send -o - to a pipe")
        raise UsageError(_("refused to print an attachment to a terminal"), hint)
    taken: set[str] = set()
    for number in ids:
        file = context.ask(GetAttachment(number))
        context.release()
        _save(context, number, file, output, taken, force)


def _save(context: CliContext, id: int, file: FileContent, output: str | None, taken: set[str], force: bool) -> None:
    import base64

    from .attachment_files import numbered_name, safe_file_name

    content = base64.b64decode(file["base64"])
    if output == "-":
        sys.stdout.buffer.write(content)
        return
    folder = Path(output) if output is not None and Path(output).is_dir() else None
    if output is not None and folder is None:
        target = output
    else:
        name = safe_file_name(file["filename"], id)
        if name.casefold() in taken:
            name = numbered_name(name, id)
        taken.add(name.casefold())
        target = str(folder / name) if folder else name
    _write(target, content, force, followed=folder is None and output is not None)
    if context.json:
        context.document({"id": id, "file": target, "size": len(content)})
    else:
        context.say(_("saved {file} ({size})", file=target, size=format_size(len(content))))


def _write(target: str, content: bytes, force: bool, followed: bool) -> None:
    """Write a file. With `followed`, the agent named the file and it may be a symbolic link. Raises Refused."""
    from ....errors import Refused, UsageError
    from ....plugins.folders import Folder

    path = Path(target)
    try:
        if force and followed:
            path.write_bytes(content)
            return
        with Folder.opened(path.parent) as folder:
            if force and path.is_symlink():
                path.unlink()
            folder.write(path.name, content, replace=force)
    except Refused as error:
        raise Refused(error.what, _("choose another file with -o FILE, or pass --force")) from error
    except UsageError as error:
        what = _("cannot write {file}: {reason}", file=target, reason=shown(error.what))
        raise Refused(what, _("choose another file with -o FILE")) from error
    except OSError as error:
        what = _("cannot write {file}: {reason}", file=target, reason=error.strerror)
        raise Refused(what, _("choose another file with -o FILE")) from error
