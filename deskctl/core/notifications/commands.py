"""Commands for notifications."""

from __future__ import annotations

from typing import ClassVar

from ...dataclass import dataclass
from ..kernel.command import Command


@dataclass(frozen=True, slots=True)
class NotifyAgent(Command):
    """Notify an agent.

    `about` is the kind: new, assigned, escalated, failed, uncertain, refused, quarantined, person, callback, due_soon,
    overdue, routed, `nobody`, approval, approved, denied and others. `personal`: an SLA step names the agent, so the
    notification is sent in quiet hours too, like one about an overdue ticket of the agent.
    """

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    agent: str
    about: str
    ticket: int | None = None
    detail: str | None = None
    personal: bool = False
    shows: tuple[int, ...] = ()  # messages that `detail` quotes
