"""Commands for saved views."""

from __future__ import annotations

from typing import ClassVar

from ...dataclass import dataclass
from ...i18n import Text, _
from ..kernel.command import Command
from ..kernel.permissions import Audience


@dataclass(frozen=True, slots=True)
class AddView(Command, audience=Audience.AGENT):
    """Save a query under a new name."""

    did: ClassVar[Text] = _("added {subject}")
    needs_agent: ClassVar[bool] = False
    name: str
    query: str


@dataclass(frozen=True, slots=True)
class EditView(Command, audience=Audience.AGENT):
    """Replace the query of a saved view."""

    did: ClassVar[Text] = _("changed {subject}")
    needs_agent: ClassVar[bool] = False
    name: str
    query: str


@dataclass(frozen=True, slots=True)
class RemoveView(Command, audience=Audience.AGENT):
    """Remove a saved view."""

    did: ClassVar[Text] = _("removed {subject}")
    needs_agent: ClassVar[bool] = False
    name: str
