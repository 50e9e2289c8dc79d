"""`deskctl attachment`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...context import CliContext
from ...options import columns
from ...output import Column, field
from ...ticket_arguments import TICKET, tickets_argument
from ..tickets.ticket_view import size

if TYPE_CHECKING:
    from ....core.messages.views import FileContent

COLUMNS = (
    field("id", right=True),
    field("ticket", right=True),
    field("filename", least=16),
    field("content_type", least=12, heading="type"),
    Column("size", lambda row: row["size"], shown=lambda row: size(row["size"]), right=True),
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
    context.emit(rows, COLUMNS, empty="no attachments")


@attachment.command("save")
@click.argument("ids", type=click.IntRange(min=1), nargs=-1, metavar="[ID]...")
@click.option("--all", "ticket", type=TICKET, metavar="TICKET", help="Every attachment of this ticket.")
@click.option(
    "-o",
    "--output",
    metavar="FILE|DIR",
    type=click.Path(allow_dash=True),
    help="Where to: a file, a folder, or - for standard output.",
)
@click.option("--force", is_flag=True, help="Overwrite files that exist.")
@click.pass_obj
def save(context: CliContext, ids: tuple[int, ...], ticket: int | None, output: str | None, force: bool) -> None:
    """Save attachments under their own names, in this folder.

    The names are made safe: no other folder, no control characters, no leading dots and dashes. A file that exists
    is never overwritten unless --force says so.

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
        raise UsageError("name attachments by their ids, or a ticket with --all", "deskctl attachment list TICKET")
    if ticket is not None:
        messages = context.ask(ShowTicket(ticket))["messages"]
        ids = tuple(file["id"] for message in messages for file in message["attachments"])
    if len(ids) > 1 and output is not None and not Path(output).is_dir():
        raise UsageError(f"{output} is no folder", "several attachments need one: make it first")
    if output == "-" and sys.stdout.isatty():
        raise UsageError("what a customer sent is not for a terminal", "-o FILE saves it; a pipe may read it with -o -")
    taken: set[str] = set()
    for number in ids:
        file = context.ask(GetAttachment(number))
        context.release()
        _save(context, number, file, output, taken, force)


def _save(context: CliContext, id: int, file: FileContent, output: str | None, taken: set[str], force: bool) -> None:
    import base64

    from .attachment_files import file_name, numbered

    content = base64.b64decode(file["base64"])
    if output == "-":
        sys.stdout.buffer.write(content)
        return
    folder = Path(output) if output is not None and Path(output).is_dir() else None
    if output is not None and folder is None:
        target = output
    else:
        name = file_name(file["filename"], id)
        if name.casefold() in taken:
            name = numbered(name, id)
        taken.add(name.casefold())
        target = str(folder / name) if folder else name
    _write(target, content, force, followed=folder is None and output is not None)
    if context.json:
        context.document({"id": id, "file": target, "size": len(content)})
    else:
        context.say(f"saved {target} ({size(len(content))})")


def _write(target: str, content: bytes, force: bool, followed: bool) -> None:
    """Raises Refused. Only where an agent named the file itself (`followed`) may it be a link to another one."""
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
        raise Refused(error.what, "name another with -o FILE, or use --force") from error
    except UsageError as error:
        raise Refused(f"{target} cannot be written: {error.what}", "name another with -o FILE") from error
    except OSError as error:
        raise Refused(f"{target} cannot be written: {error.strerror}", "name another with -o FILE") from error
