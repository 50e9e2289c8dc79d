"""Commands for SLA policies and promises."""

from __future__ import annotations

from typing import ClassVar

from ...dataclass import dataclass
from ...i18n import Text, _
from ..kernel.command import Command
from ..kernel.permissions import Audience


@dataclass(frozen=True, slots=True)
class AddPolicy(Command, audience=Audience.AGENT):
    """Add a policy.

    `targets` are pairs of a metric and a target: "urgent=15m", or "4h" for all priorities. `warnings` are thresholds,
    for example "70%" or "30m".
    """

    did: ClassVar[Text] = _("added {subject}")
    needs_agent: ClassVar[bool] = False
    name: str
    when: str = ""
    calendar: str = "24x7"
    targets: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangePolicy(Command, audience=Audience.AGENT):
    """Change a policy from now on: add a new version.

    None keeps a field. A target of "" or "urgent=" removes the target. The steps at the thresholds `forget_steps` are
    removed.
    """

    did: ClassVar[Text] = _("changed {subject}")
    needs_agent: ClassVar[bool] = False
    name: str
    when: str | None = None
    calendar: str | None = None
    targets: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] | None = None
    forget_steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AddStep(Command, audience=Audience.AGENT):
    """Add actions at a threshold: `at` is for example "90%" or "breach+2h", `then` for example "notify=lead"."""

    did: ClassVar[Text] = _("added a step to {subject}")
    needs_agent: ClassVar[bool] = False
    name: str
    at: str
    then: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MovePolicy(Command, audience=Audience.AGENT):
    """Move a policy to another place in the order, counted from 1. The first policy that matches a ticket applies."""

    did: ClassVar[Text] = _("moved {subject}")
    needs_agent: ClassVar[bool] = False
    name: str
    place: int


@dataclass(frozen=True, slots=True)
class RemovePolicy(Command, audience=Audience.AGENT):
    """Remove a policy."""

    did: ClassVar[Text] = _("removed {subject}")
    needs_agent: ClassVar[bool] = False
    name: str


@dataclass(frozen=True, slots=True)
class Promise(Command, audience=Audience.AGENT):
    """Record that the customer was promised an answer by `moment` (as users write it, in the desk's time zone)."""

    did: ClassVar[Text] = _("promised an answer on {subject}")
    ticket: int
    moment: str
