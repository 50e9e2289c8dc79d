"""Show, edit and confirm the recipients of a reply."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from ....safe import visible
from ...messages import _, shown

if TYPE_CHECKING:
    from ....core.messages.commands import Reply
    from ....core.messages.views import MessageRow
    from ....core.tickets.views import TicketDocument
    from ...context import CliContext

_HEADER_LINE = re.compile(r"(To|Cc):[ \t]*(.*)", re.IGNORECASE)
_UNQUOTED_NAME = re.compile(r"[^\x00-\x1f\x7f\"(),.:;<>@\[\]\\]+")


class EditedRecipients(NamedTuple):
    """The recipients that the author wrote above the text, as in the header of a mail."""

    to: str
    cc: str


def display_address(address: str, document: TicketDocument) -> str:
    """Return `Ana Kim <ana@example.org>` for an address of the ticket's customer, else the address."""
    name = document["contact"]["name"]
    if not name or "@" not in address or address.lower() not in map(str.lower, document["addresses"]):
        return address
    name = " ".join(name.split())
    quoted = name if _UNQUOTED_NAME.fullmatch(name) else '"' + re.sub(r"[\x00-\x1f\x7f\"\\]", "", name) + '"'
    return f"{quoted} <{address}>"


def reply_line(document: TicketDocument) -> str:
    """Return the recipients of the next reply on one line."""
    reply = document["reply"]
    if not reply["to"]:
        return _("Reply goes to no one: {reason}", reason=visible(shown(reply["why"])))
    to = ", ".join(display_address(address, document) for address in reply["to"])
    if reply["cc"]:
        return visible(_("Reply goes to: {to}; Cc: {cc}", to=to, cc=", ".join(reply["cc"])))
    return visible(_("Reply goes to: {to}", to=to))


def recipient_lines(message: MessageRow, document: TicketDocument, *, full: bool) -> Iterator[str]:
    """Yield the recipients of a message other than the customer, and its Reply-To; with `full`, all of them."""
    if message["kind"] == "note":
        return
    known = {address.lower() for address in document["addresses"]}
    elsewhere = message["kind"] == "out" and any("@" in a and a.lower() not in known for a in message["to"])
    reply_to = [a for a in message["reply_to"] if full or a != message["author"]]
    for name, addresses in (
        ("To", message["to"] if full or elsewhere else ()),
        ("Cc", message["cc"]),
        ("Bcc", message["bcc"]),
        ("Reply-To", reply_to),
    ):
        if addresses:
            yield f"{name}: {visible(', '.join(addresses))}"


def verification_warning(message: MessageRow) -> str:
    """Return why a message is not verified and what to do, "" for a verified message."""
    if message["verified"]:
        return ""
    match message["doubt"]:
        case "dmarc":
            return _("not verified: DMARC failed, the sender may be forged")
        case "reply_to":
            return _("not verified: no proof of the sender, and Reply-To is new")
    if not message["author"]:
        return _("not verified: not a participant")
    return _(
        "not verified: not a participant; reply --to {address} answers only them",
        address=visible(message["author"]),
    )


def recipient_header(to: Sequence[str], cc: Sequence[str], document: TicketDocument) -> list[str]:
    """Return the lines with the recipients above a text in the editor."""
    lines = [("To", to), ("Cc", cc)]
    return [f"{name}: {', '.join(display_address(a, document) for a in there)}".rstrip() for name, there in lines]


def split_header(text: str, shown: Sequence[str]) -> tuple[str, EditedRecipients | None]:
    """Return the text without its recipient header, and the recipients if they differ from the lines `shown`.

    A `To:` line followed by a `Cc:` line is a header anywhere in the text; a single line only at the start. Without a
    header the recipients are those given.
    """
    lines = text.split("\n")
    start = next((n for n in range(len(lines) - 1) if _name(lines[n]) == "to" and _name(lines[n + 1]) == "cc"), None)
    if start is not None:
        end = start + 2
    else:
        start = next((n for n, line in enumerate(lines) if line.strip()), 0)
        # A text may start with "To:", so a single header line must contain an address.
        end = start + 1 if _name(lines[start]) and "@" in lines[start] else start
    found = lines[start:end]
    body = "\n".join([*lines[:start], *lines[end:]]).strip("\n")
    if not found or [line.strip() for line in found] == [line.strip() for line in shown]:
        return body, None
    values = {_name(line): line.partition(":")[2].strip() for line in found}
    return body, EditedRecipients(values.get("to", ""), values.get("cc", ""))


def _name(line: str) -> str:
    match = _HEADER_LINE.fullmatch(line.strip())
    return match[1].lower() if match else ""


def confirm_recipients(context: CliContext, command: Reply, *, yes: bool) -> Reply:
    """Return the reply. If it has recipients who did not get the last reply, ask for confirmation and fix them.

    Asks on a terminal only, and not with `yes`. Raises Refused unless the answer is yes.
    """
    from ...confirmation import confirm, has_terminal

    if yes or context.dry_run or not has_terminal():
        return command
    from ....errors import Refused

    facts: dict[str, Any] = context.desk().execute(command, agent=context.agent, dry_run=True).facts
    context.release()
    new = facts.get("new") or ()
    if not new:
        return command
    copies = "".join(f"; {name}: {', '.join(facts[key])}" for name, key in (("Cc", "cc"), ("Bcc", "bcc")) if facts[key])
    lines = [
        visible(_("Reply goes to: {to}", to=", ".join(facts["to"]) + copies)),
        visible(_("New since the last reply: {addresses}", addresses=", ".join(new))),
    ]
    if not confirm(lines, _("Send it?")):
        hint = _("change the recipients with --to, --cc and --no-cc; --yes skips the confirmation")
        raise Refused(_("nothing was sent"), hint)
    return replace(command, to=tuple(facts["to"]), cc=tuple(facts["cc"]), bcc=tuple(facts["bcc"]))
