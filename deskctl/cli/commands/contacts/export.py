"""Export all data of a customer as a folder of files, for example to answer a data access request."""

from __future__ import annotations

import json
import os
import shutil
from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ....errors import Refused, UsageError
from ....safe import json_text
from ...context import CliContext
from ...messages import _, _n
from ..messages.attachment_files import safe_file_name

if TYPE_CHECKING:
    from ....core.messages.views import MessageRow
    from ....core.tickets.contact_document import ContactDocument, SaidRow
    from ....core.tickets.views import TicketDocument


#: A limit above the number of messages of any contact.
_ALL_MESSAGES = 2**31


def export_contact(context: CliContext, number: int, *, notes: bool, force: bool) -> None:
    """Write the folder completely or not at all. Raises Refused if it exists."""
    from ....core.contacts.commands import ExportContact
    from ....core.contacts.queries import ShowContact

    target = Path(f"contact-{number}")
    if os.path.lexists(target) and (not force or target.is_symlink() or not target.is_dir()):
        hint = _("pass --force to replace a folder, or run the command in another folder")
        raise Refused(_("{folder} already exists", folder=target), hint)
    outcome = context.execute(ExportContact(number))
    document = context.ask(ShowContact(number, limit=0))
    if context.dry_run:
        context.release()
        context.say(
            _n(
                "dry run: would write {n} ticket to {folder}",
                "dry run: would write {n} tickets to {folder}",
                document["total"],
                folder=target,
            )
        )
        return
    partial = Path(f"{target}.{os.getpid()}.partial")
    try:
        written = _write(context, partial, document, notes)
        if target.is_dir():
            shutil.rmtree(target)
        partial.rename(target)
    except OSError as error:
        raise UsageError(_("cannot write {file}: {reason}", file=target, reason=error.strerror)) from error
    finally:
        context.release()
        shutil.rmtree(partial, ignore_errors=True)
    if context.json:
        context.document({**outcome.document(), "facts": {**outcome.facts, "folder": str(target), **written}})
    else:
        context.say(
            _(
                "exported contact {number} to {folder}/: tickets: {tickets}, messages: {messages}, "
                "attachments: {attachments}",
                number=number,
                folder=target,
                **written,
            )
        )


def _write(context: CliContext, folder: Path, document: ContactDocument, notes: bool) -> dict[str, int]:
    """Write all files, and return the number of files of each kind. Only the user can read the folder."""
    from ....core.tickets.queries import ShowTicket

    folder.mkdir(mode=0o700)
    for name in ("tickets", "messages", "attachments"):
        (folder / name).mkdir()
    numbers = [row["number"] for row in document["tickets"]]
    elsewhere = _other_messages(context, folder, document["id"], numbers)
    about = {k: v for k, v in document.items() if k not in ("timeline", "earlier", "tickets")}
    _json(folder / "contact.json", {**about, "tickets": numbers, "elsewhere": elsewhere})
    messages = len(elsewhere)
    files = sum(len(message["attachments"]) for message in elsewhere)
    for row in document["tickets"]:
        ticket = context.ask(ShowTicket(row["number"]))
        messages_ = [m for m in ticket["messages"] if m["ticket"] == row["number"] and (notes or m["kind"] != "note")]
        saved = [_message(context, folder, message, message["id"]) for message in messages_]
        _json(folder / "tickets" / f"{row['number']}.json", {**_ticket(ticket), "messages": saved})
        messages += len(messages_)
        files += sum(len(message["attachments"]) for message in messages_)
    return {"tickets": len(document["tickets"]), "messages": messages, "attachments": files}


def _other_messages(context: CliContext, folder: Path, contact: int, own_tickets: list[int]) -> list[dict[str, Any]]:
    """Write the customer's messages on tickets of other customers, without the subjects; return their documents."""
    from ....core.contacts.queries import ShowContact

    timeline = context.ask(ShowContact(contact, limit=_ALL_MESSAGES, notes=False))["timeline"]
    return [
        {name: value for name, value in _message(context, folder, row, row["message"]).items() if name != "subject"}
        for row in timeline
        if row["ticket"] not in own_tickets
    ]


def _ticket(ticket: TicketDocument) -> dict[str, Any]:
    """Return the document of a ticket without the work of agents on it, which is not data of the customer."""
    excluded = ("events", "messages", "elsewhere", "newest_in", "followers", "contact")
    return {name: value for name, value in ticket.items() if name not in excluded}


def _message(context: CliContext, folder: Path, message: MessageRow | SaidRow, id: int) -> dict[str, Any]:
    """Write the text and the attachments of a message, and return its document with their file names."""
    from ....core.messages.queries import GetAttachment

    text = Path("messages") / f"{message['ticket']}-{id}.txt"
    (folder / text).write_text(message["text"], encoding="utf-8")
    files = []
    for file in message["attachments"]:
        path = Path("attachments") / f"{file['id']}-{safe_file_name(file['filename'], file['id'])}"
        (folder / path).write_bytes(b64decode(context.ask(GetAttachment(file["id"]))["base64"]))
        files.append({**file, "file": str(path)})
    return {**message, "attachments": files, "file": str(text)}


def _json(path: Path, document: Any) -> None:
    path.write_text(json_text(json.dumps(document, ensure_ascii=False, indent=2)) + "\n", encoding="utf-8")
