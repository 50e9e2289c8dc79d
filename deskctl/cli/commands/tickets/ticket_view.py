"""A ticket as people read it: who wants what, how it stands, and what was said."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ....core.messages.subjects import differs
from ....safe import visible, visible_lines
from ...style import of_clock, of_delivery, of_priority, of_status, paint
from ...times import age, local, now
from ...width import width, wrap
from ..messages.recipients import doubt, of_message, reply_line
from .event_text import sentence

if TYPE_CHECKING:
    from ....core.delivery.views import DeliveryRow
    from ....core.messages.views import CallRow, MessageRow
    from ....core.tickets.views import TicketDocument

_COLOR = re.compile(r"\x1b\[[0-9;]*m")
#: What a message is, in words: without colour they must tell it, too.
KIND = {"in": "customer", "out": "reply", "note": "internal note", "auto": "automatic"}
HEADLINE = {"in": "customer", "out": "green", "note": "yellow", "auto": "dim"}  # a style for each kind
#: Mail servers' reports, by what marks the message.
_REPORTS = {
    "bounce": "bounce: our mail came back",
    "delay": "delay: our mail has not arrived yet",
    "delivered": "report: our mail has arrived",
}
_REPORTED = {"failed": "was not delivered", "delayed": "is not delivered yet"}
_COPIES = {"to": "the message", "cc": "the copy", "bcc": "the blind copy"}
_UNDELIVERED = {"failed": "not delivered", "uncertain": "perhaps not delivered", "retry": "not delivered yet"}


class Screen:
    """How to draw: `width` in columns, `timezone` of the desk, `full` with quotes and events, `newest_first` with the
    messages in reverse order."""

    def __init__(
        self, *, width: int, timezone: str, color: bool, full: bool = False, newest_first: bool = False
    ) -> None:
        self.width = width
        self.timezone = timezone
        self.color = color
        self.full = full
        self.newest_first = newest_first
        self.now = now()

    def paint(self, text: str, style: str) -> str:
        return paint(text, style) if self.color else text

    def moment(self, moment: str) -> str:
        return f"{local(moment, self.timezone)} ({ago(age(moment, self.now))})"


def ago(age: str) -> str:
    return age if age == "now" or age.startswith("in ") else f"{age} ago"


def contact(ref: Any) -> str:
    """`Name <address>`, or the one there is."""
    name, address = ref.get("name"), ref.get("address")
    return visible(f"{name} <{address}>" if name and address else name or address or f"contact {ref.get('id')}")


def ticket(document: TicketDocument, screen: Screen) -> str:
    """The whole screen, line breaks included."""
    lines = [*_head(document, screen)]
    for message in reversed(document["messages"]) if screen.newest_first else document["messages"]:
        lines += ["", *_message(message, document, screen)]
    if screen.full:
        lines += ["", screen.paint("Events", "bold"), *(event(e, screen) for e in document["events"])]
    return "\n".join(lines) + "\n"


def _head(document: TicketDocument, screen: Screen) -> Iterator[str]:
    title = f"#{document['number']}  {visible(document['subject']) or '(no subject)'}"
    for line in wrap(title, screen.width):
        yield screen.paint(line, "bold")
    facts = [
        screen.paint(document["status"], of_status(document["status"])),
        screen.paint(f"{document['priority']} priority", of_priority(document["priority"])),
        f"assigned to {visible(document['assignee'])}" if document["assignee"] else "nobody's",
        f"team {visible(document['team'])}" if document["team"] else "",
        f"via {visible(document['channel'])}",
    ]
    yield " · ".join(fact for fact in facts if fact)
    if document.get("spam"):
        for line in wrap(f"Spam: {visible(document['spam_reason'] or '')}", screen.width):
            yield screen.paint(line, "red")
    yield from wrap(" · ".join((f"From {contact(document['contact'])}", *_standing(document))), screen.width)
    yield from _whole(reply_line(document), screen)
    for warning in document["reply"]["warnings"]:
        for line in _whole(f"Warning: {visible(warning)}", screen):
            yield screen.paint(line, "yellow")
    for address in document.get("bounced") or ():
        words = f"Address bounced: {visible(address['address'])}: {visible(address['reason'])}"
        for line in wrap(words, screen.width):
            yield screen.paint(line, "red")
    times = [f"created {screen.moment(document['created_at'])}"]
    if document["waiting_since"]:
        times.append(f"waiting {age(document['waiting_since'], screen.now)}")
    if document["due_at"]:
        due = f"due {screen.moment(document['due_at'])}"
        times.append(screen.paint(due, of_clock(document["sla"])))
    yield from lined(times, screen.width)
    if document["callback_at"]:
        late = datetime.fromisoformat(document["callback_at"]) <= screen.now
        words = f"Call back {screen.moment(document['callback_at'])}"
        yield screen.paint(words, "red" if late else "yellow")
    if document["approval"]:
        words = f"Waits for an approval, {visible(document['approval'])} asked: deskctl approve {document['number']}"
        yield screen.paint(words, "yellow")
    for row in document.get("composing") or ():
        yield screen.paint(
            f"{visible(row['agent'])} has been writing a reply since {screen.moment(row['since'])}", "yellow"
        )
    for label, value in (
        ("Tier", visible(document["tier"] or "")),
        ("Tags", ", ".join(map(visible, document["tags"]))),
        ("Followers", ", ".join(map(visible, document.get("followers") or ()))),
        ("Merged into", f"#{document['merged_into']}" if document.get("merged_into") else ""),
        ("Holds", ", ".join(f"#{n}" for n in document.get("merged") or ())),
        ("Also open", _elsewhere(document)),
        ("Continues", f"#{document['follows']}" if document.get("follows") else ""),
    ):
        if value:
            yield from wrap(f"{label}: {value}", screen.width)


def _whole(text: str, screen: Screen) -> Iterator[str]:
    """A text on as many lines as it needs; on one in a pipe, so that it can be found."""
    yield from wrap(text, screen.width) if sys.stdout.isatty() else (text,)


def lined(parts: Sequence[str], limit: int) -> Iterator[str]:
    """Parts between dots, as many on a line as fit; the colours of a part count nothing."""
    line = ""
    for part in parts:
        longer = f"{line} · {part}" if line else part
        if line and width(_COLOR.sub("", longer)) > limit:
            yield line
            longer = part
        line = longer
    if line:
        yield line


def _standing(document: TicketDocument) -> Iterator[str]:
    ref = document["contact"]
    if ref["name"] or ref["address"]:
        yield f"contact {ref['id']}"
    for value in (ref["tier"], ref["org"]):
        if value:
            yield visible(value)


#: Other tickets of the customer that are named; `contact show` has them all.
_NAMED = 3


def _elsewhere(document: TicketDocument) -> str:
    """What the customer also waits for, wherever they said it."""
    others = document["elsewhere"]
    named = [f"#{other['number']} {visible(other['subject'])} ({visible(other['channel'])})" for other in others]
    more = [f"{len(others) - _NAMED} more"] if len(others) > _NAMED else []
    return ", ".join(named[:_NAMED] + more)


def call(row: CallRow | None) -> str:
    """`they called, 4 min`; "" for what was no call."""
    if row is None:
        return ""
    who = "they called" if row["direction"] == "in" else "we called"
    if row["seconds"] is None:
        return who
    minutes, rest = divmod(row["seconds"], 60)
    return f"{who}, " + " ".join(part for part in (f"{minutes} min" * bool(minutes), f"{rest} s" * bool(rest)) if part)


def _message(message: MessageRow, document: TicketDocument, screen: Screen) -> Iterator[str]:
    delivery, automatic = message["delivery"], message["automatic"] or ""
    report = _REPORTS.get(automatic, "")
    doubtful = "" if message["verified"] or report else doubt(message)
    facts = [
        _author(message, document),
        report or call(message["call"]) or KIND.get(message["kind"], message["kind"]),
        screen.moment(message["sent_at"]),
        screen.paint(delivery, of_delivery(delivery)) if delivery else "",
        visible(automatic) if message["kind"] == "auto" and not report else "",
        f"via {visible(message['channel'])}" if _several_channels(document) and message["kind"] != "note" else "",
        "edited" if message["original"] is not None else "",
        screen.paint(doubtful, "yellow") if width(doubtful) <= screen.width else "",
        f"message {message['id']}" if screen.full else "",
        f"from #{message['ticket']}" if message["ticket"] != document["number"] else "",
    ]
    first, second, *rest = (fact for fact in facts if fact)
    style = HEADLINE.get(message["kind"], "")
    yield from lined([screen.paint(f"── {first} · {second}", style), *rest], screen.width)
    if width(doubtful) > screen.width:
        yield from (screen.paint(line, "yellow") for line in _whole(doubtful, screen))
    if delivery in _UNDELIVERED and message.get("delivery_error"):
        words = f"[{_UNDELIVERED[delivery]}: {visible(message['delivery_error'] or '')}{_only_reason(message)}]"
        for line in wrap(words, screen.width):
            yield screen.paint(line, of_delivery(delivery))
    if delivery not in _UNDELIVERED or len(message["deliveries"]) != 1:
        yield from undelivered(message["deliveries"], screen)
    if message["kind"] in ("in", "auto") and differs(message["subject"], document["subject"], message["text"]):
        yield from wrap(f"Subject: {visible(message['subject'])}", screen.width)
    for named in of_message(message, document, full=screen.full):
        for line in wrap(named, screen.width):
            yield screen.paint(line, "dim")
    yield from body(message, screen)


def _only_reason(message: MessageRow) -> str:
    """Why the only recipient of a message was not reached, in words; "" for several, or if no report says it."""
    from ....core.delivery.failure_texts import why

    classes = [each["reason_class"] for each in message["deliveries"]]
    return f" ({why('en', classes[0])})" if len(classes) == 1 and classes[0] is not None else ""


def undelivered(deliveries: Sequence[DeliveryRow], screen: Screen) -> Iterator[str]:
    """The recipients whom the message has not reached, or not yet, as reports say."""
    from ....core.delivery.failure_texts import said, why

    for each in deliveries:
        if each["state"] not in _REPORTED or (each["reason_class"] is None and each["status"] is None):
            continue
        what = _COPIES[each["field"]]
        answer = said(each["status"], each["reason"])
        reason = why("en", each["reason_class"]) if each["reason_class"] else ""
        words = f"{reason} ({answer})" if reason and answer else reason or answer
        line = f"[{what} to {visible(each['address'])} {_REPORTED[each['state']]}: {visible(words)}]"
        for part in wrap(line, screen.width):
            yield screen.paint(part, of_delivery("failed" if each["state"] == "failed" else "retry"))


def _author(message: MessageRow, document: TicketDocument) -> str:
    given = message["author"]
    if given is None:
        return "the desk" if message["kind"] == "auto" else "nobody"
    name = document["contact"]["name"] if message["kind"] == "in" and given in document["addresses"] else None
    return by_name(given, name)


def by_name(address: str, name: str | None) -> str:
    """A customer's address; after their name where it is the number that a chat knows them by."""
    return f"{visible(name)} ({visible(address)})" if name and address.isdecimal() else visible(address)


def _several_channels(document: TicketDocument) -> bool:
    return len({message["channel"] for message in document["messages"] if message["kind"] != "note"}) > 1


def body(message: MessageRow, screen: Screen) -> Iterator[str]:
    """The words of a message and the names of its files."""
    text = message["text"] if screen.full else message["visible_text"]
    yield from wrap(visible_lines(text).strip("\n"), screen.width)
    if not screen.full and message["visible_text"].strip() != message["text"].strip():
        yield screen.paint("[quoted text and signature hidden; --full shows them]", "dim")
    if screen.full and message["original"] is not None:
        yield screen.paint("[before it was edited:]", "dim")
        yield from wrap(visible_lines(message["original"]).strip("\n"), screen.width)
    for file in message["attachments"]:
        about = f"{visible(file['filename'])}, {visible(file['content_type'])}, {size(file['size'])}"
        for line in wrap(f"[attachment {file['id']}: {about}]", screen.width):
            yield screen.paint(line, "dim")


def event(row: dict[str, Any], screen: Screen) -> str:
    """When, who, and what happened, wrapped to the width with the later lines indented."""
    start = f"{local(row['at'], screen.timezone)}  {visible(row['by'])}  "
    return indented(start, sentence(row, screen.timezone), screen)


def indented(start: str, words: str, screen: Screen) -> str:
    """`words` after `start`, wrapped; what does not fit stands below, indented. The start is dim."""
    first, *rest = list(wrap(words, max(screen.width - width(start), 20))) or [""]
    later = list(wrap(" ".join(rest), max(screen.width - 4, 20))) if rest else []
    return "\n".join([screen.paint(start, "dim") + first, *(f"    {line}" for line in later)]).rstrip()


def size(count: int) -> str:
    """Bytes for people: 900 B, 12 kB, 3.4 MB."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.0f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"
