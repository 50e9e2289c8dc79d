"""The features of the core, in order: a feature may use those before it.

`execute` carries out a command; everything that changes a desk goes through it.
"""

from __future__ import annotations

from .agents.feature import FEATURE as AGENTS
from .answers.feature import FEATURE as ANSWERS
from .calendars.feature import FEATURE as CALENDARS
from .contacts.feature import FEATURE as CONTACTS
from .delivery.feature import FEATURE as DELIVERY
from .intake.feature import FEATURE as INTAKE
from .kernel.dispatch import Dispatcher
from .messages.feature import FEATURE as MESSAGES
from .notifications.feature import FEATURE as NOTIFICATIONS
from .routing.feature import FEATURE as ROUTING
from .shifts.feature import FEATURE as SHIFTS
from .sla.feature import FEATURE as SLA
from .tickets.feature import FEATURE as TICKETS
from .undo.feature import feature as undo_of

FEATURES = (
    AGENTS,
    CONTACTS,
    TICKETS,
    MESSAGES,
    DELIVERY,
    CALENDARS,
    SLA,
    SHIFTS,
    ROUTING,
    NOTIFICATIONS,
    INTAKE,
    ANSWERS,
)

_dispatcher = Dispatcher((*FEATURES, undo_of(FEATURES)))

execute = _dispatcher.execute
preload_timers = _dispatcher.preload_timers
HANDLERS = _dispatcher.handlers
