"""Commands about outgoing messages."""

from __future__ import annotations

from typing import ClassVar

from ...dataclass import dataclass
from ...i18n import Text, _
from ..kernel.command import Command
from ..kernel.permissions import Audience
from ..messages.model import RecipientReport


@dataclass(frozen=True, slots=True)
class RetryOutbox(Command, audience=Audience.AGENT):
    """Send a failed or uncertain message again now. The customer can receive an uncertain one twice."""

    did: ClassVar[Text] = _("retried {subject}")
    needs_agent: ClassVar[bool] = False
    outbox: int


@dataclass(frozen=True, slots=True)
class CancelOutbox(Command, audience=Audience.AGENT):
    """Cancel a message that is still waiting in the outbox."""

    did: ClassVar[Text] = _("cancelled {subject}")
    needs_agent: ClassVar[bool] = False
    outbox: int


@dataclass(frozen=True, slots=True)
class SettleDelivery(Command):
    """Record the result of a delivery attempt: `sent`, `try_later`, `rejected` or `uncertain`.

    The result is `deferred` if no attempt was made because the channel has reached its rate limit. The core decides
    when to retry, when to give up and what the ticket shows.
    """

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    outbox: int
    result: str
    reason: str | None = None
    retry_after: float | None = None  # seconds, if the server named a time
    ids: tuple[str, ...] = ()  # the ids that the server gave the message
    refused: tuple[RecipientReport, ...] = ()  # recipients that the server refused while it accepted others
