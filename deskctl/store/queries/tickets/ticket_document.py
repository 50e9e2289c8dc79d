"""Queries for one ticket with its messages and events."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, bindparam, func, select, text

from ....core.kernel.actor import Actor
from ....core.kernel.settings import Settings
from ....core.messages.model import PROBLEM, MessageKind
from ....core.messages.thread import Trust
from ....core.search.queries import Seen
from ....core.tickets.events import MarkedSpam
from ....core.tickets.queries import ShowTicket, ShowTickets
from ....errors import NotFound
from ....i18n import _
from ...documents import addresses, deliveries
from ...encoding import from_json
from ...messages.seen import composers, mark
from ...moments import rfc3339
from ...rows import choices
from ...tables import (
    attachments,
    calls,
    events,
    followers,
    messages,
    outbox,
    tickets,
)
from ...tables.tickets import ACTIVE
from ..contacts.identity import identities_of, person
from ..messages.recipients import reply_document
from ..reader import Answers
from .fields import field_texts
from .ticket_list import loaded, row_document

if TYPE_CHECKING:
    from ....core.delivery.views import DeliveryRow
    from ....core.messages.seen_views import SeenMark
    from ....core.messages.views import AttachmentRow, CallRow, MessageRow
    from ....core.tickets.views import OtherTicket, TicketDocument


def show_ticket(connection: Connection, query: ShowTicket, settings: Settings) -> TicketDocument:
    """Return a ticket. Raises NotFound."""
    number = query.number
    ticket = next(iter(loaded(connection, [number] if 0 < number < 2**63 else [])), None)
    if ticket is None:
        raise _missing(number)
    row = ticket.row
    who = person(connection, row.contact)
    known = identities_of(connection, who.members)
    merged = _merged(connection, number)
    messages_ = _messages(connection, [number, *merged])
    received = [each["id"] for each in messages_ if each["kind"] == MessageKind.IN.value and each["automatic"] is None]
    return {
        **row_document(ticket, who.contact, settings),
        "followers": sorted(connection.execute(_followers(), {"ticket": number}).scalars()),
        "merged_into": row.merged_into,
        "merged": merged,
        "follows": row.follows,
        "spam": row.spam,
        "spam_reason": _spam_reason(connection, number) if row.spam else None,
        "bounced": [{"address": one.address, "reason": one.bounced} for one in known if one.bounced is not None],
        "addresses": [one.address for one in known],
        "elsewhere": _other_tickets(connection, who.members, [number, *merged]),
        "messages": messages_,
        "reply": reply_document(connection, row, merged, who, known, settings),
        "events": _events(connection, number),
        "newest_in": max(received, default=0),
        "composing": composers(connection, [number, *merged]),
        "field_texts": field_texts(ticket.fields, settings),
    }


def show_tickets(connection: Connection, query: ShowTickets, settings: Settings) -> list[TicketDocument]:
    """Return the tickets with these numbers that exist."""
    existing = set(connection.execute(select(tickets.c.number).where(tickets.c.number.in_(query.numbers))).scalars())
    return [show_ticket(connection, ShowTicket(n), settings) for n in query.numbers if n in existing]


def seen(connection: Connection, query: Seen) -> SeenMark:
    """Return the messages of a ticket that an agent has seen. Raises NotFound."""
    number = _existing(connection, query.ticket)
    numbers = [number, *_merged(connection, number)]
    return mark(connection, query.agent, numbers, _newest(connection, numbers))


def _existing(connection: Connection, number: int) -> int:
    query = select(tickets.c.number).where(tickets.c.number == number)
    if not 0 < number < 2**63 or connection.execute(query).first() is None:
        raise _missing(number)
    return number


def _missing(number: int) -> NotFound:
    return NotFound(_("no ticket {number}", number=number), _("deskctl list --all shows every ticket"))


def _merged(connection: Connection, number: int) -> list[int]:
    """Return all tickets that were merged into this one, directly or indirectly."""
    found: set[int] = set()
    asked = [number]
    while asked:  # not a recursive query, for which SQLite would scan every ticket
        into = connection.execute(_merged_into(), {"numbers": asked}).scalars()
        asked = [n for n in into if n not in found and n != number]
        found.update(asked)
    return sorted(found)


@cache
def _merged_into() -> Select[Any]:
    asked = tickets.c.merged_into.in_(bindparam("numbers", expanding=True))
    return select(tickets.c.number).where(asked, tickets.c.merged_into.is_not(None))


@cache
def _followers() -> Select[Any]:
    return select(followers.c.agent).where(followers.c.ticket == bindparam("ticket"))


def _newest(connection: Connection, numbers: list[int]) -> int:
    """Return the id of the newest message that the customer wrote personally; 0 if there is none."""
    query = select(func.max(messages.c.id)).where(
        messages.c.ticket.in_(numbers),
        messages.c.kind == MessageKind.IN.value,
        messages.c.automatic.is_(None),
        messages.c.withdrawn.is_(False),
    )
    return connection.execute(query).scalar_one() or 0


def _spam_reason(connection: Connection, number: int) -> str:
    """Return the reason of the newest spam decision, or the person who made it."""
    query = select(events).where(events.c.ticket == number, events.c.kind == MarkedSpam.kind)
    marked = connection.execute(query.order_by(events.c.id.desc()).limit(1)).one_or_none()
    if marked is None:
        return "unknown"
    why: str | None = from_json(marked.facts)["why"]
    return why or f"{Actor(marked.actor).handle or marked.actor} said so"


def _other_tickets(connection: Connection, contacts: list[int], known: list[int]) -> list[OtherTicket]:
    return [
        {
            "number": row.number,
            "subject": row.subject,
            "status": row.status,
            "channel": row.channel,
            "updated_at": rfc3339(row.updated_at),
        }
        for row in connection.execute(_active_of(), {"contacts": contacts, "known": known})
    ]


@cache
def _active_of() -> Select[Any]:
    """Return the active tickets of contacts, without known ones, newest change first."""
    columns = (tickets.c.number, tickets.c.subject, tickets.c.status, tickets.c.channel, tickets.c.updated_at)
    query = select(*columns).where(
        text(ACTIVE),
        tickets.c.contact.in_(bindparam("contacts", expanding=True)),
        tickets.c.number.not_in(bindparam("known", expanding=True)),
    )
    return query.order_by(tickets.c.updated_at.desc(), tickets.c.number.desc())


def _messages(connection: Connection, numbers: list[int]) -> list[MessageRow]:
    """Return messages, the oldest first, without withdrawn ones."""
    mine = {"tickets": numbers}
    files: dict[int, list[AttachmentRow]] = {}
    for row in connection.execute(_attachments(), mine):
        files.setdefault(row.message, []).append(attachment_document(row))
    delivery = {row.message: row for row in connection.execute(_sent(), mine)}
    return [
        {
            "id": row.id,
            "kind": row.kind,
            "author": row.author,
            "sent_at": rfc3339(row.sent_at),
            "subject": row.subject,
            "text": row.text,
            "visible_text": row.text if row.visible_text is None else row.visible_text,
            "attachments": files.get(row.id, []),
            "delivery": delivery[row.id].state if row.id in delivery else None,
            "delivery_error": delivery[row.id].last_error if row.id in delivery else None,
            "deliveries": delivery_rows(delivery[row.id]) if row.id in delivery else [],
            "ticket": row.ticket,
            "automatic": row.automatic,
            "may_answer": _may_answer(row),
            "verified": row.verified,
            "channel": row.channel,
            "call": call_document(row),
            "choices": [{"key": c.key, "label": c.label} for c in choices(row.choices)],
            "original": row.original,
            "version": row.version,
            "to": from_json(row.to),
            "cc": from_json(row.cc),
            "bcc": list(addresses(row.bcc)),
            "reply_to": list(addresses(row.reply_to)),
            "doubt": _doubt(row),
            "problem": from_json(row.headers).get(PROBLEM),
        }
        for row in connection.execute(_message_columns(), mine)
    ]


@cache
def _message_columns() -> Select[Any]:
    columns = (
        messages.c.id,
        messages.c.ticket,
        messages.c.kind,
        messages.c.author,
        messages.c.sent_at,
        messages.c.subject,
        messages.c.text,
        messages.c.visible_text,
        messages.c.automatic,
        messages.c.may_answer,
        messages.c.verified,
        messages.c.channel,
        messages.c.choices,
        messages.c.original,
        messages.c.to,
        messages.c.cc,
        messages.c.bcc,
        messages.c.reply_to,
        messages.c.trust,
        messages.c.version,
        messages.c.headers,
        calls.c.direction,
        calls.c.seconds,
    )
    query = select(*columns).outerjoin(calls, calls.c.message == messages.c.id)
    return _of_tickets(query).order_by(messages.c.id)


@cache
def _attachments() -> Select[Any]:
    query = select(attachments).join(messages, messages.c.id == attachments.c.message)
    return _of_tickets(query).order_by(attachments.c.id)


@cache
def _sent() -> Select[Any]:
    o = outbox.c
    columns = (o.message, o.state, o.last_error, o.to, o.cc, o.bcc, o.deliveries)
    return _of_tickets(select(*columns).join(messages, messages.c.id == o.message)).order_by(o.id)


def _of_tickets(query: Select[Any]) -> Select[Any]:
    """Restrict a query to the messages of the parameter `tickets`, without withdrawn ones."""
    return query.where(messages.c.ticket.in_(bindparam("tickets", expanding=True)), messages.c.withdrawn.is_(False))


def _may_answer(row: Any) -> bool | None:
    """Return None for our own messages. An older message without the flag may be answered unless it is automatic."""
    if row.may_answer is not None:
        return bool(row.may_answer)
    received = row.kind == MessageKind.IN.value or (row.kind == MessageKind.AUTO.value and row.author is not None)
    return row.automatic is None if received else None


def delivery_rows(row: Any) -> list[DeliveryRow]:
    """Return one row for each recipient of an outgoing message, the recipients in To first."""
    by_address = {one.address: one for one in deliveries(row.deliveries)}
    found: dict[str, DeliveryRow] = {}
    for field, kept in (("to", row.to), ("cc", row.cc), ("bcc", row.bcc)):
        for address in from_json(kept):
            one = by_address.get(address.lower())
            found.setdefault(
                address.lower(),
                {
                    "address": address,
                    "field": field,
                    "state": one.state if one else row.state,
                    "status": one.status if one else None,
                    "reason_class": one.reason_class if one else None,
                    "reason": one.reason if one else None,
                },
            )
    return list(found.values())


def _doubt(row: Any) -> str | None:
    """Return the reason why a message is not verified."""
    if row.verified:
        return None
    return {Trust.FAIL.value: "dmarc", Trust.DOUBTFUL.value: "reply_to"}.get(row.trust, "stranger")


def attachment_document(row: Any) -> AttachmentRow:
    return {
        "id": row.id,
        "filename": row.filename,
        "content_type": row.content_type,
        "size": row.size,
        "sha256": row.sha256,
    }


def call_document(row: Any) -> CallRow | None:
    """Return the call; None for a message that is not a telephone call."""
    return None if row.direction is None else {"direction": row.direction, "seconds": row.seconds}


def _events(connection: Connection, number: int) -> list[dict[str, Any]]:
    """Return events, the oldest first."""
    return [event_document(row) for row in connection.execute(_history(), {"ticket": number})]


@cache
def _history() -> Select[Any]:
    return select(events).where(events.c.ticket == bindparam("ticket")).order_by(events.c.id)


def event_document(row: Any) -> dict[str, Any]:
    """Return `kind`, `at`, `by`, `command`, `ticket`, and the facts of the event.

    A fact with one of these names is prefixed with the kind.
    """
    document = {
        "kind": row.kind,
        "at": rfc3339(row.at),
        "by": Actor(row.actor).handle or row.actor,
        "command": row.command,
        "ticket": row.ticket,
    }
    for name, value in from_json(row.facts).items():
        document[f"{row.kind}_{name}" if name in document else name] = _fact(value)
    return document


def _fact(value: Any) -> Any:
    """Convert a time to the form with Z; facts store times with an offset."""
    return value.removesuffix("+00:00") + "Z" if isinstance(value, str) and value.endswith("+00:00") else value


ANSWERS: Answers = {
    ShowTicket: lambda reader, query: show_ticket(reader.connection, query, reader.settings),
    ShowTickets: lambda reader, query: show_tickets(reader.connection, query, reader.settings),
    Seen: lambda reader, query: seen(reader.connection, query),
}
