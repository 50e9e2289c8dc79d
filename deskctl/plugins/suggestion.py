"""The contract of a suggestion: what a plugin can offer to an agent who looks at a ticket."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .automation import PluginContext


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`reference` is what `deskctl reply N --insert REFERENCE` takes ("kb:3"); `score` orders, more is better."""

    reference: str
    title: str
    snippet: str = ""
    score: float = 0.0
    public: bool = True


@dataclass(frozen=True, slots=True)
class Words:
    """What goes into a reply to a customer, plain text."""

    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class SuggestionType:
    """`suggest(ticket, context, limit)` is given the ticket's document as `deskctl show N --json` prints it.

    `insert(reference, context)` gives the words to put into a reply to a customer (text alone will do); it raises
    Refused for what is not theirs to see, NotFound for what is not there. References of this type begin with `name` and
    a colon. Both only read.
    """

    name: str
    suggest: Callable[[Any, PluginContext, int], Sequence[Suggestion]]
    insert: Callable[[str, PluginContext], Words | str]
