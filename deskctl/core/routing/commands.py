"""Commands for presence and routing."""

from __future__ import annotations

from typing import ClassVar

from ...dataclass import dataclass
from ...i18n import Text, _
from ..kernel.command import Command
from ..kernel.permissions import Audience


@dataclass(frozen=True, slots=True)
class SetPresence(Command, audience=Audience.AGENT):
    """Set an agent's presence to the `state` online, away or offline.

    `agent` None is the agent who gives the command. `until` is a moment as users write it.
    """

    did: ClassVar[Text] = _("changed the presence of {subject}")
    needs_agent: ClassVar[bool] = False
    state: str
    agent: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class RunRoutes(Command, audience=Audience.AGENT):
    """Route the waiting tickets of one team or of all teams now."""

    did: ClassVar[Text] = _("routed {subject}")
    needs_agent: ClassVar[bool] = False
    team: str | None = None
