"""The texts of notifications to agents, in the desk's language."""

from __future__ import annotations

from collections.abc import Iterable

from ...i18n import Phrases, _, _p, preferred
from ...safe import visible, visible_lines
from ..agents.repository import Agents
from ..contacts.repository import Contacts
from ..kernel.unit import Unit
from ..messages.model import MessageKind
from ..messages.repository import Messages
from ..messages.subjects import differs
from ..messages.thread import Message, MessageHead, Trust
from ..tickets.model import Ticket
from ..tickets.repository import Tickets
from .model import Notification

#: The maximum number of characters of the customer's message in a notification.
EXCERPT = 2000

WHAT = Phrases(
    {
        "new": _p("notification", "New ticket"),
        "assigned": _p("notification", "Assigned to you"),
        "escalated": _p("notification", "Escalated to you"),
        "failed": _p("notification", "Your reply was not delivered"),
        "partly_failed": _p("notification", "Your reply did not reach everyone"),
        "uncertain": _p("notification", "Your reply may not have been delivered"),
        "refused": _p("notification", "Your mail could not be processed"),
        "quarantined": _p("notification", "A message could not be read"),
        "person": _p("notification", "A customer asks for a person"),
        "callback": _p("notification", "Call back"),
        "due_soon": _p("notification", "Due soon"),
        "overdue": _p("notification", "Overdue"),
        "routed": _p("notification", "Several tickets assigned to you"),
        "nobody": _p("notification", "Tickets are waiting and no agent is online"),
        "stuck": _p("notification", "Tickets are waiting that no available agent can take"),
        "approval": _p("notification", "Your approval is requested"),
        "approved": _p("notification", "Approved"),
        "denied": _p("notification", "Not approved"),
        "undecided": _p("notification", "Closed before your request was decided"),
        "answered": _p("notification", "Customer replied"),
        "replied": _p("notification", "Colleague replied"),
        "solved": _p("notification", "Solved"),
        "reopened": _p("notification", "Reopened"),
        "unverified": _p("notification", "Message from an unverified sender"),
    }
)
_LABELS = Phrases({"from": _p("notification", "From"), "reason": _p("notification", "Reason")})
#: The author of the note that a notification is about, by the kind of notification; "" stands for all other kinds.
_BY = Phrases(
    {
        "escalated": _p("notification", "Escalated by"),
        "approval": _p("notification", "Requested by"),
        "approved": _p("notification", "Decided by"),
        "denied": _p("notification", "Decided by"),
        "replied": _p("notification", "Reply by"),
        "solved": _p("notification", "Solved by"),
        "reopened": _p("notification", "Reopened by"),
        "answered": _p("notification", "Entered by"),
        "": _p("notification", "Note by"),
    }
)
#: The reason why a message is not verified; "" is for senders who are not participants of the ticket.
_DOUBT = Phrases(
    {
        Trust.FAIL: _("Not verified: DMARC failed, the sender may be forged"),
        Trust.DOUBTFUL: _("Not verified: nothing proves the sender, and Reply-To is new"),
        "": _("Not verified: the sender is not a participant of the ticket and gets no answer to this message"),
    }
)
#: The author where it is not an agent.
_ITSELF = Phrases({"system:sla": _p("notification", "an SLA policy"), "": _p("notification", "the desk")})


def names_customer(line: str) -> bool:
    """Return True if a line of a notification names the customer."""
    return line.startswith(tuple(f"{label}: " for label in _LABELS.everywhere("from")))


def secrets(lines: Iterable[str]) -> list[str]:
    """Return the reasons in the lines of a notification, without their label."""
    labels = tuple(f"{label}: " for label in _LABELS.everywhere("reason"))
    return [line.partition(": ")[2] for line in lines if line.startswith(labels)]


def language(unit: Unit) -> str:
    return preferred(unit.settings.language)


def command(notification: Notification) -> str:
    """Return the command that shows more."""
    if notification.ticket is not None:
        return f"deskctl show {notification.ticket}"
    return "deskctl inbox list" if notification.about == "quarantined" else "deskctl list"


def single(unit: Unit, notification: Notification) -> tuple[str, str]:
    """Return subject and text of a single notification."""
    ticket = Tickets.of(unit).find(notification.ticket) if notification.ticket is not None else None
    what = WHAT(notification.about, language(unit))
    subject = f"[#{ticket.number}] {what}: {visible(ticket.subject)}".strip() if ticket else what
    lines = [visible_lines(notification.detail)] if notification.detail else []
    if ticket is None:
        return subject, "\n".join([*lines, "", "-- ", command(notification)])
    written = _head(unit, ticket, notification.message)
    received = written if written is not None and written.kind is MessageKind.IN else None
    text = _message_text(unit, notification.message).strip()
    if received is not None and differs(received.subject, ticket.subject, text):
        text = f"{received.subject}\n\n{text}".strip()  # a customer may answer in the subject alone
    text = visible_lines(text[:EXCERPT])
    head = [f"{_LABELS('from', language(unit))}: {visible(_author_name(unit, ticket, received))}"]
    if written is not None and written.kind is MessageKind.NOTE:
        head.append(_author_line(unit, notification, written))
        if notification.about == "escalated":
            lines, text = [*lines, f"{_LABELS('reason', language(unit))}: {text}"], ""
    words = ["", text] if text and text not in lines else []
    return subject, "\n".join([*head, *lines, *words, "", "-- ", command(notification)])


def _head(unit: Unit, ticket: Ticket, message: int | None) -> Message | MessageHead | None:
    if message is None:
        return None
    fresh = next((m for m in Messages.of(unit).changes.messages if m.id == message), None)
    return fresh or next((m for m in Messages.of(unit).heads(ticket.number) if m.id == message), None)


def _author_name(unit: Unit, ticket: Ticket, written: Message | MessageHead | None) -> str:
    """Return the author of a message with the address it came from; the customer if it is not a customer's message."""
    address = (written and written.author) or next(
        (i.address for i in Contacts.of(unit).addresses(ticket.contact)), None
    )
    contact = written.contact if written is not None and written.contact is not None else ticket.contact
    name = Contacts.of(unit).get(contact).name
    return f"{name} <{address}>" if name and address else name or address or "?"


def _author_line(unit: Unit, notification: Notification, written: Message | MessageHead) -> str:
    """Return the line that names the author of a note."""
    author = written.author or ""
    agent = Agents.of(unit).agents.get(author)
    who = agent.name if agent is not None else _ITSELF(author if author in _ITSELF else "", language(unit))
    return done_by(unit, notification.about, who)


def done_by(unit: Unit, about: str, name: str) -> str:
    """Return a line such as `Solved by: Ana` in the desk's language."""
    return f"{_BY(about if about in _BY else '', language(unit))}: {visible(name)}"


def doubt(unit: Unit, written: Message) -> str:
    """Return the reason why a message is not verified, in one line."""
    return _DOUBT(written.trust if written.trust and written.trust in _DOUBT else "", language(unit))


def _message_text(unit: Unit, message: int | None) -> str:
    if message is None:
        return ""
    fresh = next((m.visible_text for m in Messages.of(unit).changes.messages if m.id == message), None)
    return Messages.of(unit).source.visible_texts((message,)).get(message, "") if fresh is None else fresh
