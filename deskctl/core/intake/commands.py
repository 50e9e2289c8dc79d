"""What the desk itself asks for: intake, delivery, time and notifications. Never spoken over the socket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..kernel.command import Command
from ..kernel.permissions import Audience
from ..messages.model import Envelope, InboundMessage


@dataclass(frozen=True, slots=True)
class Receive(Command):
    """One journal row, parsed. `raw_sha256` is the blob with the raw bytes."""

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    journal: int
    channel: str
    envelope: Envelope
    message: InboundMessage
    raw_sha256: str

    @property
    def historical(self) -> bool:
        """True for a message that `mail import` reads."""
        return self.envelope.via == "import"


@dataclass(frozen=True, slots=True)
class Quarantine(Command):
    """A journal row that cannot be processed is set aside, whole; agents are told."""

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    journal: int
    channel: str
    reason: str
    sender: str | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class RetryIntake(Command, audience=Audience.AGENT):
    """Put a quarantined journal row back in line."""

    did: ClassVar[str] = "retried"
    needs_agent: ClassVar[bool] = False
    journal: int


@dataclass(frozen=True, slots=True)
class DropIntake(Command, audience=Audience.AGENT):
    """Give a quarantined journal row up; its raw bytes stay until retention removes them."""

    did: ClassVar[str] = "dropped"
    needs_agent: ClassVar[bool] = False
    journal: int
