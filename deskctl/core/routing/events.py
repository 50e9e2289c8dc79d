"""What routing decided, and what people say of themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..events import Event


@dataclass(frozen=True, slots=True)
class Routed(Event):
    """A ticket went to `agent`, or (None) waits on because of `why`.

    `candidates` are pairs of agent and score, the best first; `left_out` are those who could not take it, by reason.
    `skills` are those that were asked for; `relaxed`: it had waited so long that they no longer were; `waived`: those
    that no active agent of the team had.
    """

    agent: str | None
    strategy: str
    why: str = ""
    candidates: tuple[Any, ...] = ()
    left_out: dict[str, Any] = field(default_factory=dict)
    skills: tuple[str, ...] = ()
    relaxed: bool = False
    tier: str | None = None
    waived: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HandedOn(Event):
    """An agent gave the ticket back or on: it is not routed to them again until somebody had it."""

    agent: str


@dataclass(frozen=True, slots=True)
class FormerOwner(Event):
    """The ticket was taken up again while `agent`, who had it, was not there: it is theirs first when they come."""

    agent: str


@dataclass(frozen=True, slots=True)
class TierChanged(Event):
    """From which tier on agents may have the ticket; None: every agent of the team."""

    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class ApprovalAsked(Event):
    """`asker` wants somebody of a higher tier to allow what the note `message` says."""

    asker: str
    message: int


@dataclass(frozen=True, slots=True)
class ApprovalDecided(Event):
    """`asked` is the note that asked, `message` the one that answers, where there is one."""

    asker: str
    granted: bool
    asked: int | None = None
    message: int | None = None


@dataclass(frozen=True, slots=True)
class ApprovalWithdrawn(Event):
    """The question was taken back, or (`asked` is its note) the ticket was done before anybody decided it."""

    asker: str
    asked: int | None = None


@dataclass(frozen=True, slots=True)
class PresenceChanged(Event):
    agent: str
    old: str
    new: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AgentMoved(Event):
    """An agent was moved to a busy channel, or (`to` None) back to their own."""

    agent: str
    to: str | None
    team: str
    why: str


@dataclass(frozen=True, slots=True)
class NobodyThere(Event):
    """Tickets of a team wait and none of its agents is there. Said once until somebody comes."""

    team: str
