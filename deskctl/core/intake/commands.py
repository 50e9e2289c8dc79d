"""Commands of intake."""

from __future__ import annotations

from typing import ClassVar

from ...dataclass import dataclass
from ...i18n import Text, _
from ..kernel.command import Command
from ..kernel.permissions import Audience
from ..messages.model import Envelope, InboundMessage


@dataclass(frozen=True, slots=True)
class Receive(Command):
    """Add a parsed journal row to a ticket. `raw_sha256` names the blob with the raw bytes."""

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    journal: int
    channel: str
    envelope: Envelope
    message: InboundMessage
    raw_sha256: str

    @property
    def historical(self) -> bool:
        """Return True if `mail import` read the message."""
        return self.envelope.via == "import"


@dataclass(frozen=True, slots=True)
class Quarantine(Command):
    """Quarantine a journal row that cannot be processed, unchanged; agents are notified."""

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    journal: int
    channel: str
    reason: str
    sender: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class RetryIntake(Command, audience=Audience.AGENT):
    """Process a quarantined journal row again."""

    did: ClassVar[Text] = _("retried {subject}")
    needs_agent: ClassVar[bool] = False
    journal: int


@dataclass(frozen=True, slots=True)
class DropIntake(Command, audience=Audience.AGENT):
    """Drop a quarantined journal row; its raw bytes are kept until retention removes them."""

    did: ClassVar[Text] = _("dropped {subject}")
    needs_agent: ClassVar[bool] = False
    journal: int
