"""A knowledge base for deskctl. The hooks, and nothing else: what they name is imported when it is used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from deskctl.plugins import (
    AutomationType,
    ErasedPerson,
    EraseType,
    Happening,
    PluginContext,
    PluginTables,
    RequestType,
    Suggestion,
    SuggestionType,
    Words,
    Write,
    hookimpl,
)


@hookimpl
def deskctl_tables() -> PluginTables:
    return PluginTables("deskctl_kb.migrations")


@hookimpl
def deskctl_requests() -> Iterable[RequestType]:
    from .requests import REQUESTS

    return REQUESTS


def _answer(happening: Happening, context: PluginContext) -> Iterable[Write]:
    from .answering import run

    return run(happening, context)


@hookimpl
def deskctl_automations() -> Iterable[AutomationType]:
    on = frozenset({"message_received", "choice_made", "person_asked", "reply_added"})
    return [
        AutomationType("first-answer", on, _answer, description="answers with articles, and counts what came of it")
    ]


def _suggest(ticket: Any, context: PluginContext, limit: int) -> Sequence[Suggestion]:
    from .suggesting import suggest

    return suggest(ticket, context, limit)


def _insert(reference: str, context: PluginContext) -> Words:
    from .suggesting import insert

    return insert(reference, context)


@hookimpl
def deskctl_suggest() -> Iterable[SuggestionType]:
    return [SuggestionType("kb", _suggest, _insert)]


def _erase(person: ErasedPerson, context: PluginContext) -> None:
    from .erasing import erase

    erase(person, context)


@hookimpl
def deskctl_erase() -> Iterable[EraseType]:
    return [EraseType("questions", _erase, description="erases what a person asked and was shown")]
