"""Who is there, giving out what waits, and asking for an approval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..kernel.command import Command
from ..kernel.permissions import Audience


@dataclass(frozen=True, slots=True)
class SetPresence(Command, audience=Audience.AGENT):
    """`state` is online, away or offline; `agent` None: whoever asks. `until` is a moment, in words."""

    did: ClassVar[str] = "changed the presence of"
    needs_agent: ClassVar[bool] = False
    state: str
    agent: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class RunRoutes(Command, audience=Audience.AGENT):
    """Give out what waits now, in one team or in all."""

    did: ClassVar[str] = "routed"
    needs_agent: ClassVar[bool] = False
    team: str | None = None
