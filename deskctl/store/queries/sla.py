"""Queries for calendars, policies and clocks."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, ColumnElement, Connection, and_, bindparam, case, func, or_, select, text

from ...core.calendars import documents
from ...core.calendars.queries import CheckCalendar, ListCalendars, ShowCalendar
from ...core.kernel.records import RecordedEvent
from ...core.kernel.settings import Settings
from ...core.sla import explain
from ...core.sla.administration import existing as existing_policy
from ...core.sla.calendars import existing as existing_calendar
from ...core.sla.clocks import NO_POLICY
from ...core.sla.conditions import TicketFacts
from ...core.sla.policy_book import PolicyBook
from ...core.sla.queries import ExplainClocks, ListDue, ListPolicies, ShowPolicy, TestPolicies
from ...core.sla.ticket_history import HISTORY_KINDS, read_history
from ...core.tickets.model import Priority
from ...core.values.durations import parse_duration
from ...errors import NotFound, UsageError
from ...i18n import _
from .. import rows
from ..fields import fields_of
from ..moments import rfc3339, to_micros
from ..sla import PolicyBookCache
from ..tables import agents, clocks, events, ticket_tags, tickets
from ..tables.sla import RUNNING, UNSETTLED_BREACH
from .contacts.identity import persons
from .parameters import known_team, moment
from .reader import Answers

if TYPE_CHECKING:
    from ...core.calendars.views import CalendarCheck, CalendarDocument, CalendarRow
    from ...core.sla.views import ClockDocument, DueRow, PolicyDocument, PolicyTest

#: The states of a clock by severity. The state of a ticket is that of its worst clock.
_STATES = ("paused", "running", "warned", "breached")
_FIRED = clocks.c.fired != "[]"
_NOW = bindparam("sla_now", type_=BigInteger)
#: Excludes clocks to which no policy applies any more.
_HAS_POLICY = or_(clocks.c.why.is_(None), clocks.c.why != NO_POLICY)
#: A clock past its due time is overdue, even if the daemon has not recorded the breach yet.
_OVERDUE = and_(text(RUNNING), clocks.c.due_at <= _NOW)
SEVERITY = (
    select(
        func.max(
            case(
                (or_(clocks.c.breached_at <= _NOW, _OVERDUE), 3),
                (and_(text(RUNNING), _FIRED), 2),
                (text(RUNNING), 1),
                else_=0,
            )
        )
    )
    .where(clocks.c.ticket == tickets.c.number, clocks.c.state != "fulfilled", _HAS_POLICY)
    .correlate(tickets)
    .scalar_subquery()
    .label("sla")
)


def as_of(now: datetime) -> dict[str, int]:
    """Return the parameters for a query that uses SEVERITY or `tickets_in_state`."""
    return {"sla_now": to_micros(now)}


def state_of(severity: int | None) -> str | None:
    return None if severity is None else _STATES[severity]


def tickets_in_state(state: str) -> ColumnElement[bool]:
    """Return the condition for tickets with a clock that is breached, warned or running. Raises UsageError."""
    if state == "breached":
        seen = select(clocks.c.ticket).where(text(UNSETTLED_BREACH), clocks.c.breached_at <= _NOW, _HAS_POLICY)
        return tickets.c.number.in_(seen.union(select(clocks.c.ticket).where(_OVERDUE)))
    if state == "warned":
        condition: Any = and_(text(RUNNING), _FIRED, clocks.c.breached_at.is_(None), clocks.c.due_at > _NOW)
    elif state == "running":
        condition = text(RUNNING)
    else:
        raise UsageError(_('not an SLA state: "{state}"', state=state), _("use breached, warned or running"))
    return tickets.c.number.in_(select(clocks.c.ticket).where(condition))


def list_calendars(connection: Connection) -> list[CalendarRow]:
    book = _book(connection)
    return [documents.row(calendar, _users(book, calendar.name)) for calendar in book.current_calendars]


def show_calendar(connection: Connection, query: ShowCalendar, settings: Settings) -> CalendarDocument:
    book = _book(connection)
    calendar = existing_calendar(book, query.name)
    return documents.document(calendar, query.month, moment(query.now, settings), _users(book, calendar.name))


def check_calendar(connection: Connection, query: CheckCalendar, settings: Settings) -> CalendarCheck:
    book = _book(connection)
    opening = book.opening(existing_calendar(book, query.name))
    return documents.check(opening, query.start, query.then, moment(query.now, settings))


def list_policies(connection: Connection, settings: Settings) -> list[PolicyDocument]:
    book, inactive = _book(connection), _inactive_agents(connection)
    return [explain.policy_document(policy, book, inactive, settings) for policy in book.current_policies]


def show_policy(connection: Connection, query: ShowPolicy, settings: Settings) -> PolicyDocument:
    book = _book(connection)
    return explain.policy_document(existing_policy(book, query.name), book, _inactive_agents(connection), settings)


def explain_clocks(connection: Connection, query: ExplainClocks, settings: Settings) -> list[ClockDocument]:
    _row(connection, query.ticket)
    history = _history(connection, query.ticket)
    return explain.explain(query.ticket, history, _book(connection), moment(query.now, settings))


def test_policies(connection: Connection, query: TestPolicies, settings: Settings) -> PolicyTest:
    book, now = _book(connection), moment(query.now, settings)
    facts = _facts(connection, query.ticket)
    tried = explain.candidates(facts, book)
    policy = book.match(facts)
    history = read_history(_history(connection, query.ticket))
    would = [] if history is None else explain.documents(query.ticket, explain.with_policy(history, policy), book, now)
    return {"ticket": query.ticket, "policy": policy, "candidates": tried, "clocks": would}


def list_due(connection: Connection, query: ListDue, settings: Settings) -> list[DueRow]:
    """Return running clocks, the earliest due time first. Raises UsageError."""
    now = moment(query.now, settings)
    wanted: list[Any] = [text(f"clocks.{RUNNING}"), clocks.c.due_at.is_not(None)]
    if query.within is not None:
        wanted.append(clocks.c.due_at <= to_micros(now + parse_duration(query.within, "--within")))
    if query.team is not None:
        known_team(connection, query.team, settings)
        wanted.append(tickets.c.team == query.team)
    found = (
        select(clocks, tickets.c.subject, tickets.c.priority, tickets.c.assignee, tickets.c.team)
        .join(tickets, tickets.c.number == clocks.c.ticket)
        .where(*wanted)
        .order_by(clocks.c.due_at, clocks.c.ticket)
        .limit(query.limit)
    )
    return [_due(row, to_micros(now)) for row in connection.execute(found)]


def _due(row: Any, now: int) -> DueRow:
    breached = row.breached_at is not None or row.due_at <= now
    return {
        "ticket": row.ticket,
        "subject": row.subject,
        "priority": Priority(row.priority).label,
        "assignee": row.assignee,
        "team": row.team,
        "metric": row.metric,
        "instance": row.instance,
        "due": rfc3339(row.due_at),
        "state": "breached" if breached else "running" if row.fired == "[]" else "warned",
        "policy": row.policy,
    }


def _book(connection: Connection) -> PolicyBook:
    return PolicyBookCache().book(connection)


def _users(book: PolicyBook, calendar: str) -> list[str]:
    return [policy.name for policy in book.current_policies if policy.calendar == calendar]


def _inactive_agents(connection: Connection) -> list[str]:
    return list(connection.execute(select(agents.c.handle).where(~agents.c.active)).scalars())


def _history(connection: Connection, ticket: int) -> list[RecordedEvent]:
    query = select(events).where(events.c.ticket == ticket, events.c.kind.in_(HISTORY_KINDS)).order_by(events.c.id)
    return [rows.event(row) for row in connection.execute(query)]


def _row(connection: Connection, number: int) -> Any:
    query = select(tickets).where(tickets.c.number == number)
    found = connection.execute(query).one_or_none() if 0 < number < 2**63 else None
    if found is None:
        raise NotFound(_("no ticket {number}", number=number), _("see deskctl list --all"))
    return found


def _facts(connection: Connection, number: int) -> TicketFacts:
    row = _row(connection, number)
    tags = connection.execute(select(ticket_tags.c.tag).where(ticket_tags.c.ticket == number)).scalars()
    contact = persons(connection, {row.contact})[row.contact].contact
    return TicketFacts(
        team=row.team,
        channel=row.channel,
        priority=Priority(row.priority),
        tags=frozenset(tags),
        tier=contact.tier,
        org=contact.org,
        language=row.language,
        fields=fields_of(connection, [number]).get(number, {}),
    )


ANSWERS: Answers = {
    ListCalendars: lambda reader, query: list_calendars(reader.connection),
    ShowCalendar: lambda reader, query: show_calendar(reader.connection, query, reader.settings),
    CheckCalendar: lambda reader, query: check_calendar(reader.connection, query, reader.settings),
    ListPolicies: lambda reader, query: list_policies(reader.connection, reader.settings),
    ShowPolicy: lambda reader, query: show_policy(reader.connection, query, reader.settings),
    TestPolicies: lambda reader, query: test_policies(reader.connection, query, reader.settings),
    ListDue: lambda reader, query: list_due(reader.connection, query, reader.settings),
    ExplainClocks: lambda reader, query: explain_clocks(reader.connection, query, reader.settings),
}
