"""Render a ticket: subject, state, customer, due times and messages."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ....i18n import preferred, shell_languages
from ....safe import visible, visible_lines
from ...messages import _, shown, word
from ...screen import Screen, format_size, hanging, join_facts
from ...style import clock_style, delivery_style, priority_style, status_style
from ...times import age, local_time
from ...width import width, wrap
from ..messages.recipients import recipient_lines, reply_line, verification_warning
from .event_text import event_sentence

if TYPE_CHECKING:
    from ....core.delivery.views import DeliveryRow
    from ....core.messages.views import CallRow, MessageRow
    from ....core.tickets.views import TicketDocument

_KIND_STYLES = {"in": "customer", "out": "green", "note": "yellow", "auto": "dim"}


def kind_name(kind: str) -> str:
    """Return the name of a kind of message, "" for an unknown kind. It must tell kinds apart without colour."""
    names = {"in": _("customer"), "out": _("reply"), "note": _("internal note"), "auto": _("automatic")}
    return names.get(kind, "")


def kind_style(kind: str) -> str:
    """Return the style of the header of a message of a kind."""
    return _KIND_STYLES.get(kind, "")


def contact_name(ref: Any) -> str:
    """Return `Name <address>`, or the name or the address alone, or the contact's number."""
    name, address = ref.get("name"), ref.get("address")
    return visible(
        f"{name} <{address}>" if name and address else name or address or _("contact {number}", number=ref.get("id"))
    )


def render_ticket(document: TicketDocument, screen: Screen) -> str:
    """Return the ticket as text, with line breaks."""
    messages = document["messages"]
    lines = list(_header(document, screen))
    for message in reversed(messages) if screen.newest_first else messages:
        lines += ["", *_message(message, document, screen)]
    if screen.full:
        lines += ["", screen.paint(_("Events"), "bold"), *(event_line(e, screen) for e in document["events"])]
    return "\n".join(lines) + "\n"


def _header(document: TicketDocument, screen: Screen) -> Iterator[str]:
    subject = visible(document["subject"]) or _("(no subject)")
    title = f"#{document['number']}  {subject}"
    for line in wrap(title, screen.width):
        yield screen.paint(line, "bold")
    assignee = document["assignee"]
    facts = [
        screen.paint(word(document["status"]), status_style(document["status"])),
        screen.paint(
            _("{priority} priority", priority=word(document["priority"])), priority_style(document["priority"])
        ),
        _("assigned to {agent}", agent=visible(assignee)) if assignee else _("unassigned"),
        _("team {team}", team=visible(document["team"])) if document["team"] else "",
        _("via {channel}", channel=visible(document["channel"])),
    ]
    yield " · ".join(fact for fact in facts if fact)
    if document.get("spam"):
        for line in wrap(_("Spam: {reason}", reason=visible(shown(document["spam_reason"] or ""))), screen.width):
            yield screen.paint(line, "red")
    customer = _("From {customer}", customer=contact_name(document["contact"]))
    yield from wrap(" · ".join((customer, *_contact_facts(document))), screen.width)
    yield from _wrapped(reply_line(document), screen)
    for warning in document["reply"]["warnings"]:
        for line in _wrapped(_("Warning: {text}", text=visible(shown(warning))), screen):
            yield screen.paint(line, "yellow")
    for address in document.get("bounced") or ():
        bounce = _(
            "Address bounces: {address}: {reason}",
            address=visible(address["address"]),
            reason=visible(shown(address["reason"])),
        )
        for line in wrap(bounce, screen.width):
            yield screen.paint(line, "red")
    yield from _times(document, screen)
    if document["approval"]:
        line = _(
            "Waiting for approval, requested by {agent}: deskctl approve {number}",
            agent=visible(document["approval"]),
            number=document["number"],
        )
        yield screen.paint(line, "yellow")
    for row in document.get("composing") or ():
        line = _(
            "{agent} has been writing a reply since {time}",
            agent=visible(row["agent"]),
            time=screen.moment(row["since"]),
        )
        yield screen.paint(line, "yellow")
    for label, value in (
        (_("Tier"), visible(document["tier"] or "")),
        (_("Tags"), ", ".join(map(visible, document["tags"]))),
        *((visible(shown(row["label"])), visible(shown(row["text"]))) for row in document["field_texts"]),
        (_("Followers"), ", ".join(map(visible, document.get("followers") or ()))),
        (_("Merged into"), f"#{document['merged_into']}" if document.get("merged_into") else ""),
        (_("Merged tickets"), ", ".join(f"#{n}" for n in document.get("merged") or ())),
        (_("Other open tickets"), _other_tickets(document)),
        (_("Continues"), f"#{document['follows']}" if document.get("follows") else ""),
    ):
        if value:
            yield from wrap(f"{label}: {value}", screen.width)


def _times(document: TicketDocument, screen: Screen) -> Iterator[str]:
    times = [_("created {time}", time=screen.moment(document["created_at"]))]
    if document["waiting_since"]:
        times.append(_("waiting {age}", age=age(document["waiting_since"], screen.now)))
    if document["due_at"]:
        due = _("due {time}", time=screen.moment(document["due_at"]))
        times.append(screen.paint(due, clock_style(document["sla"])))
    yield from join_facts(times, screen.width)
    if document["callback_at"]:
        late = datetime.fromisoformat(document["callback_at"]) <= screen.now
        callback = _("Call back {time}", time=screen.moment(document["callback_at"]))
        yield screen.paint(callback, "red" if late else "yellow")


def _wrapped(text: str, screen: Screen) -> Iterator[str]:
    """Yield the lines of a text; in a pipe one line, so that scripts can match it."""
    yield from wrap(text, screen.width) if sys.stdout.isatty() else (text,)


def _contact_facts(document: TicketDocument) -> Iterator[str]:
    ref = document["contact"]
    if ref["name"] or ref["address"]:
        yield _("contact {number}", number=ref["id"])
    for value in (ref["tier"], ref["org"]):
        if value:
            yield visible(value)


#: The maximum number of other tickets that the view names; `contact show` lists all.
_MAX_OTHER_TICKETS = 3


def _other_tickets(document: TicketDocument) -> str:
    """Return the customer's other open tickets on all channels."""
    others = document["elsewhere"]
    named = [f"#{other['number']} {visible(other['subject'])} ({visible(other['channel'])})" for other in others]
    rest = len(others) - _MAX_OTHER_TICKETS
    return ", ".join(named[:_MAX_OTHER_TICKETS] + ([_("{count} more", count=rest)] if rest > 0 else []))


def call_text(row: CallRow | None) -> str:
    """Return `incoming call, 4 min`; "" for a message that is not a call."""
    if row is None:
        return ""
    direction = _("incoming call") if row["direction"] == "in" else _("outgoing call")
    if row["seconds"] is None:
        return direction
    minutes, rest = divmod(row["seconds"], 60)
    parts = [_("{n} min", n=minutes) if minutes else "", _("{n} s", n=rest) if rest else ""]
    return f"{direction}, {' '.join(filter(None, parts))}"


def _message(message: MessageRow, document: TicketDocument, screen: Screen) -> Iterator[str]:
    delivery, automatic = message["delivery"], message["automatic"] or ""
    report = _report_name(automatic)
    warning = "" if message["verified"] or report else verification_warning(message)
    via = _several_channels(document) and message["kind"] != "note"
    facts = [
        _author(message, document),
        report or call_text(message["call"]) or kind_name(message["kind"]) or message["kind"],
        screen.moment(message["sent_at"]),
        screen.paint(word(delivery), delivery_style(delivery)) if delivery else "",
        visible(automatic) if message["kind"] == "auto" and not report else "",
        _("via {channel}", channel=visible(message["channel"])) if via else "",
        _("edited") if message["original"] is not None else "",
        screen.paint(warning, "yellow") if warning and width(warning) <= screen.width else "",
        _("message {number}", number=message["id"]) if screen.full else "",
        _("from #{number}", number=message["ticket"]) if message["ticket"] != document["number"] else "",
    ]
    first, second, *rest = (fact for fact in facts if fact)
    yield from join_facts([screen.paint(f"── {first} · {second}", kind_style(message["kind"])), *rest], screen.width)
    if width(warning) > screen.width:
        yield from (screen.paint(line, "yellow") for line in _wrapped(warning, screen))
    if message["problem"]:
        yield from (screen.paint(line, "yellow") for line in wrap(f"[{_problem_text(message)}]", screen.width))
    undelivered = _undelivered_name(delivery or "")
    if undelivered and message.get("delivery_error"):
        error = visible(shown(message["delivery_error"] or ""))
        for line in wrap(f"[{undelivered}: {error}{_single_reason(message)}]", screen.width):
            yield screen.paint(line, delivery_style(delivery or ""))
    if not undelivered or len(message["deliveries"]) != 1:
        yield from delivery_problems(message["deliveries"], screen)
    if message["kind"] in ("in", "auto") and _has_own_subject(message, document):
        yield from wrap(_("Subject: {subject}", subject=visible(message["subject"])), screen.width)
    for addresses in recipient_lines(message, document, full=screen.full):
        for line in wrap(addresses, screen.width):
            yield screen.paint(line, "dim")
    yield from message_body(message, screen)


def _has_own_subject(message: MessageRow, document: TicketDocument) -> bool:
    """Return True if the subject of a message adds information to the ticket's subject."""
    if message["subject"] == document["subject"]:
        return False
    from ....core.messages.subjects import differs

    return differs(message["subject"], document["subject"], message["text"])


def _report_name(automatic: str) -> str:
    """Return the name of a delivery report of a mail server; "" for another message."""
    names = {
        "bounce": _("bounce: mail was returned"),
        "delay": _("delay: mail is not delivered yet"),
        "delivered": _("report: mail was delivered"),
    }
    return names.get(automatic, "")


def _problem_text(message: MessageRow) -> str:
    """Return the reason why only the headers of a message are shown."""
    if message["problem"] == "timeout":
        return _("parsing took too long: only the headers are shown, the raw message is kept")
    return _("the parser crashed: only the headers are shown, the raw message is kept")


def _undelivered_name(delivery: str) -> str:
    """Return a delivery state in words if the message has not arrived, else ""."""
    names = {
        "failed": _("not delivered"),
        "uncertain": _("possibly not delivered"),
        "retry": _("not delivered yet"),
    }
    return names.get(delivery, "")


def _single_reason(message: MessageRow) -> str:
    """Return the reason why the only recipient did not get a message; "" for several, or without a report."""
    classes = [each["reason_class"] for each in message["deliveries"]]
    if len(classes) != 1 or classes[0] is None:
        return ""
    from ....core.delivery.failure_texts import reason_text

    return f" ({reason_text(_language(), classes[0])})"


def delivery_problems(deliveries: Sequence[DeliveryRow], screen: Screen) -> Iterator[str]:
    """Yield a line for each recipient who, according to a report, does not have the message."""
    problems = [each for each in deliveries if each["state"] in ("failed", "delayed")]
    problems = [each for each in problems if each["reason_class"] is not None or each["status"] is not None]
    if not problems:
        return
    from ....core.delivery.failure_texts import reason_text, server_answer

    language = _language()
    for each in problems:
        failed = each["state"] == "failed"
        answer = server_answer(each["status"], each["reason"])
        reason = reason_text(language, each["reason_class"]) if each["reason_class"] else ""
        detail = visible(f"{reason} ({answer})" if reason and answer else reason or answer)
        address = visible(each["address"])
        line = {
            ("to", True): _("the message to {address} was not delivered: {reason}", address=address, reason=detail),
            ("to", False): _("the message to {address} is not delivered yet: {reason}", address=address, reason=detail),
            ("cc", True): _("the copy to {address} was not delivered: {reason}", address=address, reason=detail),
            ("cc", False): _("the copy to {address} is not delivered yet: {reason}", address=address, reason=detail),
            ("bcc", True): _("the blind copy to {address} was not delivered: {reason}", address=address, reason=detail),
            ("bcc", False): _(
                "the blind copy to {address} is not delivered yet: {reason}", address=address, reason=detail
            ),
        }[each["field"], failed]
        for part in wrap(f"[{line}]", screen.width):
            yield screen.paint(part, delivery_style("failed" if failed else "retry"))


def _language() -> str:
    """Return the language of the shell if deskctl has it, else "en"."""
    return preferred(*shell_languages())


def _author(message: MessageRow, document: TicketDocument) -> str:
    author = message["author"]
    if author is None:
        return _("the desk") if message["kind"] == "auto" else _("unknown author")
    name = document["contact"]["name"] if message["kind"] == "in" and author in document["addresses"] else None
    return author_name(author, name)


def author_name(address: str, name: str | None) -> str:
    """Return an address; `NAME (ADDRESS)` for the numeric id of a chat user."""
    return f"{visible(name)} ({visible(address)})" if name and address.isdecimal() else visible(address)


def _several_channels(document: TicketDocument) -> bool:
    return len({message["channel"] for message in document["messages"] if message["kind"] != "note"}) > 1


def message_body(message: MessageRow, screen: Screen) -> Iterator[str]:
    """Yield the lines of the text of a message and of its list of attachments."""
    text = message["text"] if screen.full else message["visible_text"]
    yield from wrap(visible_lines(text).strip("\n"), screen.width)
    if not screen.full and message["visible_text"].strip() != message["text"].strip():
        yield screen.paint(_("[quoted text and signature hidden; --full shows them]"), "dim")
    if screen.full and message["original"] is not None:
        yield screen.paint(_("[text before the edit:]"), "dim")
        yield from wrap(visible_lines(message["original"]).strip("\n"), screen.width)
    for file in message["attachments"]:
        about = f"{visible(file['filename'])}, {visible(file['content_type'])}, {format_size(file['size'])}"
        for line in wrap(_("[attachment {id}: {about}]", id=file["id"], about=about), screen.width):
            yield screen.paint(line, "dim")


def event_line(row: dict[str, Any], screen: Screen) -> str:
    """Return an event as time, actor and sentence, wrapped to the screen with later lines indented."""
    start = f"{local_time(row['at'], screen.timezone)}  {visible(row['by'])}  "
    return hanging(start, event_sentence(row, screen.timezone), screen)
