"""The contract of a suggestion: a plugin suggests texts for the reply to a ticket."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..dataclass import dataclass
from .automation import PluginContext


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A suggestion. `reference` is the value for `deskctl reply N --insert` ("kb:3"). A higher `score` is better.

    `public`: customers may see it.
    """

    reference: str
    title: str
    snippet: str = ""
    score: float = 0.0
    public: bool = True


@dataclass(frozen=True, slots=True)
class Words:
    """The plain text of a suggestion for a reply to a customer."""

    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class SuggestionType:
    """A source of suggestions. Its references begin with `name` and a colon. Both functions must only read.

    `suggest(ticket, context, limit)` gets the document of the ticket as printed by `deskctl show N --json`.
    `insert(reference, context)` returns the text for a reply to a customer, as `Words` or text. It raises Refused for
    text that customers must not see, NotFound for an unknown reference.
    """

    name: str
    suggest: Callable[[Any, PluginContext, int], Sequence[Suggestion]]
    insert: Callable[[str, PluginContext], Words | str]
