"""What concerns the journal, the outbox and the timers, asked by people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..kernel.command import Command
from ..kernel.permissions import Audience
from ..messages.model import RecipientReport


@dataclass(frozen=True, slots=True)
class RetryOutbox(Command, audience=Audience.AGENT):
    """Send a failed or uncertain message again, now. For an uncertain one a person takes the risk of a double."""

    did: ClassVar[str] = "retried"
    needs_agent: ClassVar[bool] = False
    outbox: int


@dataclass(frozen=True, slots=True)
class CancelOutbox(Command, audience=Audience.AGENT):
    """Do not send what is still waiting in the outbox."""

    did: ClassVar[str] = "cancelled"
    needs_agent: ClassVar[bool] = False
    outbox: int


@dataclass(frozen=True, slots=True)
class SettleDelivery(Command):
    """What came of an attempt to send: `sent`, `try_later`, `rejected` or `uncertain`; `deferred` when nothing was
    attempted, because the channel has sent as much as it may for now.

    The core decides what follows (when to retry, when to give up, what the ticket shows).
    """

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    outbox: int
    result: str
    reason: str | None = None
    retry_after: float | None = None  # seconds, when the peer named a time
    ids: tuple[str, ...] = ()  # what the peer calls it
    refused: tuple[RecipientReport, ...] = ()  # recipients whom the peer did not accept, while it accepted others
