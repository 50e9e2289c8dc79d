"""Translate queries of the query language to SQL, with the same answers as `query_language.matching`."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    text,
    true,
)

from ....core.contacts.model import Contact
from ....core.kernel.settings import Settings
from ....core.messages.channels import BUILT_IN, Channels
from ....core.query_language.conditions import (
    AllQuery,
    AnyQuery,
    Condition,
    NotQuery,
    Operand,
    Prefix,
    Presence,
    Query,
    conditions,
)
from ....core.query_language.fields import SLA_STATES, NameKind, QueryField, ValueType
from ....core.query_language.periods import Period
from ....core.query_language.resolution import address_forms, contact_id, lowered
from ....core.tickets.field_conditions import FieldCondition
from ....core.tickets.model import Priority, Status
from ....core.values.field import FieldValue
from ....core.values.tokens import Phrase
from ...moments import to_micros
from ...saved_views import stored_views
from ...search import rebuild
from ...search.index import match, tsquery
from ...tables import agents, contacts, followers, identities, teams, ticket_fields, ticket_tags, tickets
from ...tables.contacts import MERGED
from ...tables.tickets import ACTIVE
from ..completions import names_of_kind
from ..contacts.identity import persons
from ..parameters import is_used_by_ticket
from ..sla import SEVERITY
from .fields import field_filter

Clause = ColumnElement[bool]

_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_KEYWORDS: Mapping[str, Column[Any]] = {
    "status": tickets.c.status,
    "assignee": tickets.c.assignee,
    "team": tickets.c.team,
    "tier": tickets.c.tier,
    "approval": tickets.c.approval,
    "channel": tickets.c.channel,
    "language": tickets.c.language,
}
#: Keywords of which a ticket can have several: the columns of the ticket and of the value.
_SEVERAL: Mapping[str, tuple[Column[Any], Column[Any]]] = {
    "tag": (ticket_tags.c.ticket, ticket_tags.c.tag),
    "follower": (followers.c.ticket, followers.c.agent),
}
_MOMENTS: Mapping[str, Column[Any]] = {
    "created": tickets.c.created_at,
    "updated": tickets.c.updated_at,
    "solved": tickets.c.solved_at,
    "due": tickets.c.due_at,
    "callback": tickets.c.callback_at,
}
_SINCE: Mapping[str, Column[Any]] = {
    "waiting": tickets.c.waiting_since,
    "age": tickets.c.created_at,
    "idle": tickets.c.updated_at,
}
#: The columns that have the names of a kind.
_NAMED: Mapping[NameKind, Column[Any]] = {
    "agent": tickets.c.assignee,
    "team": tickets.c.team,
    "channel": tickets.c.channel,
    "tier": tickets.c.tier,
}
#: Attributes of contacts. The data of merged contacts is combined.
_ATTRIBUTES: Mapping[str, tuple[Column[Any], Callable[[Contact], str | None]]] = {
    "contact.name": (contacts.c.name, lambda contact: contact.name),
    "contact.tier": (contacts.c.tier, lambda contact: contact.tier),
    "contact.org": (contacts.c.org, lambda contact: contact.org),
    "contact.language": (contacts.c.language, lambda contact: contact.language),
}
_IN_INDEX = {
    "sqlite": "SELECT m.ticket FROM search_index JOIN messages m ON m.id = search_index.rowid"
    " WHERE search_index MATCH :words AND NOT m.withdrawn",
    "postgresql": "SELECT m.ticket FROM search_index JOIN messages m ON m.id = search_index.message"
    " WHERE search_index.tokens @@ CAST(:words AS tsquery) AND NOT m.withdrawn",
}
_FTS5_COLUMN = {"subject": "subject", "file": "files", "text": "text"}
_WEIGHT = {"subject": "A", "file": "B", "text": "D"}
#: Contacts that are merged into others, and those others.
_WITH_MERGES = select(contacts.c.id).where(text(MERGED)).union(select(contacts.c.merged_into).where(text(MERGED)))


class DeskNames:
    """The names that queries can use as values."""

    def __init__(self, connection: Connection, settings: Settings) -> None:
        self._connection = connection
        self._settings = settings

    def names(self, kind: NameKind) -> Collection[str]:
        if kind == "agent":
            return list(self._connection.execute(select(agents.c.handle)).scalars())
        if kind == "team":
            configured = {c.team for c in self._settings.of(Channels).channels.values() if c.team}
            return {*self._connection.execute(select(teams.c.handle)).scalars(), *configured}
        if kind == "channel":
            return [*self._settings.of(Channels).channels, *BUILT_IN]
        return names_of_kind(self._connection, self._settings, kind)

    def is_used(self, kind: NameKind, name: str) -> bool:
        return is_used_by_ticket(self._connection, _NAMED[kind], name)

    def views(self) -> Mapping[str, str]:
        return stored_views(self._connection)


def query_clause(connection: Connection, query: Query, now: datetime) -> Clause:
    """Return the condition on `tickets`; execute it with the parameters of `sla.as_of`.

    Raises Unavailable while the search index that the query needs is being built.
    """
    if any(isinstance(each.operand, Phrase) for each in conditions(query)):
        rebuild.require(connection)
    return _Translator(connection, now).clause(query)


class _Translator:
    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def clause(self, query: Query, negated: bool = False) -> Clause:
        """Return the condition.

        Databases limit the depth of an expression. Therefore, only conditions on fields are negated, and the deepest
        part is first: the parser of SQLite then keeps one parenthesis for each level, and not also the other parts.
        """
        match query:
            case AllQuery(parts) | AnyQuery(parts):
                found = [self.clause(part, negated) for part in sorted(parts, key=_depth, reverse=True)]
                is_all = isinstance(query, AllQuery) is not negated
                return and_(true(), *found) if is_all else or_(false(), *found)
            case NotQuery(part):
                return self.clause(part, not negated)
            case Condition():
                return _not(self._condition(query)) if negated else self._condition(query)

    def _condition(self, condition: Condition) -> Clause:
        field, operand = condition.field, condition.operand
        if isinstance(operand, Phrase):
            return self._words(operand, None if field is None else field.name)
        assert field is not None, condition
        if isinstance(operand, Presence):
            return self._has_value(field) if operand.present else _not(self._has_value(field))
        compare = _COMPARE[condition.operator]
        match field.type:
            case ValueType.KEYWORD | ValueType.NAME:
                return self._keyword(field, operand)
            case ValueType.ADDRESS:
                return self._at_address(str(operand))
            case ValueType.STATE:
                return self._state(str(operand))
            case ValueType.PRIORITY:
                assert isinstance(operand, Priority)
                return _clause(compare(tickets.c.priority, int(operand)))
            case ValueType.NUMBER:
                return _clause(compare(tickets.c.number, operand))
            case ValueType.MOMENT:
                assert isinstance(operand, Period)
                return self._in_period(_MOMENTS[field.name], condition.operator, operand)
            case ValueType.ELAPSED:
                assert isinstance(operand, timedelta)
                # The longer ago, the smaller the time: the comparison is reversed.
                earliest = to_micros(self._now) - operand // timedelta(microseconds=1)
                return _clause(compare(literal(earliest, BigInteger), _SINCE[field.name]))
        assert field.declared is not None, field
        assert isinstance(operand, FieldValue)
        return field_filter(FieldCondition(field.declared.name, condition.operator, operand))

    def _words(self, phrase: Phrase, name: str | None) -> Clause:
        dialect = self._connection.dialect.name
        if dialect == "sqlite":
            wanted = match(phrase) if name is None else f"{_FTS5_COLUMN[name]} : {match(phrase)}"
        else:
            wanted = tsquery(phrase, "" if name is None else _WEIGHT[name])
        index = text(_IN_INDEX[dialect]).bindparams(bindparam("words", wanted, unique=True))
        found = index.columns(tickets.c.number)
        return tickets.c.number.in_(found)

    def _has_value(self, field: QueryField) -> Clause:
        name = field.name
        if field.declared is not None:
            return tickets.c.number.in_(
                select(ticket_fields.c.ticket).where(ticket_fields.c.name == field.declared.name)
            )
        if name in _SEVERAL:
            return tickets.c.number.in_(select(_SEVERAL[name][0]))
        if name in _ATTRIBUTES:
            column, read = _ATTRIBUTES[name]
            return self._with_attribute(column.is_not(None), lambda contact: read(contact) is not None)
        if name == "sla":
            return SEVERITY.is_not(None)
        return {**_KEYWORDS, **_MOMENTS, **_SINCE}[name].is_not(None)

    def _keyword(self, field: QueryField, operand: Operand) -> Clause:
        name = field.name
        if name in _ATTRIBUTES:
            column, read = _ATTRIBUTES[name]
            return self._with_attribute(
                self._is_value(field, column, operand), lambda contact: _has(field, read(contact), operand)
            )
        if name in _SEVERAL:
            ticket, column = _SEVERAL[name]
            return tickets.c.number.in_(select(ticket).where(self._is_value(field, column, operand)))
        if name == "sla":
            found = [number for number, state in enumerate(SLA_STATES) if _has(field, state, operand)]
            return SEVERITY.in_(found)
        return self._is_value(field, _KEYWORDS[name], operand)

    def _is_value(self, field: QueryField, column: Column[Any], operand: Operand) -> Clause:
        """Return the condition that a column has a keyword or, for names, contains it."""
        if isinstance(operand, Prefix):
            return self._lower(column).startswith(operand.text, autoescape=True)
        wanted = str(operand)
        if field.type is ValueType.NAME:
            return self._lower(column).contains(wanted, autoescape=True)
        if field.names or field.values or column in (ticket_tags.c.tag, tickets.c.language):
            return _clause(column == wanted)
        return _clause(self._lower(column) == wanted)

    def _lower(self, column: Column[Any]) -> ColumnElement[str]:
        """Return a text with ASCII letters in lower case, independent of the locale of the database."""
        if self._connection.dialect.name == "sqlite":
            return func.lower(column)
        return func.lower(column.collate("C"))

    def _state(self, name: str) -> Clause:
        match name:
            case "open":
                return _clause(text(ACTIVE))
            case "closed":
                return _clause(text(f"NOT ({ACTIVE})"))
            case "assigned":
                return tickets.c.assignee.is_not(None)
            case "unassigned":
                return tickets.c.assignee.is_(None)
            case "waiting":
                return tickets.c.waiting_since.is_not(None)
            case "overdue":
                return _clause(tickets.c.due_at <= to_micros(self._now))
            case "escalated":
                return tickets.c.tier.is_not(None)
            case "spam":
                return _clause(text("spam"))
            case "merged":
                return _clause(tickets.c.status == Status.MERGED.value)
            case "follow-up":
                return tickets.c.follows.is_not(None)
        raise AssertionError(name)

    def _in_period(self, column: Column[Any], compare: str, period: Period) -> Clause:
        start, end = map(to_micros, period.bounds(self._now))
        match compare:
            case "<":
                return _clause(column < start)
            case "<=":
                return _clause(column < max(end, start + 1))
            case ">":
                return _clause(column >= max(end, start + 1))
            case ">=":
                return _clause(column >= start)
        return and_(column >= start, column < end)

    def _at_address(self, wanted: str) -> Clause:
        if wanted.startswith("@"):
            condition: Clause = identities.c.address.endswith(wanted, autoescape=True)
        else:
            condition = identities.c.address.in_(sorted(address_forms(wanted)))
        reached = select(identities.c.contact).where(condition)
        merged = list(self._connection.execute(reached.where(identities.c.contact.in_(_WITH_MERGES))).scalars())
        if (number := contact_id(wanted)) is not None:
            merged.append(number)
        members = {member for who in persons(self._connection, merged).values() for member in who.members}
        return or_(tickets.c.contact.in_(reached), _in_numbers(members))

    def _with_attribute(self, condition: Clause, holds: Callable[[Contact], bool]) -> Clause:
        """Return the condition on the contact of a ticket. `holds` tests the combined data of merged contacts."""
        found = select(contacts.c.id).where(condition)
        merged = self._connection.execute(found.where(contacts.c.id.in_(_WITH_MERGES))).scalars()
        people = persons(self._connection, merged).values()
        members = {member for who in people if holds(who.contact) for member in who.members}
        alone: Select[Any] = found.where(contacts.c.id.not_in(_WITH_MERGES))
        return or_(tickets.c.contact.in_(alone), _in_numbers(members))


def _depth(query: Query) -> int:
    match query:
        case AllQuery(parts) | AnyQuery(parts):
            return 1 + max(map(_depth, parts), default=0)
        case NotQuery(part):
            return _depth(part)
        case Condition():
            return 0


def _has(field: QueryField, value: str | None, operand: Operand) -> bool:
    """Return True if a keyword or name is what a condition asks for."""
    if value is None:
        return False
    if isinstance(operand, Prefix):
        return lowered(value).startswith(operand.text)
    wanted = lowered(str(operand))
    return wanted in lowered(value) if field.type is ValueType.NAME else wanted == lowered(value)


def _in_numbers(numbers: Collection[int]) -> Clause:
    if not numbers:
        return false()
    return tickets.c.contact.in_(bindparam(None, sorted(numbers), expanding=True, literal_execute=True))


def _not(clause: Clause) -> Clause:
    """Negate a condition; NULL counts as false."""
    return not_(func.coalesce(clause, false()))


def _clause(expression: Any) -> Clause:
    """Return an expression with the type of a condition; the types of SQLAlchemy say less."""
    clause: Clause = expression
    return clause
