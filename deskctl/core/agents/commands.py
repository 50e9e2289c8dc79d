"""Commands that set up agents and teams. System users who are not agents may run them, too."""

from __future__ import annotations

from typing import ClassVar

from ...dataclass import dataclass
from ...i18n import Text, _
from ..kernel.command import Command
from ..kernel.permissions import Audience


@dataclass(frozen=True, slots=True)
class AddAgent(Command, audience=Audience.OWNER):
    """Add an agent. Teams that do not exist yet are created."""

    did: ClassVar[Text] = _("added {subject}")
    needs_agent: ClassVar[bool] = False
    handle: str
    name: str
    email: str
    teams: tuple[str, ...] = ()
    login: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeAgent(Command, audience=Audience.OWNER):
    """Change an agent. None leaves a field unchanged.

    `skills` and `channels` are comma-separated lists; `capacity` is CHANNEL=NUMBER.
    """

    did: ClassVar[Text] = _("changed {subject}")
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
    """Add a team."""

    did: ClassVar[Text] = _("added {subject}")
    needs_agent: ClassVar[bool] = False
    handle: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeTeam(Command, audience=Audience.OWNER):
    """Change a team. None leaves a field unchanged.

    `tiers` is a comma-separated list, the lowest first; durations are written as in 10m. `weights`, `surge_queue` and
    `surge_wait` are CHANNEL=VALUE, or a value for all channels.
    """

    did: ClassVar[Text] = _("changed {subject}")
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
