"""What agents do with tickets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..kernel.command import Command
from ..kernel.permissions import Audience


@dataclass(frozen=True, slots=True)
class Create(Command, audience=Audience.AGENT):
    """Write down what a customer said elsewhere. `sender` is an address or a phone number; nothing is sent.

    Without a subject the first line of the text is it. Of a telephone call `direction` is in or out and `seconds` how
    long it took; `callback` is the moment of a promised call, in words (`moments.parse_moment`).
    """

    did: ClassVar[str] = "created"
    sender: str
    subject: str
    text: str
    channel: str = "manual"
    sender_name: str | None = None
    team: str | None = None
    priority: str | None = None
    tags: tuple[str, ...] = ()
    direction: str | None = None
    seconds: int | None = None
    callback: str | None = None


@dataclass(frozen=True, slots=True)
class Take(Command, audience=Audience.AGENT):
    did: ClassVar[str] = "took"
    ticket: int


@dataclass(frozen=True, slots=True)
class Next(Command, audience=Audience.AGENT):
    """Take the ticket at the head of the queue of the agent's teams. Refused when there is none (exit 1)."""

    did: ClassVar[str] = "took"
    team: str | None = None


@dataclass(frozen=True, slots=True)
class Assign(Command, audience=Audience.AGENT):
    """`to` is an agent or a team (`agent:`/`team:` are exact); None puts the ticket back in the queue."""

    did: ClassVar[str] = "assigned"
    ticket: int
    to: str | None


@dataclass(frozen=True, slots=True)
class Escalate(Command, audience=Audience.AGENT):
    """Hand a ticket to someone who can do more; the owner until now stays on as a follower.

    `to` is an agent, a team or a tier (`agent:`, `team:` and `tier:` are exact); None is the next tier of its team.
    """

    did: ClassVar[str] = "escalated"
    ticket: int
    to: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Tag(Command, audience=Audience.AGENT):
    did: ClassVar[str] = "tagged"
    ticket: int
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Set(Command, audience=Audience.AGENT):
    """Set fields by name: priority, status (pending, hold, open), team, language, callback (a moment, or none)."""

    did: ClassVar[str] = "set fields of"
    ticket: int
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Solve(Command, audience=Audience.AGENT):
    did: ClassVar[str] = "solved"
    ticket: int


@dataclass(frozen=True, slots=True)
class Close(Command, audience=Audience.AGENT):
    did: ClassVar[str] = "closed"
    ticket: int


@dataclass(frozen=True, slots=True)
class Reopen(Command, audience=Audience.AGENT):
    did: ClassVar[str] = "reopened"
    ticket: int


@dataclass(frozen=True, slots=True)
class Merge(Command, audience=Audience.AGENT):
    """Close `ticket` with a pointer to `into`."""

    did: ClassVar[str] = "merged"
    ticket: int
    into: int


@dataclass(frozen=True, slots=True)
class Split(Command, audience=Audience.AGENT):
    """Begin a new ticket with some messages of another, by id. Without a subject it has that of the first of them."""

    did: ClassVar[str] = "split"
    ticket: int
    messages: tuple[int, ...]
    subject: str = ""


@dataclass(frozen=True, slots=True)
class SettleCallback(Command):
    """A promised call is off: the ticket is done with, or (`into`) another one has taken its place and the promise."""

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    ticket: int
    into: int | None = None


@dataclass(frozen=True, slots=True)
class AskApproval(Command, audience=Audience.AGENT):
    """Somebody of a higher tier is to allow what the reason says."""

    did: ClassVar[str] = "asked for approval of"
    ticket: int
    reason: str


@dataclass(frozen=True, slots=True)
class Approve(Command, audience=Audience.AGENT):
    did: ClassVar[str] = "approved"
    ticket: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Deny(Command, audience=Audience.AGENT):
    did: ClassVar[str] = "denied"
    ticket: int
    reason: str
