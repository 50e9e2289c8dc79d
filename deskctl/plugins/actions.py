"""The commands that automations and requests of plugins can execute.

The types of actions for rules of the desk, such as `ActionType`, are in `ticket_action`.
"""

from __future__ import annotations

from ..core.answers.commands import Answer
from ..core.messages.commands import Note, Reply
from ..core.messages.model import Choice
from ..core.tickets.commands import Assign, Close, Create, Escalate, Reopen, Set, Solve, Tag

__all__ = [
    "Answer",
    "Assign",
    "Choice",
    "Close",
    "Create",
    "Escalate",
    "Note",
    "Reopen",
    "Reply",
    "Set",
    "Solve",
    "Tag",
]
