"""Who is there, giving out what waits, and asking for an approval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from . import Command


@dataclass(frozen=True, slots=True)
class SetPresence(Command):
    """`state` is online, away or offline; `agent` None: whoever asks. `until` is a moment, in words."""

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    state: str
    agent: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class RunRoutes(Command):
    """Give out what waits now, in one team or in all."""

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    team: str | None = None


@dataclass(frozen=True, slots=True)
class AskApproval(Command):
    """Somebody of a higher tier is to allow what the reason says."""

    ticket: int
    reason: str


@dataclass(frozen=True, slots=True)
class Approve(Command):
    ticket: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Deny(Command):
    ticket: int
    reason: str
