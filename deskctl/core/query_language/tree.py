"""The syntax tree of a query: terms that are combined with AND, OR and NOT."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from ...dataclass import dataclass

#: "=" is equality, or containment for text.
Operator = Literal["=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Term:
    """A term such as `priority:>=high`, or a word to search for, whose `field` is "".

    `position` and `field_position` are those of the value and of the field in the text, in characters from 1. `quoted`
    terms, and those with an escaped `*`, are not special values such as `none` and `*`.
    """

    field: str
    field_position: int
    operator: Operator
    value: str
    position: int
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """Matches what its part does not match."""

    part: Node


@dataclass(frozen=True, slots=True)
class And:
    """Matches what all parts match; everything without parts."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Matches what any part matches."""

    parts: tuple[Node, ...]


Node = Term | Not | And | Or


def terms(node: Node) -> Iterator[Term]:
    """Yield the terms in the order of the text."""
    match node:
        case Term():
            yield node
        case Not(part):
            yield from terms(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from terms(part)


def levels(node: Node) -> int:
    """Return the number of terms and operators that are inside of each other."""
    match node:
        case Term():
            return 1
        case Not(part):
            return 1 + levels(part)
        case And(parts) | Or(parts):
            return 1 + max((levels(part) for part in parts), default=0)
