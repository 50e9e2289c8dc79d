"""Calendars, service levels, and what is promised by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..kernel.command import Command
from ..kernel.permissions import Audience


@dataclass(frozen=True, slots=True)
class AddPolicy(Command, audience=Audience.AGENT):
    """`targets` are pairs of a metric and "urgent=15m", or "4h" for every priority; `warnings` as in "70%", "30m"."""

    did: ClassVar[str] = "added"
    needs_agent: ClassVar[bool] = False
    name: str
    when: str = ""
    calendar: str = "24x7"
    targets: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangePolicy(Command, audience=Audience.AGENT):
    """A new version, from now on. None leaves a field as it is; a target of "" or "urgent=" goes; `forget_steps` are
    the levels whose steps go."""

    did: ClassVar[str] = "changed"
    needs_agent: ClassVar[bool] = False
    name: str
    when: str | None = None
    calendar: str | None = None
    targets: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] | None = None
    forget_steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AddStep(Command, audience=Audience.AGENT):
    """What is done at a level: `at` as in "90%", "breach", "breach+2h", `then` as in "notify=lead"."""

    did: ClassVar[str] = "added a step to"
    needs_agent: ClassVar[bool] = False
    name: str
    at: str
    then: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MovePolicy(Command, audience=Audience.AGENT):
    """`place` counts from 1: the first policy that is for a ticket is taken."""

    did: ClassVar[str] = "moved"
    needs_agent: ClassVar[bool] = False
    name: str
    place: int


@dataclass(frozen=True, slots=True)
class RemovePolicy(Command, audience=Audience.AGENT):
    did: ClassVar[str] = "removed"
    needs_agent: ClassVar[bool] = False
    name: str


@dataclass(frozen=True, slots=True)
class Promise(Command, audience=Audience.AGENT):
    """The customer was told to expect something by `moment` (as people write it, in the desk's time zone)."""

    did: ClassVar[str] = "promised an answer on"
    ticket: int
    moment: str
