"""All tables of the store, one module for each feature. `metadata` holds the tables that both databases have.

Times are whole microseconds since 1970 in UTC (`Moment`): they sort, compare and convert in the same way on both
databases and keep their precision. Enumerations are stored as their names. Lists and documents are JSON in text
columns: no query reads their contents.
"""

from .agents import agents, memberships, teams
from .base import metadata
from .contacts import blocks, contacts, identities, link_codes, link_tries
from .delivery import outbox
from .history import commands, events
from .intake import blob_bytes, blobs, channel_state, journal
from .messages import anew, attachments, calls, known_as, messages, seen_messages
from .notifications import notices, notification_answers, windows
from .plugins import jobs, plugin_revisions
from .routing import presences, turns, unattended
from .saved_views import saved_views
from .search import search_progress
from .shifts import absences, handovers, handovers_read, shifts
from .sla import calendars, clocks, sla_book, sla_policies
from .tickets import composing, followers, participants, ticket_fields, ticket_tags, tickets
from .timers import timers

__all__ = [
    "absences",
    "agents",
    "anew",
    "attachments",
    "blob_bytes",
    "blobs",
    "blocks",
    "calendars",
    "calls",
    "channel_state",
    "clocks",
    "commands",
    "composing",
    "contacts",
    "events",
    "followers",
    "handovers",
    "handovers_read",
    "identities",
    "jobs",
    "journal",
    "known_as",
    "link_codes",
    "link_tries",
    "memberships",
    "messages",
    "metadata",
    "notices",
    "notification_answers",
    "outbox",
    "participants",
    "plugin_revisions",
    "presences",
    "saved_views",
    "search_progress",
    "seen_messages",
    "shifts",
    "sla_book",
    "sla_policies",
    "teams",
    "ticket_fields",
    "ticket_tags",
    "tickets",
    "timers",
    "turns",
    "unattended",
    "windows",
]
