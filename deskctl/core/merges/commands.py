"""Commands that merge and split tickets."""

from __future__ import annotations

from typing import ClassVar

from ...dataclass import dataclass
from ...i18n import Text, _
from ..kernel.command import Command
from ..kernel.permissions import Audience


@dataclass(frozen=True, slots=True)
class Merge(Command, audience=Audience.AGENT):
    """Merge `ticket` into the ticket `into`."""

    did: ClassVar[Text] = _("merged {subject}")
    ticket: int
    into: int


@dataclass(frozen=True, slots=True)
class Split(Command, audience=Audience.AGENT):
    """Move some messages, by id, to a new ticket. The default subject is that of the first message."""

    did: ClassVar[Text] = _("split {subject}")
    ticket: int
    messages: tuple[int, ...]
    subject: str = ""
