"""A customer as agents read them: who they are, their tickets, and what was said, on whatever channel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ....safe import visible, visible_lines
from ...style import of_status
from ...times import age
from ...width import cut, wrap
from ..tickets.ticket_view import HEADLINE, KIND, Screen, by_name, call, event, lined, size

if TYPE_CHECKING:
    from ....core.tickets.contact_document import ContactDocument, SaidRow
    from ....core.tickets.views import TicketRow


def person(document: ContactDocument, screen: Screen) -> str:
    """The whole screen, line breaks included."""
    lines = list(_head(document, screen))
    if document["tickets"]:
        lines += ["", screen.paint("Tickets", "bold"), *(_ticket(row, screen) for row in document["tickets"])]
    if document["timeline"]:
        known = {identity["address"] for identity in document["identities"]}
        lines += ["", screen.paint("Timeline", "bold")]
        if document["earlier"]:
            lines.append(screen.paint(f"[{document['earlier']} earlier; --limit shows more]", "dim"))
        for said in document["timeline"]:
            name = document["name"] if said["kind"] == "in" and said["author"] in known else None
            lines += [*_said(said, name, screen), ""]
        lines.pop()
    if document["events"]:
        lines += ["", screen.paint("What happened to the contact", "bold")]
        lines += [line for row in document["events"] for line in wrap(event(row, screen), screen.width)]
    return "\n".join(lines) + "\n"


def _head(document: ContactDocument, screen: Screen) -> Iterator[str]:
    name = visible(document["name"] or "") or "(no name)"
    yield screen.paint(f"Contact {document['id']}  {name}", "bold")
    if document["erased_at"]:
        yield screen.paint(f"erased {screen.moment(document['erased_at'])}", "yellow")
    facts = [
        visible(document["tier"] or ""),
        visible(document["org"] or ""),
        f"language {visible(document['language'])}" if document["language"] else "",
        visible(document["timezone"] or ""),
        f"{document['open']} of {document['total']} tickets open",
    ]
    yield from wrap(" · ".join(fact for fact in facts if fact), screen.width)
    for identity in document["identities"]:
        whose = f" (contact {identity['contact']})" if identity["contact"] != document["id"] else ""
        words = f"{visible(identity['kind'])}: {visible(identity['address'])}{whose}"
        yield from wrap(words, screen.width)
        if identity["bounced"]:
            for line in wrap(f"  mail does not arrive: {visible(identity['bounced'])}", screen.width):
                yield screen.paint(line, "red")
    if document["merged"]:
        yield f"Merged into this one: {', '.join(map(str, document['merged']))}"


def _ticket(row: TicketRow, screen: Screen) -> str:
    before = f"#{row['number']:<5} "
    status = f"{row['status']:<8}"
    facts = f" {visible(row['channel'])} · {age(row['updated_at'], screen.now)} · "
    subject = visible(row["subject"]) or "(no subject)"
    room = screen.width - len(before) - len(status) - len(facts)
    return before + screen.paint(status, of_status(row["status"])) + facts + cut(subject, max(room, 10))


def _said(said: SaidRow, name: str | None, screen: Screen) -> Iterator[str]:
    facts = [
        by_name(said["author"] or "nobody", name),
        call(said["call"]) or KIND.get(said["kind"], ""),
        f"#{said['ticket']} {visible(said['channel'])}",
        screen.moment(said["sent_at"]),
    ]
    first, second, *rest = (fact for fact in facts if fact)
    yield from lined([screen.paint(f"── {first} · {second}", HEADLINE.get(said["kind"], "")), *rest], screen.width)
    yield from wrap(visible_lines(said["text"]).strip("\n"), screen.width)
    for file in said["attachments"]:
        for line in wrap(f"[attachment {file['id']}: {visible(file['filename'])}, {size(file['size'])}]", screen.width):
            yield screen.paint(line, "dim")
