"""Add, change and remove saved views."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from ...errors import NotFound, Refused, UsageError
from ...i18n import _
from ..agents.repository import Agents
from ..agents.routing_profile import TIERS
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.records import RecordedEvent
from ..kernel.unit import Unit
from ..messages.channels import BUILT_IN, Channels
from ..query_language.fields import NameKind
from ..query_language.resolution import parse_query, view_name
from ..values.suggestions import did_you_mean
from .commands import AddView, EditView, RemoveView
from .events import ViewChanged
from .repository import SavedViews

#: The longest name of a view, in characters.
LONGEST_NAME: Final = 40
_NAME = re.compile(r"[^\W_][\w-]*")


def add(unit: Unit, command: AddView, actor: Actor) -> Steps:
    name = _parse_name(command.name)
    if name in SavedViews.of(unit).views:
        raise Refused(
            _('view "{name}" exists', name=name),
            _('deskctl view edit {name} "QUERY" changes it', name=name),
        )
    query = _checked(unit, name, command.query)
    yield ViewChanged(None, name, None, query)
    return Outcome(_("view {name} added: deskctl list @{name}", name=name), facts={"view": name, "query": query})


def edit(unit: Unit, command: EditView, actor: Actor) -> Steps:
    name = _existing(unit, command.name)
    query = _checked(unit, name, command.query)
    old = SavedViews.of(unit).views[name]
    if query != old:
        yield ViewChanged(None, name, old, query)
    return Outcome(_("view {name}: {query}", name=name, query=query), facts={"view": name, "query": query})


def remove(unit: Unit, command: RemoveView, actor: Actor) -> Steps:
    name = _existing(unit, command.name)
    yield ViewChanged(None, name, SavedViews.of(unit).views[name], None)
    return Outcome(_("view {name} removed", name=name), facts={"view": name})


def apply(unit: Unit, event: RecordedEvent) -> None:
    """Change the views as an event says."""
    if isinstance(event.event, ViewChanged):
        SavedViews.of(unit).put(event.event.name, event.event.new)


def _parse_name(text: str) -> str:
    """Return the name of a new view. Raises UsageError."""
    name = view_name(text)
    if len(name) > LONGEST_NAME or not _NAME.fullmatch(name):
        raise UsageError(
            _('not a name of a view: "{text}"', text=text),
            _("use at most {limit} letters, digits, - and _, for example urgent-vip", limit=LONGEST_NAME),
        )
    return name


def _existing(unit: Unit, text: str) -> str:
    name = view_name(text)
    views = SavedViews.of(unit).views
    if name not in views:
        raise NotFound(
            _('no view is called "{name}"{suggestion}', name=name, suggestion=did_you_mean(name, views)),
            _("deskctl view list shows all views"),
        )
    return name


def _checked(unit: Unit, name: str, text: str) -> str:
    """Return the query with single blanks between its terms. Raises UsageError."""
    query = text.strip()
    if not query:
        raise UsageError(_("the query of the view is empty"), _('give a query, for example "is:open priority:>=high"'))
    parse_query(query, unit.settings, _UnitNames(unit), unit.now, inside=name)
    return query


class _UnitNames:
    """The names that queries can use, as a transaction sees them."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit

    def names(self, kind: NameKind) -> Collection[str]:
        agents = Agents.of(self._unit)
        if kind == "agent":
            return agents.agents
        if kind == "tier":
            return {*TIERS, *(tier for team in agents.teams.values() for tier in team.plan.tiers)}
        channels = self._unit.settings.of(Channels).channels
        if kind == "team":
            return {*agents.teams, *(channel.team for channel in channels.values() if channel.team)}
        return {*channels, *BUILT_IN}

    def is_used(self, kind: NameKind, name: str) -> bool:
        return False

    def views(self) -> dict[str, str]:
        return SavedViews.of(self._unit).views


HANDLERS: dict[type[Command], Handler] = {AddView: add, EditView: edit, RemoveView: remove}
