"""All event classes by kind. Importing this module loads them, for code that reads recorded events."""

from __future__ import annotations

from .actions import events as _actions
from .agents import events as _agents
from .answers import events as _answers
from .contacts import events as _contacts
from .delivery import events as _delivery
from .intake import events as _intake
from .kernel import events as _plugins
from .kernel.event import KINDS, restore
from .merges import events as _merges
from .messages import events as _messages
from .notifications import events as _notifications
from .routing import events as _routing
from .shifts import events as _shifts
from .sla import calendar_events as _calendars
from .sla import events as _sla
from .sla import policy_events as _policies
from .tickets import events as _tickets

__all__ = ("KINDS", "restore")

_MODULES = (
    _actions,
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
    _policies,
    _tickets,
    _merges,
)
