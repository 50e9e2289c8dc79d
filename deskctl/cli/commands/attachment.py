"""`deskctl attachment`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ..context import CliContext
from ..options import columns
from ..output import Column, field
from ..thread import size
from ..tickets import tickets_argument

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
    from ...core.queries.tickets import ShowTicket

    rows = [
        {**file, "ticket": number}
        for number in tickets
        for message in context.ask(ShowTicket(number))["messages"]
        for file in message["attachments"]
    ]
    context.emit(rows, COLUMNS)


@attachment.command("save")
@click.argument("id", type=click.IntRange(min=1))
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(allow_dash=True), help="Where to; - is standard output."
)
@click.option("--force", is_flag=True, help="Overwrite a file that exists.")
@click.pass_obj
def save(context: CliContext, id: int, output: str | None, force: bool) -> None:
    """Save an attachment under its own name, in this folder.

    \b
    Examples:
      deskctl attachment save 3
      deskctl attachment save 3 -o - | file -
    """
    import base64

    from ...core.queries.lookups import GetAttachment
    from ...errors import Refused

    file = context.ask(GetAttachment(id))
    context.release()
    content = base64.b64decode(file["base64"])
    if output == "-":
        sys.stdout.buffer.write(content)
        return
    target = output or _file_name(file["filename"], id)
    try:
        with Path(target).open("wb" if force else "xb") as out:
            out.write(content)
    except FileExistsError as error:
        raise Refused(f"{target} exists already", "name another with -o FILE, or use --force") from error
    except OSError as error:
        raise Refused(f"{target} cannot be written: {error.strerror}", "name another with -o FILE") from error
    if context.json:
        context.document({"id": id, "file": target, "size": len(content)})
    else:
        context.say(f"saved {target} ({size(len(content))})")


def _file_name(given: str, id: int) -> str:
    """A name in this folder that hides nothing and overwrites no hidden file: what a customer calls it is a wish."""
    from ..safe import visible

    name = visible(given.replace("\\", "/").rpartition("/")[2]).lstrip(".- ").strip()
    encoded = name.encode("utf-8", "replace")[:200]
    return encoded.decode("utf-8", "ignore") or f"attachment-{id}"
