""""""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..kernel.command import Command


@dataclass(frozen=True, slots=True)
class Tell(Command):
    """Notify an agent. `about` is new, assigned, escalated, failed, uncertain, refused, quarantined, person, callback,
    due_soon, overdue, routed, nobody, approval, approved or denied. `personal`: a step of a service level names them,
    and it comes in their quiet hours, too, as what is overdue on their own ticket does."""

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    agent: str
    about: str
    ticket: int | None = None
    detail: str | None = None
    personal: bool = False
    shows: tuple[int, ...] = ()  # messages that `detail` quotes
