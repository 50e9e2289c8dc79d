"""The rota, days off, and what is left for the next shift."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..kernel.command import Command
from ..kernel.permissions import Audience


@dataclass(frozen=True, slots=True)
class AddShift(Command, audience=Audience.AGENT):
    """`hours` as in "mon-fri 09:00-18:00" or "fri 22:00-06:00", by the wall clock of `timezone` (None: the desk's).
    `first` and `last` are dates as in "2027-03-01". `team` None: for every team of theirs."""

    did: ClassVar[str] = "added"
    needs_agent: ClassVar[bool] = False
    agent: str
    hours: str
    timezone: str | None = None
    first: str | None = None
    last: str | None = None
    team: str | None = None


@dataclass(frozen=True, slots=True)
class TakeOff(Command, audience=Audience.AGENT):
    """An agent works no shift that begins from `first` to `last` (dates, both included)."""

    did: ClassVar[str] = "added days off as"
    needs_agent: ClassVar[bool] = False
    agent: str
    first: str
    last: str | None = None


@dataclass(frozen=True, slots=True)
class RemoveShift(Command, audience=Audience.AGENT):
    """A shift, or days off, by the number that the list gives it."""

    did: ClassVar[str] = "removed"
    needs_agent: ClassVar[bool] = False
    number: int


@dataclass(frozen=True, slots=True)
class HandOver(Command, audience=Audience.AGENT):
    """A note for whoever works next. `team` None: the author's own; for everybody, where they are in none."""

    did: ClassVar[str] = "wrote"
    text: str
    team: str | None = None


@dataclass(frozen=True, slots=True)
class ReadHandovers(Command, audience=Audience.AGENT):
    """The agent was shown every note up to this one. Looking is no change: there is no event of it."""

    undoable: ClassVar[bool] = False
    upto: int
