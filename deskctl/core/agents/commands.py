"""What is set up rather than worked at: agents and teams. Done by the system's users, not only by agents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..kernel.command import Command
from ..kernel.permissions import Audience


@dataclass(frozen=True, slots=True)
class AddAgent(Command, audience=Audience.OWNER):
    """A new agent; teams that do not exist yet are created."""

    did: ClassVar[str] = "added"
    needs_agent: ClassVar[bool] = False
    handle: str
    name: str
    email: str
    teams: tuple[str, ...] = ()
    login: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeAgent(Command, audience=Audience.OWNER):
    """None leaves a field as it is. `skills` and `channels` are lists with commas; `capacity` is CHANNEL=NUMBER."""

    did: ClassVar[str] = "changed"
    needs_agent: ClassVar[bool] = False
    handle: str
    name: str | None = None
    email: str | None = None
    login: str | None = None
    join: tuple[str, ...] = ()
    leave: tuple[str, ...] = ()
    active: bool | None = None
    signature: str | None = None
    tier: str | None = None
    skills: str | None = None
    channels: str | None = None
    capacity: tuple[str, ...] | None = None
    surge: bool | None = None
    notify: str | None = None
    quiet: str | None = None
    timezone: str | None = None
    waking: bool | None = None


@dataclass(frozen=True, slots=True)
class AddTeam(Command, audience=Audience.OWNER):
    did: ClassVar[str] = "added"
    needs_agent: ClassVar[bool] = False
    handle: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeTeam(Command, audience=Audience.OWNER):
    """None leaves a field as it is. `tiers` is a list with commas, the lowest first; lengths of time as in 10m.

    `weights`, `surge_queue` and `surge_wait` are CHANNEL=VALUE, or a value for every channel.
    """

    did: ClassVar[str] = "changed"
    needs_agent: ClassVar[bool] = False
    handle: str
    name: str | None = None
    signature: str | None = None
    route: str | None = None
    tiers: str | None = None
    model: str | None = None
    cap_per_tick: int | None = None
    tick: str | None = None
    relax_after: str | None = None
    weights: tuple[str, ...] | None = None
    surge_queue: tuple[str, ...] | None = None
    surge_wait: tuple[str, ...] | None = None
