"""Evaluate a query in memory, with the same answer as the SQL of the store."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from ...dataclass import dataclass
from ..contacts.model import Contact
from ..tickets.model import ACTIVE, Status, Ticket
from ..values.field import FieldValue
from ..values.tokens import Phrase, tokenize
from .conditions import AllQuery, AnyQuery, Condition, NotQuery, Prefix, Presence, Query
from .fields import QueryField, ValueType
from .periods import Period
from .resolution import address_forms, contact_id, lowered

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MessageTexts:
    """The texts of a message that a search finds: subjects of the ticket and of the message, file names, text."""

    subject: str
    files: str
    text: str


@dataclass(frozen=True)
class QueryFacts:
    """The properties of a ticket that a query can test.

    `contact` is the remaining contact of the person with the combined data; `contacts` are the ids of all contacts of
    the person, and `addresses` all addresses, in lower case. `messages` excludes withdrawn messages. `sla` is the state
    of the worst clock at `now`.
    """

    ticket: Ticket
    contact: Contact
    contacts: frozenset[int]
    addresses: frozenset[str]
    messages: Sequence[MessageTexts]
    sla: str | None
    now: datetime

    @cached_property
    def words(self) -> Sequence[Mapping[str, list[str]]]:
        """The words of each message by field."""
        return [
            {"subject": tokenize(each.subject), "file": tokenize(each.files), "text": tokenize(each.text)}
            for each in self.messages
        ]


def matches(query: Query, facts: QueryFacts) -> bool:
    """Return True if the ticket matches."""
    match query:
        case AllQuery(parts):
            return all(matches(part, facts) for part in parts)
        case AnyQuery(parts):
            return any(matches(part, facts) for part in parts)
        case NotQuery(part):
            return not matches(part, facts)
        case Condition():
            return _holds(query, facts)


def _holds(condition: Condition, facts: QueryFacts) -> bool:
    field, operand = condition.field, condition.operand
    if isinstance(operand, Phrase):
        names = ("subject", "file", "text") if field is None else (field.name,)
        return any(_contains(words[name], operand) for words in facts.words for name in names)
    assert field is not None, condition
    if isinstance(operand, Presence):
        return _has_value(field, facts) is operand.present
    match field.type:
        case ValueType.KEYWORD:
            return any(_is_keyword(field, value, operand) for value in _KEYWORDS[field.name](facts))
        case ValueType.NAME:
            name = _NAMES[field.name](facts)
            return name is not None and str(operand) in lowered(name)
        case ValueType.ADDRESS:
            return _is_contact(str(operand), facts)
        case ValueType.STATE:
            return _STATES[str(operand)](facts)
        case ValueType.PRIORITY:
            return _COMPARE[condition.operator](facts.ticket.priority, operand)
        case ValueType.NUMBER:
            return _COMPARE[condition.operator](facts.ticket.number, operand)
        case ValueType.MOMENT:
            assert isinstance(operand, Period)
            return _is_in_period(condition.operator, operand, _MOMENTS[field.name](facts), facts.now)
        case ValueType.ELAPSED:
            assert isinstance(operand, timedelta)
            since = _SINCE[field.name](facts)
            return since is not None and _COMPARE[condition.operator](facts.now - since, operand)
    assert field.declared is not None, field
    assert isinstance(operand, FieldValue)
    return _is_field_value(condition.operator, operand, facts.ticket.fields.get(field.declared.name))


def _contains(words: Sequence[str], phrase: Phrase) -> bool:
    """Return True if the words of the phrase are adjacent."""
    wanted, count = list(phrase.words), len(phrase.words)
    for start in range(len(words) - count + 1):
        found = words[start : start + count]
        if found == wanted:
            return True
        if phrase.prefix and found[:-1] == wanted[:-1] and found[-1].startswith(wanted[-1]):
            return True
    return False


def _has_value(field: QueryField, facts: QueryFacts) -> bool:
    if field.declared is not None:
        return field.declared.name in facts.ticket.fields
    if field.name in _KEYWORDS:
        return bool(_KEYWORDS[field.name](facts))
    value = {**_NAMES, **_MOMENTS, **_SINCE}[field.name](facts)
    return value is not None


def _is_keyword(field: QueryField, value: str, operand: object) -> bool:
    if isinstance(operand, Prefix):
        return lowered(value).startswith(operand.text)
    return value == operand if field.names else lowered(value) == lowered(str(operand))


def _is_contact(wanted: str, facts: QueryFacts) -> bool:
    if wanted.startswith("@"):
        return any(address.endswith(wanted) for address in facts.addresses)
    return contact_id(wanted) in facts.contacts or not facts.addresses.isdisjoint(address_forms(wanted))


def _is_in_period(compare: str, period: Period, moment: datetime | None, now: datetime) -> bool:
    if moment is None:
        return False
    start, end = period.bounds(now)
    match compare:
        case "<":
            return moment < start
        case "<=":
            return moment < end or moment <= start
        case ">":
            return moment >= end and moment != start
        case ">=":
            return moment >= start
    return start <= moment < end


def _is_field_value(compare: str, wanted: FieldValue, value: FieldValue | None) -> bool:
    """Compare as the store does: equality also finds values that were set while the field had another type."""
    if value is None:
        return False
    if compare == "=":
        return value.text == wanted.text
    return value.type is wanted.type and _COMPARE[compare](value.key, wanted.key)


def _one(value: str | None) -> tuple[str, ...]:
    return () if value is None else (value,)


_KEYWORDS: Mapping[str, Callable[[QueryFacts], Sequence[str]]] = {
    "status": lambda f: (f.ticket.status.value,),
    "assignee": lambda f: _one(f.ticket.assignee),
    "follower": lambda f: sorted(f.ticket.followers),
    "team": lambda f: _one(f.ticket.team),
    "tier": lambda f: _one(f.ticket.tier),
    "approval": lambda f: _one(f.ticket.approval),
    "channel": lambda f: (f.ticket.channel,),
    "tag": lambda f: sorted(f.ticket.tags),
    "language": lambda f: _one(f.ticket.language),
    "sla": lambda f: _one(f.sla),
    "contact.tier": lambda f: _one(f.contact.tier),
    "contact.org": lambda f: _one(f.contact.org),
    "contact.language": lambda f: _one(f.contact.language),
}
_NAMES: Mapping[str, Callable[[QueryFacts], str | None]] = {
    "contact.name": lambda f: f.contact.name,
}
_MOMENTS: Mapping[str, Callable[[QueryFacts], datetime | None]] = {
    "created": lambda f: f.ticket.created_at,
    "updated": lambda f: f.ticket.updated_at,
    "solved": lambda f: f.ticket.solved_at,
    "due": lambda f: f.ticket.due_at,
    "callback": lambda f: f.ticket.callback_at,
}
_SINCE: Mapping[str, Callable[[QueryFacts], datetime | None]] = {
    "waiting": lambda f: f.ticket.waiting_since,
    "age": lambda f: f.ticket.created_at,
    "idle": lambda f: f.ticket.updated_at,
}
_STATES: Mapping[str, Callable[[QueryFacts], bool]] = {
    "open": lambda f: f.ticket.status in ACTIVE,
    "closed": lambda f: f.ticket.status not in ACTIVE,
    "assigned": lambda f: f.ticket.assignee is not None,
    "unassigned": lambda f: f.ticket.assignee is None,
    "waiting": lambda f: f.ticket.waiting_since is not None,
    "overdue": lambda f: f.ticket.due_at is not None and f.ticket.due_at <= f.now,
    "escalated": lambda f: f.ticket.tier is not None,
    "spam": lambda f: f.ticket.spam,
    "merged": lambda f: f.ticket.status is Status.MERGED,
    "follow-up": lambda f: f.ticket.follows is not None,
}
