"""Every kind of event, by importing the modules that define them: for the store, which reads recorded events."""

from __future__ import annotations

from .agents import events as _agents
from .answers import events as _answers
from .calendars import events as _calendars
from .contacts import events as _contacts
from .delivery import events as _delivery
from .intake import events as _intake
from .kernel import plugin_events as _plugins
from .kernel.event import KINDS, restore
from .messages import events as _messages
from .notifications import events as _notifications
from .routing import events as _routing
from .shifts import events as _shifts
from .sla import events as _sla
from .tickets import events as _tickets
from .tickets import merge_events as _merges
from .undo import events as _undo

__all__ = ("KINDS", "restore")

_MODULES = (
    _agents,
    _answers,
    _calendars,
    _contacts,
    _delivery,
    _intake,
    _plugins,
    _messages,
    _notifications,
    _routing,
    _shifts,
    _sla,
    _tickets,
    _merges,
    _undo,
)
