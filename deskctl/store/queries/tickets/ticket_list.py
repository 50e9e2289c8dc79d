"""List tickets.

Pages are selected by key (`after` is the position of the last row in the order) and not by an offset, so that the last
page is as fast as the first. Each common filter of agents (active, own, team) has an index in this order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, literal, select, text, tuple_
from sqlalchemy import exists as sql_exists

from ....core.contacts.model import Contact
from ....core.kernel.settings import Settings
from ....core.search.queries import CheckNames
from ....core.tickets.model import ACTIVE as ACTIVE_STATUSES
from ....core.tickets.model import Priority, Status
from ....core.tickets.queries import CountTickets, ListTickets
from ....core.values import phone
from ....core.values.field import FieldValue
from ....errors import UsageError
from ....i18n import _
from ...fields import fields_of
from ...moments import maybe_rfc3339, parse_rfc3339, rfc3339
from ...tables import identities, ticket_tags, tickets
from ...tables.tickets import ACTIVE
from ..contacts.identity import persons
from ..parameters import known_assignee, known_channel, known_team, moment
from ..reader import Answers, Pages
from ..sla import SEVERITY, as_of, state_of, tickets_in_state
from .fields import field_documents, field_filters

if TYPE_CHECKING:
    from ....core.tickets.views import TicketRow

_FIRST_ADDRESS = (
    select(identities.c.address)
    .where(identities.c.contact == tickets.c.contact)
    .order_by(identities.c.id)
    .limit(1)
    .correlate(tickets)
    .scalar_subquery()
    .label("contact_address")
)

_ROW = select(
    tickets.c.number,
    tickets.c.subject,
    tickets.c.status,
    tickets.c.priority,
    tickets.c.channel,
    tickets.c.team,
    tickets.c.assignee,
    tickets.c.contact,
    _FIRST_ADDRESS,
    tickets.c.language,
    tickets.c.created_at,
    tickets.c.updated_at,
    tickets.c.waiting_since,
    tickets.c.callback_at,
    tickets.c.tier,
    tickets.c.approval,
    tickets.c.due_at,
    SEVERITY,
    tickets.c.merged_into,
    tickets.c.follows,
    tickets.c.spam,
)


def list_tickets(connection: Connection, query: ListTickets, settings: Settings) -> list[TicketRow]:
    """Return tickets.

    Raises UsageError for unknown words and fields; a team, agent or channel that does not exist has no tickets.
    """
    numbers = ticket_numbers(connection, query, settings)
    return ticket_rows(connection, numbers, settings, moment(query.now, settings))


def ticket_numbers(connection: Connection, query: ListTickets, settings: Settings) -> Sequence[int]:
    """Return the numbers of the tickets of `list_tickets`. Raises its errors."""
    now = moment(query.now, settings)
    filters = _filters(connection, query, settings, now)
    page = select(tickets.c.number).where(*filters).order_by(*_order(query)).limit(_limit(query.limit))
    return connection.execute(page, as_of(now) if _uses_clocks(query) else {}).scalars().all()


def count_tickets(connection: Connection, query: CountTickets, settings: Settings) -> int:
    """Return the number of tickets. Raises the errors of `list_tickets`."""
    now = moment(query.now, settings)
    found = select(func.count()).select_from(tickets).where(*_filters(connection, query, settings, now))
    return int(connection.execute(found, as_of(now) if _uses_clocks(query) else {}).scalar_one())


def check_names(connection: Connection, query: CheckNames, settings: Settings) -> None:
    """Raise NotFound for a team, agent or channel that does not exist, with a suggestion."""
    if query.team is not None:
        known_team(connection, query.team, settings)
    if query.agent is not None:
        known_assignee(connection, query.agent)
    if query.channel is not None:
        known_channel(connection, query.channel, settings)


def ticket_rows(
    connection: Connection, numbers: Sequence[int], settings: Settings, now: datetime | None = None
) -> list[TicketRow]:
    """Return the tickets with these numbers, in this order, as of `now`; None is the current time."""
    found = loaded(connection, numbers, now)
    people = persons(connection, {each.row.contact for each in found})
    return [row_document(each, people[each.row.contact].contact, settings) for each in found]


class LoadedTicket(NamedTuple):
    """The row of a ticket with its tags and the stored values of its fields."""

    row: Any
    tags: list[str]
    fields: Mapping[str, FieldValue]


def loaded(connection: Connection, numbers: Sequence[int], now: datetime | None = None) -> list[LoadedTicket]:
    """Return the rows of these tickets, in this order."""
    at = as_of(now or datetime.now(UTC))
    rows: dict[int, Any] = {}
    tags: dict[int, list[str]] = {number: [] for number in numbers}
    fields: dict[int, dict[str, FieldValue]] = {}
    for start in range(0, len(numbers), 1000):
        some = numbers[start : start + 1000]
        rows.update((row.number, row) for row in connection.execute(_rows(), {"numbers": some, **at}))
        for ticket, tag in connection.execute(_tags(), {"numbers": some}):
            tags[ticket].append(tag)
        fields |= fields_of(connection, some)
    return [
        LoadedTicket(rows[number], sorted(tags[number]), fields.get(number, {})) for number in numbers if number in rows
    ]


@cache
def _rows() -> Select[Any]:
    return _ROW.where(tickets.c.number.in_(bindparam("numbers", expanding=True)))


@cache
def _tags() -> Select[Any]:
    wanted = ticket_tags.c.ticket.in_(bindparam("numbers", expanding=True))
    return select(ticket_tags.c.ticket, ticket_tags.c.tag).where(wanted)


def row_document(ticket: LoadedTicket, contact: Contact, settings: Settings) -> TicketRow:
    """Return a row. `contact` is the remaining contact with all data of the person."""
    row = ticket.row
    return {
        "number": row.number,
        "subject": row.subject,
        "status": row.status,
        "priority": Priority(row.priority).label,
        "channel": row.channel,
        "team": row.team,
        "assignee": row.assignee,
        "contact": {
            "id": contact.id,
            "name": contact.name,
            "address": row.contact_address,
            "tier": contact.tier,
            "org": contact.org,
        },
        "tags": ticket.tags,
        "language": row.language,
        "created_at": rfc3339(row.created_at),
        "updated_at": rfc3339(row.updated_at),
        "waiting_since": maybe_rfc3339(row.waiting_since),
        "due_at": maybe_rfc3339(row.due_at),
        "sla": state_of(row.sla),
        "callback_at": maybe_rfc3339(row.callback_at),
        "tier": row.tier,
        "approval": row.approval,
        "fields": field_documents(ticket.fields, settings),
    }


_NEWEST = (tickets.c.updated_at.desc(), tickets.c.number.desc())
#: The orders by name, and reversed. Tickets without a value come last.
_ORDERS: Mapping[str, tuple[tuple[ColumnElement[Any], ...], tuple[ColumnElement[Any], ...]]] = {
    "updated": (_NEWEST, (tickets.c.updated_at, tickets.c.number)),
    "created": ((tickets.c.created_at.desc(), tickets.c.number.desc()), (tickets.c.created_at, tickets.c.number)),
    "number": ((tickets.c.number.desc(),), (tickets.c.number,)),
    "priority": (
        (tickets.c.priority.desc(), tickets.c.queue_at, tickets.c.number),
        (tickets.c.priority, tickets.c.queue_at, tickets.c.number),
    ),
    **{
        name: (
            (column.is_(None), column, tickets.c.number),
            (column.is_(None), column.desc(), tickets.c.number),
        )
        for name, column in (("due", tickets.c.due_at), ("waiting", tickets.c.waiting_since))
    },
}


def _order(query: ListTickets) -> tuple[ColumnElement[Any], ...]:
    """Return the order of a list. Raises UsageError."""
    orders = _ORDERS.get(query.sort)
    if orders is None:
        raise UsageError(
            _('not an order: "{word}"', word=query.sort), _("use one of {values}", values=", ".join(_ORDERS))
        )
    if query.after is not None and (query.sort != "updated" or query.reverse):
        raise UsageError(_("a cursor needs the default order"), _("leave out the order or the cursor"))
    return orders[query.reverse]


def _uses_clocks(query: ListTickets) -> bool:
    return query.sla is not None or bool(query.query)


def _limit(limit: int) -> int:
    if limit < 0:
        raise UsageError(_("not a limit: {limit}", limit=limit))
    return min(limit, 2**63 - 1)


class SearchedTickets(NamedTuple):
    """A query as a condition.

    `by_status` and `by_spam`: it selects by status, or also spam. `only_active`: it selects only active tickets.
    """

    clause: ColumnElement[bool]
    only_active: bool
    by_status: bool
    by_spam: bool


def searched_tickets(connection: Connection, text: str, settings: Settings, now: datetime) -> SearchedTickets:
    """Return the condition for a text in the query language. Raises UsageError, and Unavailable without an index."""
    # Only lists with a query need these modules.
    from ....core.query_language.conditions import selects_by_status, selects_only_active, selects_spam
    from ....core.query_language.resolution import parse_query
    from .query_sql import DeskNames, query_clause

    query = parse_query(text, settings, DeskNames(connection, settings), now)
    return SearchedTickets(
        query_clause(connection, query, now), selects_only_active(query), selects_by_status(query), selects_spam(query)
    )


def _filters(
    connection: Connection, query: ListTickets, settings: Settings, now: datetime
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    wanted = {_status(status) for status in query.status}
    searched = searched_tickets(connection, query.query, settings, now) if query.query else None
    everything = query.all or (searched is not None and searched.by_status)
    if query.spam:
        found.append(text("spam"))  # type: ignore[arg-type]
    elif wanted <= ACTIVE_STATUSES and (wanted or not everything):
        found.append(text(ACTIVE))  # type: ignore[arg-type]
    elif not query.all and not (searched is not None and searched.by_spam):
        found.append(tickets.c.spam.is_(False))
    if searched is not None:
        found += [text(ACTIVE), searched.clause] if searched.only_active else [searched.clause]  # type: ignore[list-item]
    if wanted:
        found.append(tickets.c.status.in_(sorted(wanted)))
    if query.assignee is not None:
        found.append(tickets.c.assignee.is_(None) if query.assignee == "none" else tickets.c.assignee == query.assignee)
    if query.team is not None:
        found.append(tickets.c.team.is_(None) if query.team == "none" else tickets.c.team == query.team)
    if query.channel is not None:
        found.append(tickets.c.channel == query.channel)
    if query.priority is not None:
        found.append(tickets.c.priority == _priority(query.priority))
    found += [_tagged(tag) for tag in query.tags]
    if query.contact is not None:
        found.append(tickets.c.contact.in_(_contacts_at(connection, query.contact)))
    found += field_filters(connection, query.fields, settings)
    if query.sla is not None:
        found.append(tickets_in_state(query.sla))
    if query.after is not None:
        at, number = query.after
        place = tuple_(literal(parse_rfc3339(at), tickets.c.updated_at.type), literal(number, tickets.c.number.type))
        found.append(tuple_(tickets.c.updated_at, tickets.c.number) < place)
    return found


def _tagged(tag: str) -> ColumnElement[bool]:
    return sql_exists().where(ticket_tags.c.ticket == tickets.c.number, ticket_tags.c.tag == tag)


def contacts_at(connection: Connection, address: str) -> list[int]:
    """Return the contacts that hold an address on any channel; telephone numbers in any form."""
    written = {address.strip().lower(), phone.normalised(address) or ""}
    found = connection.execute(select(identities.c.contact).where(identities.c.address.in_(written)))
    return sorted(set(found.scalars()))


def _contacts_at(connection: Connection, wanted: str) -> list[int]:
    """Return all contacts of the person with this address, or, for a number that is not an address, with this id."""
    at = contacts_at(connection, wanted)
    if not at and wanted.isascii() and wanted.isdecimal() and len(wanted) < 19:
        at = [int(wanted)]
    return sorted({member for who in persons(connection, at).values() for member in who.members})


def _status(word: str) -> Status:
    try:
        return Status(word)
    except ValueError:
        raise UsageError(
            _("not a status: {word}", word=repr(word)), _("use one of {values}", values=", ".join(Status))
        ) from None


def _priority(word: str) -> int:
    try:
        return int(Priority[word.upper()])
    except KeyError:
        raise UsageError(
            _("not a priority: {word}", word=repr(word)),
            _("use one of {values}", values=", ".join(p.label for p in Priority)),
        ) from None


ANSWERS: Answers = {
    ListTickets: lambda reader, query: list_tickets(reader.connection, query, reader.settings),
    CountTickets: lambda reader, query: count_tickets(reader.connection, query, reader.settings),
    CheckNames: lambda reader, query: check_names(reader.connection, query, reader.settings),
}

PAGES = {
    ListTickets: Pages(
        lambda reader, query: ticket_numbers(reader.connection, query, reader.settings),
        lambda reader, query, keys: ticket_rows(
            reader.connection, keys, reader.settings, moment(query.now, reader.settings)
        ),
    )
}
