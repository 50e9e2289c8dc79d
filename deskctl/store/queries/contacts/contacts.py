"""Queries for contacts: the list, and one contact with its conversations on every channel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, ColumnElement, Connection, and_, func, or_, select, text

from ....core.contacts.model import Contact
from ....core.contacts.queries import (
    ContactEvents,
    CountContacts,
    FindContact,
    ListContacts,
    ShowContact,
)
from ....core.kernel.settings import Settings
from ....core.messages.model import MessageKind
from ....core.values.suggestions import did_you_mean
from ....errors import NotFound, UsageError
from ....i18n import _
from ...moments import maybe_rfc3339, maybe_to_micros, rfc3339, to_micros
from ...search import contacts as contact_index
from ...search import rebuild
from ...tables import (
    attachments,
    calls,
    contacts,
    events,
    identities,
    messages,
    participants,
    tickets,
)
from ...tables.history import ABOUT
from ...tables.tickets import ACTIVE
from ..reader import Answers, Pages
from ..tickets.ticket_document import attachment_document, call_document, event_document
from ..tickets.ticket_list import contacts_at, ticket_rows
from .identity import Person, person, persons

if TYPE_CHECKING:
    from ....core.contacts.views import ContactRow, IdentityRow
    from ....core.messages.views import AttachmentRow
    from ....core.tickets.contact_document import ContactDocument, SaidRow

#: Contacts that a search considers, the newest first.
_MAX_CANDIDATES = 5000


def list_contacts(connection: Connection, query: ListContacts) -> list[ContactRow]:
    _check_limit(query)
    return _rows(connection, _matching(connection, query)[: query.limit])


def _contact_ids(connection: Connection, query: ListContacts) -> Sequence[int]:
    """Return the ids of the contacts of `list_contacts`."""
    _check_limit(query)
    if query.text is None and query.org is None and query.tier is None:
        return _candidates(connection, query)
    return [person.contact.id for person in _matching(connection, query)[: query.limit]]


def _rows_with(connection: Connection, ids: Sequence[int]) -> list[ContactRow]:
    people = persons(connection, ids)
    return _rows(connection, [people[number] for number in ids if number in people])


def _check_limit(query: ListContacts) -> None:
    if query.limit < 0:
        raise UsageError(_("not a limit: {limit}", limit=query.limit))


def count_contacts(connection: Connection, query: CountContacts) -> int:
    if query.text is None and query.org is None and query.tier is None:
        found = select(func.count()).select_from(contacts).where(contacts.c.merged_into.is_(None))
        return int(connection.execute(found).scalar_one())
    return len(_matching(connection, query))


def _matching(connection: Connection, query: ListContacts) -> list[Person]:
    """Return the contacts that match the filters of the query, the newest first."""
    numbers = _candidates(connection, query)
    people = persons(connection, numbers)
    living = list(dict.fromkeys(people[n].contact.id for n in numbers))
    return [people[n] for n in living if _matches_filters(people[n].contact, query)]


def _candidates(connection: Connection, query: ListContacts) -> Sequence[int]:
    """Return candidates, the newest first.

    A merged contact can hold a value of the contact into which it was merged.
    """
    if query.text is not None:
        rebuild.require(connection)
        return contact_index.find(connection, query.text, _MAX_CANDIDATES)
    wanted = select(contacts.c.id).order_by(contacts.c.id.desc())
    if query.org is not None:
        wanted = wanted.where(contacts.c.org.is_not(None), _is(contacts.c.org, query.org))
    elif query.tier is not None:
        wanted = wanted.where(_is(contacts.c.tier, query.tier))
    else:
        wanted = wanted.where(contacts.c.merged_into.is_(None)).limit(min(query.limit, 2**63 - 1))
    return connection.execute(wanted).scalars().all()


def _is(column: Column[Any], value: str) -> ColumnElement[bool]:
    return or_(column == value.strip(), func.lower(column) == value.strip().lower())


def _matches_filters(contact: Contact, query: ListContacts) -> bool:
    return all(
        wanted is None or (own or "").casefold() == wanted.strip().casefold()
        for own, wanted in ((contact.org, query.org), (contact.tier, query.tier))
    )


def _rows(connection: Connection, people: Sequence[Person]) -> list[ContactRow]:
    of = {member: who.contact.id for who in people for member in who.members}
    addresses: dict[int, list[str]] = {who.contact.id: [] for who in people}
    for identity in _identities(connection, list(of)):
        addresses[of[identity["contact"]]].append(identity["address"])
    total, active, seen = dict.fromkeys(addresses, 0), dict.fromkeys(addresses, 0), dict[int, int]()
    for some in _batches(list(of)):
        mine = tickets.c.contact.in_(some)
        counted = select(tickets.c.contact, func.count(), func.max(tickets.c.updated_at)).where(mine)
        for number, count, newest in connection.execute(counted.group_by(tickets.c.contact)):
            total[of[number]] += count
            seen[of[number]] = max(newest, seen.get(of[number], 0))
        waiting = select(tickets.c.contact, func.count()).where(mine, text(ACTIVE)).group_by(tickets.c.contact)
        for number, count in connection.execute(waiting):
            active[of[number]] += count
    return [
        {
            "id": contact.id,
            "name": contact.name,
            "addresses": addresses[contact.id],
            "org": contact.org,
            "tier": contact.tier,
            "language": contact.language,
            "timezone": contact.timezone,
            "total": total[contact.id],
            "open": active[contact.id],
            "created_at": rfc3339(to_micros(contact.created_at)),
            "seen_at": maybe_rfc3339(seen.get(contact.id)),
            "erased_at": maybe_rfc3339(maybe_to_micros(contact.erased_at)),
        }
        for contact in (who.contact for who in people)
    ]


def _identities(connection: Connection, members: Sequence[int]) -> list[IdentityRow]:
    """Return the identities, the oldest first for each contact."""
    return [
        {"kind": row.kind, "address": row.address, "contact": row.contact, "bounced": row.bounced}
        for some in _batches(members)
        for row in connection.execute(
            select(identities).where(identities.c.contact.in_(some)).order_by(identities.c.id)
        )
    ]


def _batches(values: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(values), 1000):
        yield values[start : start + 1000]


def show_contact(connection: Connection, query: ShowContact, settings: Settings) -> ContactDocument:
    """Return a contact with its tickets and messages. Raises NotFound."""
    if query.limit < 0:
        raise UsageError(_("not a limit: {limit}", limit=query.limit))
    who = person(connection, query.id)
    newest = (tickets.c.updated_at.desc(), tickets.c.number.desc())
    numbers = select(tickets.c.number).where(tickets.c.contact.in_(who.members)).order_by(*newest)
    timeline, earlier = _timeline(connection, who, query)
    [row] = _rows(connection, [who])
    return {
        **row,
        "merged": who.members[1:],
        "identities": _identities(connection, who.members),
        "tickets": ticket_rows(connection, connection.execute(numbers).scalars().all(), settings),
        "timeline": timeline,
        "earlier": earlier,
        "events": _events(connection, who),
    }


def find_contact(connection: Connection, query: FindContact) -> int:
    """Return the id of the contact with an address. Raises NotFound, with similar addresses, and UsageError for an
    address of several contacts.
    """
    numbers = contacts_at(connection, query.address)
    living = sorted({who.contact.id for who in persons(connection, numbers).values()})
    if len(living) > 1:
        ids = ", ".join(map(str, living))
        raise UsageError(
            _('"{address}" is an address of several contacts: {ids}', address=query.address, ids=ids),
            _("use the number of one of them"),
        )
    if living:
        return living[0]
    newest_first = select(identities.c.address).order_by(identities.c.id.desc())
    known = connection.execute(newest_first.limit(_MAX_CANDIDATES)).scalars()
    raise NotFound(
        _(
            'no contact has the address "{address}"{suggestion}',
            address=query.address,
            suggestion=did_you_mean(query.address, list(known)),
        ),
        _("deskctl search --contacts WORD looks for names and addresses"),
    )


def contact_events(connection: Connection, query: ContactEvents) -> list[dict[str, Any]]:
    """Return the events of a contact. Raises NotFound."""
    return _events(connection, person(connection, query.id))


def _events(connection: Connection, who: Person) -> list[dict[str, Any]]:
    query = select(events).where(text(ABOUT), events.c.contact.in_(who.members)).order_by(events.c.id)
    return [event_document(row) for row in connection.execute(query)]


def _timeline(connection: Connection, who: Person, query: ShowContact) -> tuple[list[SaidRow], int]:
    """Return the newest messages, the oldest first, and the number of earlier messages.

    These are the messages on the person's tickets, and the person's own messages on other tickets.
    """
    own_tickets = select(tickets.c.number).where(tickets.c.contact.in_(who.members))
    reached = select(identities.c.address).where(identities.c.contact.in_(who.members))
    others = select(participants.c.ticket).where(participants.c.address.in_(reached))
    elsewhere = and_(messages.c.ticket.in_(others), messages.c.contact.in_(who.members))
    mine: list[ColumnElement[bool]] = [
        or_(messages.c.ticket.in_(own_tickets), elsewhere),
        messages.c.withdrawn.is_(False),
    ]
    if not query.notes:
        mine.append(messages.c.kind != MessageKind.NOTE.value)
    newest = select(messages.c.id).where(*mine).order_by(messages.c.id.desc()).limit(min(query.limit, 2**63 - 1))
    ids = connection.execute(newest).scalars().all()
    total = connection.execute(select(func.count()).where(*mine)).scalar_one()
    timeline = [row for some in _batches(ids[::-1]) for row in _message_rows(connection, some)]
    return timeline, total - len(timeline)


def _message_rows(connection: Connection, ids: Sequence[int]) -> list[SaidRow]:
    files: dict[int, list[AttachmentRow]] = {}
    attached = select(attachments).where(attachments.c.message.in_(ids)).order_by(attachments.c.id)
    for row in connection.execute(attached):
        files.setdefault(row.message, []).append(attachment_document(row))
    m = messages.c
    columns = (m.id, m.ticket, m.channel, m.kind, m.author, m.sent_at, m.text, m.visible_text, tickets.c.subject)
    query = select(*columns, calls.c.direction, calls.c.seconds).where(m.id.in_(ids)).order_by(m.id)
    query = query.join(tickets, tickets.c.number == m.ticket).outerjoin(calls, calls.c.message == m.id)
    return [
        {
            "message": row.id,
            "ticket": row.ticket,
            "subject": row.subject,
            "channel": row.channel,
            "kind": row.kind,
            "author": row.author,
            "sent_at": rfc3339(row.sent_at),
            "text": row.text if row.visible_text is None else row.visible_text,
            "attachments": files.get(row.id, []),
            "call": call_document(row),
        }
        for row in connection.execute(query)
    ]


ANSWERS: Answers = {
    ListContacts: lambda reader, query: list_contacts(reader.connection, query),
    CountContacts: lambda reader, query: count_contacts(reader.connection, query),
    ShowContact: lambda reader, query: show_contact(reader.connection, query, reader.settings),
    FindContact: lambda reader, query: find_contact(reader.connection, query),
    ContactEvents: lambda reader, query: contact_events(reader.connection, query),
}

PAGES = {
    ListContacts: Pages(
        lambda reader, query: _contact_ids(reader.connection, query),
        lambda reader, query, keys: _rows_with(reader.connection, keys),
    )
}
