"""Recipients as agents read them, edit them above their text, and are asked about them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from ....safe import visible

if TYPE_CHECKING:
    from ....core.messages.commands import Reply
    from ....core.messages.views import MessageRow
    from ....core.tickets.views import TicketDocument
    from ...context import CliContext

_LINE = re.compile(r"(To|Cc):[ \t]*(.*)", re.IGNORECASE)
_PLAIN_NAME = re.compile(r"[^\x00-\x1f\x7f\"(),.:;<>@\[\]\\]+")


class Edited(NamedTuple):
    """The recipients that stand above a text, as in a mail's header."""

    to: str
    cc: str


def named(address: str, document: TicketDocument) -> str:
    """`Ana Kim <ana@example.org>` for an address of the ticket's customer, else the address."""
    name = document["contact"]["name"]
    if not name or "@" not in address or address.lower() not in map(str.lower, document["addresses"]):
        return address
    name = " ".join(name.split())
    shown = name if _PLAIN_NAME.fullmatch(name) else '"' + re.sub(r"[\x00-\x1f\x7f\"\\]", "", name) + '"'
    return f"{shown} <{address}>"


def reply_line(document: TicketDocument) -> str:
    """Return the recipients of the next reply, on one line."""
    reply = document["reply"]
    if not reply["to"]:
        return f"Reply goes to: nobody; {visible(reply['why'])}"
    to = ", ".join(named(address, document) for address in reply["to"])
    cc = f"; Cc: {', '.join(reply['cc'])}" if reply["cc"] else ""
    return visible(f"Reply goes to: {to}{cc}")


def of_message(message: MessageRow, document: TicketDocument, *, full: bool) -> Iterator[str]:
    """Who else than the customer a message went to, and where its sender wants answers; with `full` the whole of it."""
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


def doubt(message: MessageRow) -> str:
    """Why a message is not verified, and what to do about it; "" if it is."""
    if message["verified"]:
        return ""
    match message["doubt"]:
        case "dmarc":
            return "not verified: DMARC failed, its sender may be forged"
        case "reply_to":
            return "not verified: nothing proves its sender, and Reply-To is new"
    answer = f"; reply --to {visible(message['author'])} answers them alone" if message["author"] else ""
    return f"not verified: not a participant{answer}"


def above(to: Sequence[str], cc: Sequence[str], document: TicketDocument) -> list[str]:
    """The lines that stand above a text in the editor."""
    lines = [("To", to), ("Cc", cc)]
    return [f"{name}: {', '.join(named(a, document) for a in there)}".rstrip() for name, there in lines]


def split(text: str, given: Sequence[str]) -> tuple[str, Edited | None]:
    """The text without the lines `given` above it, and what they say if that was changed.

    Both lines are looked for together, wherever they stand; one alone, at the very top. Without any the recipients are
    those that were shown.
    """
    lines = text.split("\n")
    start = next((n for n in range(len(lines) - 1) if _name(lines[n]) == "to" and _name(lines[n + 1]) == "cc"), None)
    if start is not None:
        end = start + 2
    else:
        start = next((n for n, line in enumerate(lines) if line.strip()), 0)
        # A text may begin with "To:", too: alone, such a line has to look like recipients.
        end = start + 1 if _name(lines[start]) and "@" in lines[start] else start
    found = lines[start:end]
    body = "\n".join([*lines[:start], *lines[end:]]).strip("\n")
    if not found or [line.strip() for line in found] == [line.strip() for line in given]:
        return body, None
    said = {_name(line): line.partition(":")[2].strip() for line in found}
    return body, Edited(said.get("to", ""), said.get("cc", ""))


def _name(line: str) -> str:
    match = _LINE.fullmatch(line.strip())
    return match[1].lower() if match else ""


def confirmed(context: CliContext, command: Reply, *, yes: bool) -> Reply:
    """The reply, to exactly those whom its author was asked about if any of them did not get the last one.

    Asks on a terminal only. Raises Refused where the answer is no.
    """
    if yes or context.dry_run or not _terminal():
        return command
    import click

    from ....errors import Refused

    facts: dict[str, Any] = context.desk().execute(command, agent=context.agent, dry_run=True)["facts"]
    context.release()
    new = facts.get("new") or ()
    if not new:
        return command
    copies = "".join(f"; {name}: {', '.join(facts[key])}" for name, key in (("Cc", "cc"), ("Bcc", "bcc")) if facts[key])
    click.echo(visible(f"Reply goes to: {', '.join(facts['to'])}{copies}"), err=True)
    click.echo(visible(f"New since the last reply: {', '.join(new)}"), err=True)
    if not click.confirm("Send it?", err=True):
        raise Refused("nothing was sent", "--to, --cc and --no-cc change the recipients; --yes does not ask")
    return replace(command, to=tuple(facts["to"]), cc=tuple(facts["cc"]), bcc=tuple(facts["bcc"]))


def _terminal() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))
