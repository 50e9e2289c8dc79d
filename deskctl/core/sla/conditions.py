"""The condition of a policy: `field:value` terms that must all match a ticket."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import NamedTuple

from ...dataclass import dataclass
from ...errors import UsageError
from ...i18n import _
from ..tickets.model import Priority
from ..values.field import Field, FieldValue
from ..values.suggestions import did_you_mean


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """The properties of a ticket and its customer that a condition can test. They change only by a command."""

    team: str | None
    channel: str
    priority: Priority
    tags: frozenset[str]
    tier: str | None
    org: str | None
    language: str | None
    fields: Mapping[str, FieldValue] = field(default_factory=dict)


_FIELDS: dict[str, Callable[[TicketFacts], frozenset[str]]] = {
    "team": lambda f: _values(f.team),
    "channel": lambda f: _values(f.channel),
    "priority": lambda f: frozenset({f.priority.label}),
    "tag": lambda f: f.tags,
    "contact.tier": lambda f: _values(f.tier),
    "contact.org": lambda f: _values(f.org),
    "language": lambda f: _values(f.language),
}
#: Fields of queries that policies cannot use, because they change all the time or without a command.
_VOLATILE = ("status", "assignee", "waiting", "updated", "created", "now")
#: The prefix of custom fields: `fields.order_number:4711`.
_CUSTOM = "fields."
#: The field of which a ticket can have several values.
_MANY = "tag"
_ANY_OR_NONE = ("none", "*")
_COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TERM = re.compile(
    r'(?P<not>-|NOT\s+)?(?P<field>[^\s:"]+):(?P<op>>=|<=|>|<)?(?:"(?P<quoted>[^"]*)"|(?P<value>[^\s"]+))'
)


class Term(NamedTuple):
    """One term of a condition. The value "none" matches a ticket without a value, "*" a ticket with any value."""

    field: str
    value: str
    op: str = ""
    negated: bool = False

    def __str__(self) -> str:
        value = f'"{self.value}"' if " " in self.value else self.value
        return f"{'-' if self.negated else ''}{self.field}:{self.op}{value}"

    def holds(self, facts: TicketFacts) -> bool:
        return self._holds(facts) is not self.negated

    def holds_for(self, priority: Priority) -> bool:
        """Return True if a term about the priority matches a priority."""
        limit = Priority[self.value.upper()]
        held = {
            ">=": priority >= limit,
            "<=": priority <= limit,
            ">": priority > limit,
            "<": priority < limit,
            "": priority is limit,
        }[self.op]
        return held is not self.negated

    def implies(self, other: Term) -> bool:
        """Return True if each ticket that this term matches is certain to match the other."""
        if self.field != other.field or self == other:
            return self == other
        if self._is_custom and other.value not in _ANY_OR_NONE:
            return False  # different texts can be the same number
        some = not self.negated and self.value != "none"
        if other.value == "*" and not other.negated:
            return some
        if other.value == "none" and other.negated:
            return some
        return (
            other.negated
            and not self.negated
            and self.field != _MANY
            and self.value not in (*_ANY_OR_NONE, other.value)
        )

    def excludes(self, other: Term) -> bool:
        """Return True if no ticket can match both terms."""
        if self.field != other.field or self.field == "priority":
            return False
        if self._replace(negated=not self.negated) == other:
            return True
        if self.negated or other.negated:
            return False
        if "none" in (self.value, other.value):
            return True
        single = self.field != _MANY and not self._is_custom
        return single and "*" not in (self.value, other.value) and self.value != other.value

    @property
    def _is_custom(self) -> bool:
        return self.field.startswith(_CUSTOM)

    def _holds(self, facts: TicketFacts) -> bool:
        if self._is_custom:
            return self._holds_for_value(facts.fields.get(self.field.removeprefix(_CUSTOM)))
        if self.op:
            return self.holds_for(facts.priority) is not self.negated
        words = _FIELDS[self.field](facts)
        if self.value in _ANY_OR_NONE:
            return bool(words) is (self.value == "*")
        return self.value in {word.lower() for word in words}

    def _holds_for_value(self, value: FieldValue | None) -> bool:
        """Return True if the value of a custom field matches. Numbers and dates are compared by value."""
        if self.value in _ANY_OR_NONE:
            return (value is not None) is (self.value == "*")
        if value is None:
            return False
        if not value.type.is_ordered:
            return not self.op and self.value == value.text.lower()
        try:
            limit = Field("", value.type).parse(self.value).key
        except UsageError:
            return False
        return _COMPARISONS[self.op](value.key, limit)


@dataclass(frozen=True, slots=True)
class Condition:
    """A set of terms that must all match; without terms, each ticket matches."""

    terms: frozenset[Term]

    def matches(self, facts: TicketFacts) -> bool:
        return all(term.holds(facts) for term in self.terms)

    def covers(self, other: Condition) -> bool:
        """Return True if each ticket that the other condition matches is certain to match this one."""
        priorities = other.priorities
        asked = (term for term in self.terms if term.field != "priority")
        return priorities <= self.priorities and all(any(o.implies(term) for o in other.terms) for term in asked)

    @property
    def impossible(self) -> bool:
        """Return True if no ticket can match, because two terms exclude each other."""
        excluded = any(one.excludes(other) for one in self.terms for other in self.terms if one is not other)
        return excluded or not self.priorities

    @property
    def priorities(self) -> frozenset[Priority]:
        """The priorities that match the terms about the priority."""
        asked = [term for term in self.terms if term.field == "priority"]
        return frozenset(p for p in Priority if all(term.holds_for(p) for term in asked))

    def named(self, field: str) -> frozenset[str]:
        """Return the values that the terms of a field name, negated ones included."""
        return frozenset(term.value for term in self.terms if term.field == field and term.value not in _ANY_OR_NONE)

    @property
    def custom_fields(self) -> frozenset[str]:
        """The names of the custom fields in the terms."""
        return frozenset(t.field.removeprefix(_CUSTOM) for t in self.terms if t.field.startswith(_CUSTOM))


def parse(text: str) -> Condition:
    """Parse a condition. Raises UsageError with the position and the field."""
    terms: set[Term] = set()
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        found = _TERM.match(text, position)
        if found is None or (found.end() < len(text) and not text[found.end()].isspace()):
            raise UsageError(
                _(
                    'when, at character {position}: not a condition: "{word}"',
                    position=position + 1,
                    word=text[position:].split()[0],
                ),
                _("use for example contact.tier:vip team:support; all terms must match"),
            )
        terms.add(_term(found, position + 1))
        position = found.end()
    return Condition(frozenset(terms))


def _term(found: re.Match[str], position: int) -> Term:
    """Parse one term. `position` counts from 1. Raises UsageError."""
    field, op = found["field"].lower(), found["op"] or ""
    value = (found["quoted"] if found["quoted"] is not None else found["value"]).strip().lower()
    fields = ", ".join((*_FIELDS, f"{_CUSTOM}NAME"))
    custom = field.startswith(_CUSTOM) and field != _CUSTOM
    if field in _VOLATILE:
        raise UsageError(
            _("when, at character {position}: {field} changes all the time", position=position, field=field),
            _("a policy can only use these fields: {fields}", fields=fields),
        )
    if field not in _FIELDS and not custom:
        raise UsageError(
            _(
                'when, at character {position}: no field is called "{field}"{suggestion}',
                position=position,
                field=field,
                suggestion=did_you_mean(field, _FIELDS),
            ),
            _("fields: {fields}", fields=fields),
        )
    if field == "priority" and value.upper() not in Priority.__members__:
        names = [p.label for p in Priority]
        raise UsageError(
            _(
                'when, at character {position}: not a priority: "{value}"{suggestion}',
                position=position,
                value=value,
                suggestion=did_you_mean(value, names),
            ),
            _("priorities: {priorities}", priorities=", ".join(names)),
        )
    if op and field != "priority" and (not custom or value in _ANY_OR_NONE):
        raise UsageError(
            _("when, at character {position}: {field} does not support {op}", position=position, field=field, op=op),
            _(
                "only priorities, numbers and dates can be compared, as in priority:>=high; use {term}",
                term=f"{field}:{value}",
            ),
        )
    if not value:
        raise UsageError(
            _("when, at character {position}: {field} has no value", position=position, field=field),
            _("use {field}:none for tickets without a value", field=field),
        )
    return Term(field, value, op, bool(found["not"]))


def _values(value: str | None) -> frozenset[str]:
    return frozenset() if value is None else frozenset({value})
