"""Queries about outgoing messages."""

from __future__ import annotations

from ...dataclass import dataclass
from ..kernel.permissions import Audience
from ..kernel.query import Query


@dataclass(frozen=True, slots=True)
class ListOutbox(Query, audience=Audience.AGENT):
    """List the outgoing messages that are not sent; those in `state`, or `all`.

    Answer: `list[views.OutboxRow]`.
    """

    all: bool = False
    state: str | None = None
    ticket: int | None = None
    limit: int = 1000


@dataclass(frozen=True, slots=True)
class ShowOutbox(Query, audience=Audience.AGENT):
    """Show an outgoing message. Answer: `views.OutboxDocument`."""

    id: int
