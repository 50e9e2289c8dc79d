"""Commands of agents on tickets."""

from __future__ import annotations

from typing import ClassVar

from ...dataclass import dataclass
from ...i18n import Text, _
from ..kernel.command import Command
from ..kernel.permissions import Audience


@dataclass(frozen=True, slots=True)
class Create(Command, audience=Audience.AGENT):
    """Create a ticket from a message that arrived outside the channels. Nothing is sent.

    `sender` is an address or a phone number. The default subject is the first line of the text. A phone call has a
    `direction` (in or out) and a duration, `seconds`. `callback` is the time of a promised call, as people write it
    (`moments.parse_moment`). `fields` are names and values of declared fields.
    """

    did: ClassVar[Text] = _("created {subject}")
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
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Take(Command, audience=Audience.AGENT):
    """Assign a ticket to the acting agent."""

    did: ClassVar[Text] = _("took {subject}")
    ticket: int


@dataclass(frozen=True, slots=True)
class Next(Command, audience=Audience.AGENT):
    """Take the first ticket in the queue of the agent's teams. It fails with exit code 1 if the queue is empty."""

    did: ClassVar[Text] = _("took {subject}")
    team: str | None = None


@dataclass(frozen=True, slots=True)
class Assign(Command, audience=Audience.AGENT):
    """Assign a ticket. `to` is an agent or a team (`agent:` and `team:` are exact); None returns it to the queue."""

    did: ClassVar[Text] = _("assigned {subject}")
    ticket: int
    to: str | None


@dataclass(frozen=True, slots=True)
class Escalate(Command, audience=Audience.AGENT):
    """Hand a ticket to someone who can do more; the previous assignee becomes a follower.

    `to` is an agent, a team or a tier (`agent:`, `team:` and `tier:` are exact); None is the next tier of the team.
    """

    did: ClassVar[Text] = _("escalated {subject}")
    ticket: int
    to: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Tag(Command, audience=Audience.AGENT):
    """Add and remove tags."""

    did: ClassVar[Text] = _("tagged {subject}")
    ticket: int
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Set(Command, audience=Audience.AGENT):
    """Set fields by name: those of `field_registry` and of the configuration. "" clears a declared field."""

    did: ClassVar[Text] = _("set fields of {subject}")
    ticket: int
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Solve(Command, audience=Audience.AGENT):
    """Mark a ticket as solved."""

    did: ClassVar[Text] = _("solved {subject}")
    ticket: int


@dataclass(frozen=True, slots=True)
class Close(Command, audience=Audience.AGENT):
    """Close a ticket permanently."""

    did: ClassVar[Text] = _("closed {subject}")
    ticket: int


@dataclass(frozen=True, slots=True)
class Reopen(Command, audience=Audience.AGENT):
    """Set a pending, held or solved ticket to open."""

    did: ClassVar[Text] = _("reopened {subject}")
    ticket: int


@dataclass(frozen=True, slots=True)
class SettleCallback(Command):
    """Cancel a promised callback because the ticket is done, or move it to the ticket `into`."""

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    ticket: int
    into: int | None = None


@dataclass(frozen=True, slots=True)
class AskApproval(Command, audience=Audience.AGENT):
    """Request that an agent of a higher tier approves what the reason says."""

    did: ClassVar[Text] = _("asked for approval of {subject}")
    ticket: int
    reason: str


@dataclass(frozen=True, slots=True)
class Approve(Command, audience=Audience.AGENT):
    """Approve a request."""

    did: ClassVar[Text] = _("approved {subject}")
    ticket: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Deny(Command, audience=Audience.AGENT):
    """Deny a request."""

    did: ClassVar[Text] = _("denied {subject}")
    ticket: int
    reason: str
