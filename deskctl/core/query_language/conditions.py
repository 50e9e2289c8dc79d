"""A query whose names and values are checked: conditions that are combined with AND, OR and NOT."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ...dataclass import dataclass
from ..tickets.model import ACTIVE, Priority
from ..values.field import FieldValue
from ..values.tokens import Phrase
from .fields import QueryField
from .periods import Period
from .tree import Operator

#: The fields that are about the status of a ticket.
_STATUS_FIELDS = frozenset({"status", "is", "solved", "number"})


@dataclass(frozen=True, slots=True)
class Presence:
    """The value `*` (any value) or `none` (no value)."""

    present: bool


@dataclass(frozen=True, slots=True)
class Prefix:
    """A keyword whose beginning is given, such as `refund*`, in lower case."""

    text: str


#: A keyword, state or name is a text; ASCII letters are in lower case, except in names that the desk has.
Operand = Presence | Prefix | Phrase | Period | Priority | FieldValue | timedelta | int | str


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on a field; `field` None is a text anywhere in the messages of a ticket."""

    field: QueryField | None
    operator: Operator
    operand: Operand


@dataclass(frozen=True, slots=True)
class NotQuery:
    """Matches what its part does not match."""

    part: Query


@dataclass(frozen=True, slots=True)
class AllQuery:
    """Matches what all parts match; everything without parts."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class AnyQuery:
    """Matches what any part matches; nothing without parts."""

    parts: tuple[Query, ...]


Query = Condition | NotQuery | AllQuery | AnyQuery


def conditions(query: Query) -> Iterator[Condition]:
    """Yield the conditions in the order of the text."""
    match query:
        case Condition():
            yield query
        case NotQuery(part):
            yield from conditions(part)
        case AllQuery(parts) | AnyQuery(parts):
            for part in parts:
                yield from conditions(part)


def selects_by_status(query: Query) -> bool:
    """Return True if a condition decides whether a ticket that is solved or closed matches."""
    return any(each.field is not None and each.field.name in _STATUS_FIELDS for each in conditions(query))


def selects_only_active(query: Query) -> bool:
    """Return True if each ticket that matches is certain to be new, open, pending or on hold."""
    match query:
        case AllQuery(parts):
            return any(selects_only_active(part) for part in parts)
        case AnyQuery(parts):
            return bool(parts) and all(selects_only_active(part) for part in parts)
        case Condition(field, _, operand) if field is not None and isinstance(operand, str):
            return (field.name == "status" and operand in ACTIVE) or (field.name == "is" and operand == "open")
    return False


def selects_spam(query: Query) -> bool:
    """Return True if a condition is about spam or names a ticket by its number."""
    return any(
        each.field is not None and (each.field.name == "number" or (each.field.name == "is" and each.operand == "spam"))
        for each in conditions(query)
    )
