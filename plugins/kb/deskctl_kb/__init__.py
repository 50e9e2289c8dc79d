"""A knowledge base for deskctl: the plugin's hooks. Other modules are imported when they are first used."""

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
    SettingsView,
    Suggestion,
    SuggestionType,
    Words,
    Write,
    hookimpl,
)

from .messages import _


@hookimpl
def deskctl_tables() -> PluginTables:
    return PluginTables("deskctl_kb.migrations")


@hookimpl
def deskctl_requests() -> Iterable[RequestType]:
    from .requests import REQUESTS

    return REQUESTS


def _answer(happening: Happening, context: PluginContext) -> Iterable[Write]:
    from .first_answer import run

    return run(happening, context)


def _answer_many(happenings: Sequence[Happening], context: PluginContext) -> Iterable[Iterable[Write]]:
    from .batches import run_many

    return run_many(happenings, context)


def _wants(happening: Happening, settings: SettingsView) -> bool:
    from .events import wants

    return wants(happening, settings)


@hookimpl
def deskctl_automations() -> Iterable[AutomationType]:
    on = frozenset({"message_received", "choice_made", "person_asked", "reply_added", "status_changed"})
    return [
        AutomationType(
            "first-answer",
            on,
            _answer,
            description=_("answers new tickets with articles and counts the outcome"),
            wants=_wants,
            run_many=_answer_many,
        )
    ]


def _suggest(ticket: Any, context: PluginContext, limit: int) -> Sequence[Suggestion]:
    from .suggestions import suggest

    return suggest(ticket, context, limit)


def _insert(reference: str, context: PluginContext) -> Words:
    from .suggestions import insert

    return insert(reference, context)


@hookimpl
def deskctl_suggest() -> Iterable[SuggestionType]:
    return [SuggestionType("kb", _suggest, _insert)]


def _erase(person: ErasedPerson, context: PluginContext) -> None:
    from .erase import erase

    erase(person, context)


@hookimpl
def deskctl_erase() -> Iterable[EraseType]:
    return [
        EraseType(
            "questions", _erase, description=_("erases a person's questions and the articles shown to the person")
        )
    ]
