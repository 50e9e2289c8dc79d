"""Render a customer: names and addresses, tickets, and messages on all channels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ....safe import visible, visible_lines
from ...messages import _, word
from ...screen import Screen, format_size, join_facts
from ...style import status_style
from ...times import age
from ...width import cut, pad, width, wrap
from ..tickets.ticket_view import author_name, call_text, event_line, kind_name, kind_style

if TYPE_CHECKING:
    from ....core.tickets.contact_document import ContactDocument, SaidRow
    from ....core.tickets.views import TicketRow


def render_contact(document: ContactDocument, screen: Screen) -> str:
    """Return the contact as text, with line breaks."""
    lines = list(_header(document, screen))
    if document["tickets"]:
        lines += ["", screen.paint(_("Tickets"), "bold"), *(_ticket(row, screen) for row in document["tickets"])]
    if document["timeline"]:
        known = {identity["address"] for identity in document["identities"]}
        lines += ["", screen.paint(_("Timeline"), "bold")]
        if document["earlier"]:
            earlier = _("[{count} earlier messages; --limit shows more]", count=document["earlier"])
            lines.append(screen.paint(earlier, "dim"))
        for message in document["timeline"]:
            name = document["name"] if message["kind"] == "in" and message["author"] in known else None
            lines += [*_message(message, name, screen), ""]
        lines.pop()
    if document["events"]:
        lines += ["", screen.paint(_("Contact history"), "bold")]
        lines += [line for row in document["events"] for line in wrap(event_line(row, screen), screen.width)]
    return "\n".join(lines) + "\n"


def _header(document: ContactDocument, screen: Screen) -> Iterator[str]:
    name = visible(document["name"] or "") or _("(no name)")
    yield screen.paint(_("Contact {number}", number=document["id"]) + f"  {name}", "bold")
    if document["erased_at"]:
        yield screen.paint(_("erased {time}", time=screen.moment(document["erased_at"])), "yellow")
    facts = [
        visible(document["tier"] or ""),
        visible(document["org"] or ""),
        _("language {code}", code=visible(document["language"])) if document["language"] else "",
        visible(document["timezone"] or ""),
        _("{open} of {total} tickets open", open=document["open"], total=document["total"]),
    ]
    yield from wrap(" · ".join(fact for fact in facts if fact), screen.width)
    for identity in document["identities"]:
        merged = identity["contact"] != document["id"]
        origin = " (" + _("contact {number}", number=identity["contact"]) + ")" if merged else ""
        yield from wrap(f"{visible(identity['kind'])}: {visible(identity['address'])}{origin}", screen.width)
        if identity["bounced"]:
            for line in wrap("  " + _("mail bounces: {reason}", reason=visible(identity["bounced"])), screen.width):
                yield screen.paint(line, "red")
    if document["merged"]:
        yield _("Merged contacts: {numbers}", numbers=", ".join(map(str, document["merged"])))


def _ticket(row: TicketRow, screen: Screen) -> str:
    before = f"#{row['number']:<5} "
    status = pad(word(row["status"]), 8)
    facts = f" {visible(row['channel'])} · {age(row['updated_at'], screen.now)} · "
    subject = visible(row["subject"]) or _("(no subject)")
    room = screen.width - width(before + status + facts)
    return before + screen.paint(status, status_style(row["status"])) + facts + cut(subject, max(room, 10))


def _message(message: SaidRow, name: str | None, screen: Screen) -> Iterator[str]:
    facts = [
        author_name(message["author"] or _("unknown author"), name),
        call_text(message["call"]) or kind_name(message["kind"]),
        f"#{message['ticket']} {visible(message['channel'])}",
        screen.moment(message["sent_at"]),
    ]
    first, second, *rest = (fact for fact in facts if fact)
    yield from join_facts([screen.paint(f"── {first} · {second}", kind_style(message["kind"])), *rest], screen.width)
    yield from wrap(visible_lines(message["text"]).strip("\n"), screen.width)
    for file in message["attachments"]:
        line = _(
            "[attachment {id}: {file}, {size}]",
            id=file["id"],
            file=visible(file["filename"]),
            size=format_size(file["size"]),
        )
        for part in wrap(line, screen.width):
            yield screen.paint(part, "dim")
