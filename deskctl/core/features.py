"""The features of the core, in order: a feature may use those before it.

`execute` carries out a command; everything that changes a desk goes through it.
"""

from __future__ import annotations

from typing import Protocol

from .administration.feature import FEATURE as ADMINISTRATION
from .agents.repository import AgentSource
from .answers.feature import FEATURE as ANSWERS
from .automations.feature import FEATURE as AUTOMATIONS
from .contacts.feature import FEATURE as CONTACTS
from .contacts.repository import ContactSource
from .delivery.feature import FEATURE as DELIVERY
from .delivery.repository import OutboxSource
from .intake.feature import FEATURE as INTAKE
from .intake.repository import JournalSource
from .kernel.dispatch import Dispatcher
from .kernel.source import KernelSource
from .merges.feature import FEATURE as MERGES
from .messages.conversations import ConversationSource
from .messages.feature import FEATURE as MESSAGES
from .messages.repository import MessageSource
from .notifications.feature import FEATURE as NOTIFICATIONS
from .notifications.repository import NotificationSource
from .routing.feature import FEATURE as ROUTING
from .routing.repository import RoutingSource
from .saved_views.feature import FEATURE as SAVED_VIEWS
from .saved_views.repository import SavedViewSource
from .shifts.feature import FEATURE as SHIFTS
from .shifts.repository import ShiftSource
from .sla.due_times import SETTERS as DUE_TIMES
from .sla.feature import FEATURE as SLA
from .sla.repository import SlaSource
from .tickets.feature import feature as tickets_with
from .tickets.repository import TicketSource
from .undo.feature import feature as undo_of

FEATURES = (
    CONTACTS,
    tickets_with(DUE_TIMES),
    MESSAGES,
    DELIVERY,
    SLA,
    MERGES,
    SHIFTS,
    SAVED_VIEWS,
    ROUTING,
    NOTIFICATIONS,
    INTAKE,
    ANSWERS,
    ADMINISTRATION,
    AUTOMATIONS,
)


class Source(
    KernelSource,
    AgentSource,
    ContactSource,
    TicketSource,
    MessageSource,
    ConversationSource,
    OutboxSource,
    SlaSource,
    ShiftSource,
    SavedViewSource,
    RoutingSource,
    NotificationSource,
    JournalSource,
    Protocol,
):
    """Everything that a store loads, for all features."""


_dispatcher = Dispatcher((*FEATURES, undo_of(FEATURES)))

new_unit = _dispatcher.unit
execute = _dispatcher.execute
preload_timers = _dispatcher.preload_timers
HANDLERS = _dispatcher.handlers
