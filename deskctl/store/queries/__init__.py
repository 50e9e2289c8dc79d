"""Answers to the core's queries: one function a query, the documented JSON documents as they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

from sqlalchemy import Connection

from ...core.agents.model import DESK
from ...core.agents.queries import ListAgents, ListTeams
from ...core.calendars.queries import CheckCalendar, ListCalendars, ShowCalendar
from ...core.contacts.queries import ContactEvents, CountContacts, FindContact, ListContacts, ShowContact
from ...core.delivery.queries import ListOutbox, ShowOutbox
from ...core.intake.queries import ListInbox, ShowInbox
from ...core.kernel.actor import Actor
from ...core.kernel.query import Query
from ...core.kernel.settings import Settings
from ...core.messages.queries import GetAttachment, ListBlocks
from ...core.messages.raw_queries import Journalled, RawMessages, WithoutSecrets
from ...core.operations.queries import DeskHealth, StoreStatus
from ...core.routing.queries import ExplainRoute, ShowQueue
from ...core.search.queries import CheckNames, Completions, SearchContacts, SearchMessages, Seen
from ...core.shifts.queries import FindGaps, ListHandovers, ListShifts, PlanStaffing, ShowShifts
from ...core.sla.queries import ExplainClocks, ListDue, ListPolicies, ShowPolicy, TestPolicies
from ...core.tickets.queries import CountTickets, ListTickets, ShowTicket
from ...core.values import numbers
from ...errors import UsageError
from ..engine import Database
from ..text import clean
from . import (
    completions,
    contacts,
    files,
    inbox,
    levels,
    outbox,
    queue,
    raw,
    report,
    routing,
    search,
    secrets,
    shifts,
    staff,
    tickets,
)
from .document import seen, show_ticket


@dataclass(frozen=True, slots=True)
class Reader:
    """A connection that sees one moment of the store, and what the answers need besides.

    `viewer` is the person who asks: `agent:HANDLE`, or `user:LOGIN` for the desk's owner or root without an agent;
    `DESK` when the desk itself asks. An answer hides from a viewer what only others may see.
    """

    connection: Connection
    settings: Settings
    database: Database
    viewer: Actor = DESK


_ANSWERS: dict[type[Query], Callable[[Reader, Any], Any]] = {
    ListTickets: lambda reader, query: tickets.list_tickets(reader.connection, query, reader.settings),
    CountTickets: lambda reader, query: tickets.count_tickets(reader.connection, query, reader.settings),
    CheckNames: lambda reader, query: tickets.check_names(reader.connection, query, reader.settings),
    SearchMessages: lambda reader, query: search.search_messages(reader.connection, query),
    SearchContacts: lambda reader, query: search.search_contacts(reader.connection, query),
    ShowTicket: lambda reader, query: show_ticket(reader.connection, query, reader.settings),
    Seen: lambda reader, query: seen(reader.connection, query),
    GetAttachment: lambda reader, query: files.get_attachment(reader.connection, query),
    Completions: lambda reader, query: completions.complete(reader.connection, reader.settings, query),
    ListContacts: lambda reader, query: contacts.list_contacts(reader.connection, query),
    CountContacts: lambda reader, query: contacts.count_contacts(reader.connection, query),
    ShowContact: lambda reader, query: contacts.show_contact(reader.connection, query),
    FindContact: lambda reader, query: contacts.find_contact(reader.connection, query),
    ContactEvents: lambda reader, query: contacts.contact_events(reader.connection, query),
    ListCalendars: lambda reader, query: levels.list_calendars(reader.connection),
    ShowCalendar: lambda reader, query: levels.show_calendar(reader.connection, query, reader.settings),
    CheckCalendar: lambda reader, query: levels.check_calendar(reader.connection, query, reader.settings),
    ListPolicies: lambda reader, query: levels.list_policies(reader.connection, query),
    ShowPolicy: lambda reader, query: levels.show_policy(reader.connection, query),
    TestPolicies: lambda reader, query: levels.test(reader.connection, query, reader.settings),
    ListDue: lambda reader, query: levels.list_due(reader.connection, query, reader.settings),
    ExplainClocks: lambda reader, query: levels.explain(reader.connection, query, reader.settings),
    ExplainRoute: lambda reader, query: routing.explain(reader.connection, query, reader.settings, reader.database),
    ListShifts: lambda reader, query: shifts.list_shifts(reader.connection, query),
    ShowShifts: lambda reader, query: shifts.show_shifts(reader.connection, query, reader.settings),
    FindGaps: lambda reader, query: shifts.find_gaps(reader.connection, query, reader.settings),
    ListHandovers: lambda reader, query: shifts.list_handovers(reader.connection, query),
    PlanStaffing: lambda reader, query: shifts.plan_staffing(reader.connection, query, reader.settings),
    ShowQueue: lambda reader, query: queue.show_queue(reader.connection, query, reader.settings),
    ListAgents: lambda reader, query: staff.list_agents(reader.connection, query),
    ListTeams: lambda reader, query: staff.list_teams(reader.connection, query),
    ListBlocks: lambda reader, query: staff.list_blocks(reader.connection),
    ListInbox: lambda reader, query: inbox.list_inbox(reader.connection, query),
    ShowInbox: lambda reader, query: inbox.show_inbox(reader.connection, query),
    Journalled: lambda reader, query: raw.journalled(reader.connection, query),
    RawMessages: lambda reader, query: raw.raw_messages(reader.connection, query),
    WithoutSecrets: lambda reader, query: secrets.without_secrets(reader.connection, query),
    ListOutbox: lambda reader, query: outbox.list_outbox(reader.connection, query, reader.viewer),
    ShowOutbox: lambda reader, query: outbox.show_outbox(reader.connection, query, reader.viewer),
    StoreStatus: lambda reader, query: report.store_status(
        reader.connection, reader.database.where, reader.database.size()
    ),
    DeskHealth: lambda reader, query: report.no_daemon(),
}


def answer(reader: Reader, query: Query) -> Any:
    """The JSON document that the query names. Raises NotFound, UsageError."""
    respond = _ANSWERS.get(type(query))
    if respond is None:
        raise UsageError(f"the store has no answer to {type(query).__name__}")
    return respond(reader, _cleaned(query))


def _cleaned(query: Query) -> Query:
    """With every text as the store keeps it: what somebody types may hold what databases refuse."""
    values = {field.name: getattr(query, field.name) for field in fields(query)}
    numbers.check(values.values())
    texts = {name: clean(value) for name, value in values.items() if isinstance(value, str)}
    lists = {
        name: tuple(clean(item) for item in value)
        for name, value in values.items()
        if isinstance(value, tuple) and all(isinstance(item, str) for item in value)
    }
    return replace(query, **texts, **lists)
