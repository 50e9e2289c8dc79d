"""Commands for shifts, days off and handover notes."""

from __future__ import annotations

from typing import ClassVar

from ...dataclass import dataclass
from ...i18n import Text, _
from ..kernel.command import Command
from ..kernel.permissions import Audience


@dataclass(frozen=True, slots=True)
class AddShift(Command, audience=Audience.AGENT):
    """Add a shift.

    `hours` is for example "mon-fri 09:00-18:00" or "fri 22:00-06:00", by the wall clock of `timezone` (None: the
    desk's). `first` and `last` are dates such as "2027-03-01". `team` None: for all teams of the agent.
    """

    did: ClassVar[Text] = _("added {subject}")
    needs_agent: ClassVar[bool] = False
    agent: str
    hours: str
    timezone: str | None = None
    first: str | None = None
    last: str | None = None
    team: str | None = None


@dataclass(frozen=True, slots=True)
class TakeOff(Command, audience=Audience.AGENT):
    """Add days off: the agent works no shift that begins from `first` to `last` (dates, both included)."""

    did: ClassVar[Text] = _("added days off as {subject}")
    needs_agent: ClassVar[bool] = False
    agent: str
    first: str
    last: str | None = None


@dataclass(frozen=True, slots=True)
class RemoveShift(Command, audience=Audience.AGENT):
    """Remove a shift or days off, by number."""

    did: ClassVar[Text] = _("removed {subject}")
    needs_agent: ClassVar[bool] = False
    number: int


@dataclass(frozen=True, slots=True)
class HandOver(Command, audience=Audience.AGENT):
    """Write a handover note for the next shift.

    `team` None: for the author's only team; for all agents if the author is in no team.
    """

    did: ClassVar[Text] = _("wrote {subject}")
    text: str
    team: str | None = None


@dataclass(frozen=True, slots=True)
class ReadHandovers(Command, audience=Audience.AGENT):
    """Mark the handover notes up to an id as read by the agent. This records no event."""

    undoable: ClassVar[bool] = False
    upto: int
