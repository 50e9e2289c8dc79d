"""What an automation, or a request of a plugin, can have done: the desk's own commands."""

from __future__ import annotations

from ..core.commands.machine import Answer
from ..core.commands.tickets import Assign, Close, Create, Escalate, Note, Reopen, Reply, Set, Solve, Tag
from ..core.messages import Choice

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
