"""Whom a policy is for: `field:value` terms, all of which must hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from ...errors import UsageError
from ..tickets.model import Priority
from ..values.suggestions import did_you_mean


@dataclass(frozen=True, slots=True)
class Facts:
    """What lasts of a ticket and of whoever asked; words in lower case."""

    team: str | None
    channel: str
    priority: Priority
    tags: frozenset[str]
    tier: str | None
    org: str | None
    language: str | None


_FIELDS: dict[str, Callable[[Facts], frozenset[str]]] = {
    "team": lambda f: _word(f.team),
    "channel": lambda f: _word(f.channel),
    "priority": lambda f: frozenset({f.priority.label}),
    "tag": lambda f: f.tags,
    "contact.tier": lambda f: _word(f.tier),
    "contact.org": lambda f: _word(f.org),
    "language": lambda f: _word(f.language),
}
#: Fields that a query may know, but that change by themselves or all the time.
_MOVING = ("status", "assignee", "waiting", "updated", "created", "now")
#: Of this field a ticket has several values.
_MANY = "tag"
_ANY_OR_NONE = ("none", "*")
_TERM = re.compile(
    r'(?P<not>-|NOT\s+)?(?P<field>[^\s:"]+):(?P<op>>=|<=|>|<)?(?:"(?P<quoted>[^"]*)"|(?P<value>[^\s"]+))'
)


class Term(NamedTuple):
    """One condition. `value` "none" means that there is none, "*" that there is one."""

    field: str
    value: str
    op: str = ""
    negated: bool = False

    def __str__(self) -> str:
        value = f'"{self.value}"' if " " in self.value else self.value
        return f"{'-' if self.negated else ''}{self.field}:{self.op}{value}"

    def holds(self, facts: Facts) -> bool:
        return self._holds(facts) is not self.negated

    def holds_for(self, own: Priority) -> bool:
        """A term about the priority."""
        limit = Priority[self.value.upper()]
        held = {">=": own >= limit, "<=": own <= limit, ">": own > limit, "<": own < limit, "": own is limit}[self.op]
        return held is not self.negated

    def implies(self, other: Term) -> bool:
        """Whether the other surely holds where this one does."""
        if self.field != other.field or self == other:
            return self == other
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
        """Whether both cannot hold at once."""
        if self.field != other.field or self.field == "priority":
            return False
        if self._replace(negated=not self.negated) == other:
            return True
        if self.negated or other.negated:
            return False
        return "none" in (self.value, other.value) or (
            self.field != _MANY and "*" not in (self.value, other.value) and self.value != other.value
        )

    def _holds(self, facts: Facts) -> bool:
        if self.op:
            return self.holds_for(facts.priority) is not self.negated
        words = _FIELDS[self.field](facts)
        if self.value in _ANY_OR_NONE:
            return bool(words) is (self.value == "*")
        return self.value in {word.lower() for word in words}


@dataclass(frozen=True, slots=True)
class Condition:
    """Every term holds; without terms, always."""

    terms: frozenset[Term]

    def matches(self, facts: Facts) -> bool:
        return all(term.holds(facts) for term in self.terms)

    def covers(self, other: Condition) -> bool:
        """Whether this one surely matches whatever the other matches."""
        priorities = other.priorities
        asked = (term for term in self.terms if term.field != "priority")
        return priorities <= self.priorities and all(any(o.implies(term) for o in other.terms) for term in asked)

    @property
    def impossible(self) -> bool:
        """Whether no ticket can ever be meant: two terms exclude each other."""
        excluded = any(one.excludes(other) for one in self.terms for other in self.terms if one is not other)
        return excluded or not self.priorities

    @property
    def priorities(self) -> frozenset[Priority]:
        """Those that a ticket may have."""
        asked = [term for term in self.terms if term.field == "priority"]
        return frozenset(p for p in Priority if all(term.holds_for(p) for term in asked))

    def named(self, field: str) -> frozenset[str]:
        """The values that are asked for of a field, whether they are wanted or not."""
        return frozenset(term.value for term in self.terms if term.field == field and term.value not in _ANY_OR_NONE)


def parse(text: str) -> Condition:
    """Raises UsageError that names the place and the field."""
    terms: set[Term] = set()
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        found = _TERM.match(text, place)
        if found is None or (found.end() < len(text) and not text[found.end()].isspace()):
            word = text[place:].split()[0]
            raise UsageError(
                f"when, at character {place + 1}: “{word}” is no condition",
                "as in contact.tier:vip team:support; all of them must hold",
            )
        terms.add(_term(found, place))
        place = found.end()
    return Condition(frozenset(terms))


def _term(found: re.Match[str], place: int) -> Term:
    field, op = found["field"].lower(), found["op"] or ""
    value = (found["quoted"] if found["quoted"] is not None else found["value"]).strip().lower()
    where = f"when, at character {place + 1}"
    if field in _MOVING:
        raise UsageError(
            f"{where}: {field} changes all the time", "a policy asks for what lasts: " + ", ".join(_FIELDS)
        )
    if field not in _FIELDS:
        raise UsageError(f"{where}: there is no field “{field}”{did_you_mean(field, _FIELDS)}", ", ".join(_FIELDS))
    if field == "priority" and value.upper() not in Priority.__members__:
        names = [p.label for p in Priority]
        raise UsageError(f"{where}: there is no priority “{value}”{did_you_mean(value, names)}", ", ".join(names))
    if op and field != "priority":
        raise UsageError(f"{where}: {field} cannot be compared with {op}", f"as in {field}:{value}; priority:>=high")
    if not value:
        raise UsageError(f"{where}: {field} has no value", f"as in {field}:none where there is none")
    return Term(field, value, op, bool(found["not"]))


def _word(word: str | None) -> frozenset[str]:
    return frozenset() if word is None else frozenset({word})
